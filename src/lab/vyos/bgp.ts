// Owns `protocols bgp`: what the model needs of it, and `router bgp` as VyOS's own template writes it.

import { bgpWords, families, familyWords, peerFamilyWords, peerWords, redistributable } from './bgp-words.ts';
import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';
import type { VyosBgp, VyosNeighbor } from './router.ts';
import { type Findings, isValue, translate } from './vocabulary.ts';

const trail = ['protocols', 'bgp'];

/** BGP of a router, or undefined where it has none. */
export interface ReadBgp {
  readonly bgp: VyosBgp;
  readonly frr: readonly string[];
}

/** Reads `protocols bgp`, of the router or of one of its VRFs. */
export function readBgp(roots: readonly VyosNode[], findings: Findings, vrf?: string): ReadBgp | undefined {
  const stated = nodeAt(roots, 'protocols', 'bgp');
  if (stated === undefined) return undefined;
  const nodes = stated.children;
  const asNumber = Number(valueAt(nodes, 'system-as'));
  if (!Number.isInteger(asNumber) || asNumber < 1 || asNumber > 4294967295) {
    findings.add(nodeAt(nodes, 'system-as') ?? stated, 'VYOS_VALUE', 'BGP has no AS number', 'system-as 65005');
    return undefined;
  }
  const peers = peersOf(nodes, findings);
  const neighbors = peers.filter(({ kind }) => kind === 'neighbor').map((peer) => neighborOf(nodes, peer));
  if (neighbors.some(({ families: spoken }) => spoken.some((family) => family !== 'ipv4 unicast')))
    findings.beyond.add('address families beside IPv4 unicast');
  const bgp: VyosBgp = {
    asNumber,
    routerId: valueAt(nodes, 'parameters', 'router-id'),
    networks: wordsAt(nodes, 'address-family', 'ipv4-unicast', 'network').filter((word) => word.includes('/')),
    neighbors,
    listens: nodesAt(nodes, 'listen', 'range').flatMap(({ word, children }) => {
      const group = valueAt(children, 'peer-group') ?? '';
      const own = peers.find(({ kind, name }) => kind === 'peer-group' && name === group);
      return own === undefined ? [] : [{ prefix: word, neighbor: neighborOf(nodes, own) }];
    }),
    multipathRelax: nodeAt(nodes, 'parameters', 'bestpath', 'as-path', 'multipath-relax') !== undefined,
  };
  const head = `router bgp ${asNumber}${vrf === undefined ? '' : ` vrf ${vrf}`}`;
  return { bgp, frr: [head, ...bgpLines(nodes, peers, findings)] };
}

interface Peer {
  readonly kind: 'neighbor' | 'peer-group';
  readonly name: string;
  readonly nodes: readonly VyosNode[];
}

function peersOf(nodes: readonly VyosNode[], findings: Findings): readonly Peer[] {
  return (['peer-group', 'neighbor'] as const).flatMap((kind) =>
    nodesAt(nodes, kind).flatMap((node): Peer[] => {
      if (isValue('peer', node.word)) return [{ kind, name: node.word, nodes: node.children }];
      findings.add(node, 'VYOS_VALUE', `\`${node.word}\` is no ${kind === 'neighbor' ? 'address' : 'name'}`);
      return [];
    }),
  );
}

/** The places where a neighbor's words may stand: its own, its interface's, its peer group's. */
function layersOf(nodes: readonly VyosNode[], peer: Peer): readonly (readonly VyosNode[])[] {
  const over = nodesAt(peer.nodes, 'interface');
  const group =
    valueAt(peer.nodes, 'peer-group') ?? valueAt(over, 'peer-group') ?? valueAt(over, 'v6only', 'peer-group');
  return [peer.nodes, over, nodesAt(over, 'v6only'), group === undefined ? [] : nodesAt(nodes, 'peer-group', group)];
}

