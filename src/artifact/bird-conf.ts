// Owns a node's bird.cfg in BIRD 2's words: one daemon for both families, behaving as Calico's BIRD 1.6 (calico.md B, B.7).

import { addressOf, type Family, inFamily, mustParsePrefix, networkOf } from '../base/address.ts';
import { advertisedPrefixes } from '../calico/communities.ts';
import { generationOf } from '../calico/generations.ts';
import { findObject } from '../calico/objects.ts';
import type { CalicoPeer } from '../calico/peer.ts';
import { generationIn } from '../calico/route-owner.ts';
import { hostPrefix } from '../design/borrowed.ts';
import type { Design, NodeDesign } from '../design/design.ts';
import { reachedPeers } from '../design/reached-peers.ts';
import { announcedBy, rangesOf } from '../design/services.ts';
import {
  exportFilter,
  type FilterFacts,
  familySuffix,
  filterLines,
  isRealBlock,
  normalPreference,
  priorityLines,
} from './bird-filters.ts';
import { bgpFilterLines, peerPolicyLines } from './bird-policy.ts';
import { passwordMark } from './password-mark.ts';

/** The whole configuration of a node's BIRD, in the families of the node's addresses. */
export function birdConf(design: Design, node: NodeDesign): string {
  const families = node.addresses.map(({ family }) => family);
  const facts = families.map((family) => factsOf(design, node, family));
  const lines = [
    `# ${node.name}, as calico-node ${design.version.text} would be configured; written by labctl`,
    'log stderr all;',
    `router id ${node.peers.routerId};`,
    '',
    ...priorityLines(generationOf(design.version)),
    ...bgpFilterLines(design, node),
    ...facts.flatMap(filterLines),
    ...facts.flatMap(kernelProtocol),
    'protocol device device1 {',
    '  scan time 2;',
    '}',
    '',
    ...directProtocol(design, families),
    ...facts.flatMap((fact) => staticProtocol(design, node, fact)),
    ...template(design, node, facts),
    ...node.peers.ipv4.flatMap((peer) => peerProtocol(design, node, peer, 4)),
    ...node.peers.ipv6.flatMap((peer) => peerProtocol(design, node, peer, 6)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function factsOf(design: Design, node: NodeDesign, family: Family): FilterFacts {
  const isOwn = (cidr: string) => mustParsePrefix(cidr).family === family;
  return {
    family,
    generation: generationIn(design.version, design.objects),
    blocks: node.blocks.map(({ cidr }) => cidr).filter(isOwn),
    objects: design.objects,
    advertised: advertisedPrefixes(design.objects, node.name),
    pools: design.pools.filter(({ spec }) => isOwn(spec.cidr)),
    announced: announcedBy(design, node).filter(isOwn),
    serviceRanges: rangesOf(design).filter(isOwn),
    subnet: networkOf(node.addresses[0].address),
    felixDevices: felixDevices(design, node, family),
  };
}

/** Routes through VXLAN are Felix's always, those through tunl0 from 3.33 (calico.md B.4). */
function felixDevices(design: Design, node: NodeDesign, family: Family): readonly string[] {
  const { felixOwnsIpip } = generationIn(design.version, design.objects);
  return node.tunnels
    .filter((tunnel) => tunnel.family === family)
    .flatMap(({ name }) => (name === 'tunl0' ? (felixOwnsIpip ? [name] : []) : ['*.calico']));
}

/** `metric 0`: BIRD 2 would otherwise give routes its own 32 (calico.md B.7). */
function kernelProtocol({ family }: FilterFacts): readonly string[] {
  const filter = `calico_kernel_programming${familySuffix(family)}`;
  return [
    `protocol kernel kernel${family === 4 ? 1 : 2} {`,
    '  learn;',
    '  persist;',
    '  scan time 2;',
    '  graceful restart;',
    '  merge paths on;',
    '  metric 0;',
    `  ipv${family} { import all; export filter ${filter}; };`,
    '}',
    '',
  ];
}

function directProtocol(design: Design, families: readonly Family[]): readonly string[] {
  const ignored = findObject(design.objects, 'BGPConfiguration', 'default')?.spec.ignoredInterfaces ?? [];
  const hidden = [...ignored, 'cali*', 'kube-ipvs*'].map((name) => `-"${name}"`).join(', ');
  return [
    'protocol direct direct1 {',
    ...families.map((family) => `  ipv${family};`),
    `  interface ${hidden}, "*";`,
    '}',
    '',
  ];
}

/** Own blocks as blackholes, service networks, ways to peers that are reached by another router (calico.md B.2). */
function staticProtocol(
  design: Design,
  node: NodeDesign,
  { family, blocks, announced }: FilterFacts,
): readonly string[] {
  const reached = reachedPeers(design, node, family);
  return [
    `protocol static static${family === 4 ? 1 : 2} {`,
    `  ipv${family};`,
    ...blocks.filter(isRealBlock).map((block) => `  route ${block} blackhole;`),
    ...announced.map((prefix) => `  route ${prefix} blackhole;`),
    ...reached.map(({ address, via }) => `  route ${hostPrefix(address)} via ${via};`),
    '}',
    '',
  ];
}

function template(design: Design, node: NodeDesign, facts: readonly FilterFacts[]): readonly string[] {
  const spec = findObject(design.objects, 'BGPConfiguration', `node.${node.name}`)?.spec;
  const common = findObject(design.objects, 'BGPConfiguration', 'default')?.spec;
  const isBound = common?.bindMode === 'NodeIP';
  const local = (family: Family): string =>
    [
      'local',
      ...(isBound ? [addressOf(inFamily(node.addresses, family)?.address ?? '')] : []),
      ...(node.listenPort === undefined ? [] : [`port ${node.listenPort}`]),
      `as ${node.peers.localAs}`,
    ].join(' ');
  return [
    'template bgp bgp_template {',
    '  description "Connection to BGP peer";',
    ...(isBound ? ['  strict bind on;'] : []),
    ...debugLines(spec?.logSeverityScreen ?? common?.logSeverityScreen),
    '  graceful restart;',
    '  connect delay time 2;',
    '  connect retry time 5;',
    '  error wait time 5,30;',
    '}',
    '',
    ...facts.flatMap(({ family, generation }) => [
      `template bgp bgp_template_v${family} from bgp_template {`,
      `  ${local(family)};`,
      `  ipv${family} {`,
      '    add paths on;',
      '    gateway recursive;',
      ...(generation.importPreference
        ? [`    import filter { if bgp_local_pref > ${normalPreference} then preference = 200; accept; };`]
        : ['    import all;']),
      `    ${exportFilter(family, generation, [])}`,
      '  };',
      '}',
      '',
    ]),
  ];
}

/** Calico's log level in BIRD's words (calico.md A.3); Calico's own default is info. */
function debugLines(severity = 'Info'): readonly string[] {
  const level = severity.toLowerCase();
  if (level === 'debug') return ['  debug all;'];
  return level === 'info' ? ['  debug { states };'] : [];
}

function peerProtocol(design: Design, node: NodeDesign, peer: CalicoPeer, family: Family): readonly string[] {
  const port = peer.port === undefined ? '' : ` port ${peer.port}`;
  const multihop =
    typeof peer.multihop === 'number' ? [`  multihop ${peer.multihop};`] : peer.multihop ? ['  multihop;'] : [];
  return [
    `protocol bgp ${peer.name} from bgp_template_v${family} {`,
    ...(peer.localAs === undefined ? [] : [`  local as ${peer.localAs};`]),
    `  neighbor ${peer.address}${port} as ${peer.as};`,
    ...(peer.sourceAddress === undefined ? [] : [`  source address ${peer.sourceAddress};`]),
    ...(peer.ttlSecurity ? ['  ttl security on;'] : []),
    ...multihop,
    ...(peer.passive === true ? ['  passive on;'] : []),
    ...(peer.rrClient === true ? ['  rr client;'] : []),
    ...(peer.rrClusterId === undefined ? [] : [`  rr cluster id ${peer.rrClusterId};`]),
    ...(peer.password === undefined ? [] : [`  password "${passwordMark(peer.password)}";`]),
    ...(peer.gracefulRestartTime === undefined ? [] : [`  graceful restart time ${peer.gracefulRestartTime};`]),
    ...(peer.allowLocalAs === undefined ? [] : [`  allow local as ${peer.allowLocalAs};`]),
    ...(peer.keepaliveTime === undefined ? [] : [`  keepalive time ${peer.keepaliveTime};`]),
    ...peerPolicyLines(design, node, peer, family),
    '}',
    '',
  ];
}
