// Owns `vrf`: a device and a table each, and the protocols that speak inside.

import { readBgp } from './bgp.ts';
import type { Setting } from './kernel.ts';
import { nodeAt, nodesAt, type VyosNode, valueAt } from './node.ts';
import { ospf, type Routing, staticRoutes } from './routing.ts';
import { type Findings, isValue, type Row, translate, vocabularyOf } from './vocabulary.ts';

const words = vocabularyOf([
  ['table <number>'],
  ['description <text>'],
  ['vni <number>'],
  ['disable'],
  { path: 'ip nht', isNote: true },
  { path: 'ipv6 nht', isNote: true },
  ...['bgp', 'static', 'ospf'].map((protocol): Row => ({ path: `protocols ${protocol}`, isElsewhere: true })),
]);

/** What `vrf` says. */
export interface ReadVrfs extends Routing {
  /** Commands of `ip` that make the devices; they come before those that join them. */
  readonly devices: readonly string[];
  readonly settings: readonly Setting[];
}

/** Reads all VRFs. `vrf bind-to-all` lets a service of the router answer in each. */
export function readVrfs(roots: readonly VyosNode[], findings: Findings): ReadVrfs {
  for (const node of nodesAt(roots, 'vrf'))
    if (!['name', 'bind-to-all'].includes(node.word)) findings.unknown(node, ['vrf']);
  const vrfs = nodesAt(roots, 'vrf', 'name').flatMap((vrf) => readVrf(vrf, findings) ?? []);
  if (vrfs.length > 0) findings.beyond.add('VRFs');
  const accepts = ['net/ipv4/tcp_l3mdev_accept', 'net/ipv4/udp_l3mdev_accept'];
  return {
    devices: vrfs.flatMap(({ devices }) => devices),
    // vtysh finds the block only where no other is open: they come first.
    frr: [...vrfs.flatMap(({ tunnels }) => tunnels), ...vrfs.flatMap(({ frr }) => frr)],
    daemons: vrfs.flatMap(({ daemons }) => daemons),
    settings: nodeAt(roots, 'vrf', 'bind-to-all') === undefined ? [] : accepts.map((path): Setting => [path, 1]),
  };
}

interface Vrf extends Routing {
  readonly devices: readonly string[];
  /** The block that says which VXLAN identifier it has. */
  readonly tunnels: readonly string[];
}

function readVrf(vrf: VyosNode, findings: Findings): Vrf | undefined {
  const name = vrf.word;
  translate(vrf.children, words, ['vrf', 'name', name], findings);
  const table = valueAt(vrf.children, 'table');
  if (!isValue('interface', name) || table === undefined || !isValue('number', table)) {
    findings.add(vrf, 'VYOS_VALUE', `VRF ${name} has no name of an interface, or no table`, 'table 100');
    return undefined;
  }
  const vni = valueAt(vrf.children, 'vni');
  const parts = [staticRoutes(vrf.children, findings, name), ospf(vrf.children, findings, name)];
  const bgp = readBgp(vrf.children, findings, name);
  return {
    devices: [`link add name ${name} type vrf table ${table}`, `link set dev ${name} up`],
    tunnels: vni === undefined ? [] : [`vrf ${name}`, ` vni ${vni}`, 'exit-vrf', '!'],
    frr: [...parts.flatMap(({ frr }) => frr), ...(bgp?.frr ?? [])],
    daemons: parts.flatMap(({ daemons }) => daemons),
  };
}