function neighborOf(nodes: readonly VyosNode[], peer: Peer): VyosNeighbor {
  const layers = layersOf(nodes, peer);
  const value = (...words: string[]): string | undefined => {
    for (const layer of layers) {
      const found = valueAt(layer, ...words);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const has = (...words: string[]): boolean => layers.some((layer) => nodeAt(layer, ...words) !== undefined);
  const v4 = ['address-family', 'ipv4-unicast'];
  const remoteAs = value('remote-as');
  return {
    peer: peer.name,
    remoteAs: remoteAs === 'internal' || remoteAs === 'external' ? remoteAs : remoteAs && Number(remoteAs),
    isReflectorClient: has(...v4, 'route-reflector-client'),
    isNextHopSelf: has(...v4, 'nexthop-self'),
    isMultihop: has('ebgp-multihop') || has('disable-connected-check') || has('ttl-security'),
    source: value('update-source'),
    isExpected: !['shutdown', 'password', 'port', 'local-as'].some((word) => has(word)),
    allowLocalAs: has(...v4, 'allowas-in') ? Number(value(...v4, 'allowas-in', 'number') ?? 3) : 0,
    isAsOverride: has(...v4, 'as-override'),
    families: [...families].flatMap(([word, frr]) => (has('address-family', word) ? [frr] : [])),
  } as VyosNeighbor;
}

function bgpLines(nodes: readonly VyosNode[], peers: readonly Peer[], findings: Findings): readonly string[] {
  const own = nodes.filter(({ word }) => word !== 'neighbor' && word !== 'peer-group');
  const parameters = nodesAt(nodes, 'parameters');
  const told = (word: string): string => (nodeAt(parameters, word) === undefined ? 'no ' : '');
  return [
    ` ${told('ebgp-requires-policy')}bgp ebgp-requires-policy`,
    ' no bgp default ipv4-unicast',
    ` ${told('network-import-check')}bgp network import-check`,
    ...indented(translate(own, bgpWords, trail, findings)),
    ...indented(timerLines(nodesAt(nodes, 'timers'), 'timers bgp')),
    ...indented(keepaliveLines(nodesAt(parameters, 'tcp-keepalive'))),
    ...indented(distanceLine(nodesAt(parameters, 'distance', 'global'), findings)),
    ...indented(dampeningLine(nodeAt(parameters, 'dampening'), findings)),
    ...indented(peers.flatMap((peer) => peerLines(peer, findings))),
    ...familyBlocks(nodes, peers, findings),
    '!',
  ];
}

function peerLines(peer: Peer, findings: Findings): readonly string[] {
  const { name, nodes } = peer;
  const over = nodeAt(nodes, 'interface');
  const group = valueAt(nodes, 'peer-group') ?? valueAt(over?.children ?? [], 'peer-group');
  const remoteAs = valueAt(nodes, 'remote-as');
  const head = peer.kind === 'peer-group' ? [`neighbor ${name} peer-group`] : [];
  if (over !== undefined) {
    findings.beyond.add('unnumbered sessions');
    const inner = nodesAt(over.children, 'v6only');
    const v6only = nodeAt(over.children, 'v6only') === undefined ? '' : ' v6only';
    const as = valueAt(over.children, 'remote-as') ?? valueAt(inner, 'remote-as');
    const of = group ?? valueAt(inner, 'peer-group');
    head.push(`neighbor ${name} interface${v6only}${of === undefined ? '' : ` peer-group ${of}`}`);
    if (as !== undefined) head.push(`neighbor ${name} remote-as ${as}`);
  } else {
    if (remoteAs !== undefined) head.push(`neighbor ${name} remote-as ${remoteAs}`);
    if (group !== undefined) head.push(`neighbor ${name} peer-group ${group}`);
  }
  const words = translate(nodes, peerWords, [...trail, peer.kind, name], findings, { peer: name });
  return [...head, ...words, ...timerLines(nodesAt(nodes, 'timers'), `neighbor ${name} timers`)];
}

/** Keepalive and hold time are one line; FRR's defaults are 60 and 180 seconds (RFC 4271 section 10). */
function timerLines(timers: readonly VyosNode[], words: string): readonly string[] {
  const [keepalive, holdtime, connect] = ['keepalive', 'holdtime', 'connect'].map((word) => valueAt(timers, word));
  const lines =
    keepalive === undefined && holdtime === undefined ? [] : [`${words} ${keepalive ?? 60} ${holdtime ?? 180}`];
  return connect === undefined ? lines : [...lines, `${words} connect ${connect}`];
}

function keepaliveLines(nodes: readonly VyosNode[]): readonly string[] {
  const [idle, interval, probes] = ['idle', 'interval', 'probes'].map((word) => valueAt(nodes, word));
  return idle && interval && probes ? [`bgp tcp-keepalive ${idle} ${interval} ${probes}`] : [];
}

/** Routes that flap are not believed for a while (RFC 2439); FRR takes the four numbers from left to right. */
function dampeningLine(node: VyosNode | undefined, findings: Findings): readonly string[] {
  if (node === undefined) return [];
  findings.beyond.add('dampened routes');
  const words = ['half-life', 're-use', 'start-suppress-time', 'max-suppress-time'];
  const numbers = words.flatMap((word) => valueAt(node.children, word) ?? []);
  return [['bgp dampening', ...numbers].join(' ')];
}

function familyBlocks(nodes: readonly VyosNode[], peers: readonly Peer[], findings: Findings): readonly string[] {
  const stated = [nodesAt(nodes, 'address-family'), ...peers.map((peer) => nodesAt(peer.nodes, 'address-family'))];
  for (const node of stated.flat()) if (!families.has(node.word)) findings.unknown(node, [...trail, 'address-family']);
  return [...families].flatMap(([word, frr]) => {
    if (!stated.some((list) => nodeAt(list, word) !== undefined)) return [];
    const own = nodesAt(nodes, 'address-family', word);
    return [
      ' !',
      ` address-family ${frr}`,
      ...indented(familyLines(word, own, findings), 2),
      ...indented(
        peers.flatMap((peer) => peerFamilyLines(peer, word, findings)),
        2,
      ),
      ' exit-address-family',
    ];
  });
}

function familyLines(family: string, nodes: readonly VyosNode[], findings: Findings): readonly string[] {
  const lines = [...translate(nodes, familyWords, [...trail, 'address-family', family], findings)];
  for (const { word, children } of nodesAt(nodes, 'aggregate-address')) {
    findings.beyond.add('aggregated prefixes');
    const options = ['as-set', 'summary-only'].filter((option) => nodeAt(children, option) !== undefined);
    const map = valueAt(children, 'route-map');
    lines.push(['aggregate-address', word, ...options, ...(map === undefined ? [] : ['route-map', map])].join(' '));
  }
  for (const node of nodesAt(nodes, 'redistribute')) {
    const protocol = redistributable.get(node.word);
    findings.beyond.add('redistributed routes');
    if (protocol === undefined) {
      findings.unknown(node, [...trail, 'address-family', family, 'redistribute']);
      continue;
    }
    const options = ['metric', 'route-map'].flatMap((option) => {
      const value = valueAt(node.children, option);
      return value === undefined ? [] : [option, value];
    });
    lines.push(['redistribute', protocol, ...options].join(' '));
  }
  lines.push(...distanceLine(nodesAt(nodes, 'distance'), findings));
  return lines;
}

/** How much routes of eBGP, of iBGP and of the router itself are worth against other protocols. */
function distanceLine(nodes: readonly VyosNode[], findings: Findings): readonly string[] {
  const [external, internal, local] = ['external', 'internal', 'local'].map((word) => valueAt(nodes, word));
  if (external === undefined && internal === undefined && local === undefined) return [];
  findings.beyond.add('a distance of its own');
  return [`distance bgp ${external ?? 20} ${internal ?? 200} ${local ?? 200}`];
}

function peerFamilyLines({ kind, name, nodes }: Peer, family: string, findings: Findings): readonly string[] {
  const node = nodeAt(nodes, 'address-family', family);
  if (node === undefined) return [];
  const above = [...trail, kind, name, 'address-family', family];
  const words = translate(node.children, peerFamilyWords, above, findings, { peer: name });
  const unchanged = nodeAt(node.children, 'attribute-unchanged');
  const group = valueAt(node.children, 'peer-group');
  const condition = nodesAt(node.children, 'conditionally-advertise');
  const [map, exist, missing] = ['advertise-map', 'exist-map', 'non-exist-map'].map((word) => valueAt(condition, word));
  if (unchanged !== undefined || map !== undefined) findings.beyond.add('a routing policy');
  const kept = ['as-path', 'next-hop', 'med'].filter((word) => nodeAt(unchanged?.children ?? [], word) !== undefined);
  const when = exist === undefined ? `non-exist-map ${missing}` : `exist-map ${exist}`;
  return [
    ...(group === undefined ? [] : [`neighbor ${name} peer-group ${group}`]),
    `neighbor ${name} activate`,
    ...words,
    ...(unchanged === undefined ? [] : [['neighbor', name, 'attribute-unchanged', ...kept].join(' ')]),
    ...(map === undefined ? [] : [`neighbor ${name} advertise-map ${map} ${when}`]),
  ];
}

function indented(lines: readonly string[], depth = 1): readonly string[] {
  return lines.map((line) => `${' '.repeat(depth)}${line}`);
}
