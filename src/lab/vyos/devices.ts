// Owns the devices that a VyOS configuration makes beside its ports: bonds, bridges, VLANs, tunnels, in iproute2's words.

import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';
import { isValue, type ShortRow } from './vocabulary.ts';

/** A kind of interface that is no port: what it may say, its MTU by default, and how `ip` makes it. */
export interface DeviceKind {
  readonly words: readonly ShortRow[];
  readonly mtu: number;
  /** The command of `ip` that makes it; undefined where the engine does. */
  make(name: string, nodes: readonly VyosNode[]): string | undefined;
}

const engines = (): undefined => undefined;

const members: readonly ShortRow[] = [['member interface <interface>']];

/** By VyOS's word. */
export const deviceKinds: Readonly<Record<string, DeviceKind>> = {
  loopback: { words: [], mtu: 65536, make: engines },
  dummy: { words: [], mtu: 1500, make: engines },
  bonding: {
    words: [
      ...members,
      ...Object.keys({
        '802.3ad': 0,
        'active-backup': 0,
        broadcast: 0,
        'round-robin': 0,
        'transmit-load-balance': 0,
        'adaptive-load-balance': 0,
        'xor-hash': 0,
      }).map((mode): ShortRow => [`mode ${mode}`]),
      ['hash-policy <word>'],
      ['lacp-rate <word>'],
      ['min-links <number>'],
      ['mii-mon-interval <number>'],
      ['primary <interface>'],
    ],
    mtu: 1500,
    make: makeBond,
  },
  bridge: {
    words: [
      ...members,
      ['enable-vlan'],
      ['stp'],
      ['stp true'],
      ['stp false'],
      ['aging <number>'],
      ['forwarding-delay <number>'],
      ['hello-time <number>'],
      ['max-age <number>'],
      ['priority <number>'],
      ['member interface <interface> native-vlan <number>'],
      ['member interface <interface> allowed-vlan <word>'],
      ['member interface <interface> cost <number>'],
      ['member interface <interface> priority <number>'],
      ['member interface <interface> isolated'],
    ],
    mtu: 1500,
    make: (name, nodes) => {
      const isVlanAware = nodeAt(nodes, 'enable-vlan') !== undefined;
      const stp = nodeAt(nodes, 'stp') === undefined || valueAt(nodes, 'stp') === 'false' ? 0 : 1;
      return `link add name ${name} type bridge stp_state ${stp}${isVlanAware ? ' vlan_filtering 1' : ''}`;
    },
  },
  'pseudo-ethernet': {
    words: [['source-interface <interface>'], ['mode private'], ['mode vepa'], ['mode bridge'], ['mode passthru']],
    mtu: 1500,
    make: (name, nodes) => {
      const mode = valueAt(nodes, 'mode') ?? 'private';
      return `link add link ${valueAt(nodes, 'source-interface') ?? 'lo'} name ${name} type macvlan mode ${mode}`;
    },
  },
  'virtual-ethernet': {
    words: [['peer-name <interface>']],
    mtu: 1500,
    // Each end names the other in VyOS: the first by name makes the pair.
    make: (name, nodes) => {
      const peer = valueAt(nodes, 'peer-name');
      return peer === undefined || peer < name ? undefined : `link add name ${name} type veth peer name ${peer}`;
    },
  },
  vxlan: {
    words: [
      ['vni <number>'],
      ['port <number>'],
      ['source-address <address>'],
      ['source-interface <interface>'],
      ['remote <address>'],
      ['group <address>'],
      ['parameters nolearning'],
      ['parameters neighbor-suppress'],
      ['parameters ip ttl <number>'],
    ],
    mtu: 1450,
    make: makeVxlan,
  },
  geneve: {
    words: [['vni <number>'], ['remote <address>'], ['port <number>']],
    mtu: 1450,
    make: (name, nodes) =>
      said(nodes, `link add name ${name} type geneve`, ['vni', 'id'], ['remote', 'remote'], ['port', 'dstport']),
  },
  tunnel: {
    words: [
      ...['ipip', 'gre', 'gretap', 'sit', 'ip6gre', 'ip6gretap', 'ipip6', 'ip6ip6'].map(
        (kind): ShortRow => [`encapsulation ${kind}`],
      ),
      ['source-address <address>'],
      ['remote <address>'],
      ['source-interface <interface>'],
      ['parameters ip ttl <number>'],
      ['parameters ip key <number>'],
      ['parameters ip tos <word>'],
      ['parameters ip no-pmtu-discovery'],
      ['enable-multicast'],
      ['multicast <word>'],
    ],
    mtu: 1476,
    make: makeTunnel,
  },
};

const bondModes: Readonly<Record<string, string>> = {
  'round-robin': 'balance-rr',
  'transmit-load-balance': 'balance-tlb',
  'adaptive-load-balance': 'balance-alb',
  'xor-hash': 'balance-xor',
};

/** VyOS's own default: 802.3ad, layer 2, a look at the carrier every 100 ms. */
function makeBond(name: string, nodes: readonly VyosNode[]): string {
  const mode = valueAt(nodes, 'mode') ?? '802.3ad';
  const head = `link add name ${name} type bond mode ${bondModes[mode] ?? mode} miimon ${valueAt(nodes, 'mii-mon-interval') ?? 100}`;
  return said(nodes, head, ['hash-policy', 'xmit_hash_policy'], ['lacp-rate', 'lacp_rate'], ['min-links', 'min_links']);
}

function makeVxlan(name: string, nodes: readonly VyosNode[]): string {
  const port = valueAt(nodes, 'port') ?? '8472';
  const head = said(nodes, `link add name ${name} type vxlan`, ['vni', 'id']);
  const ends = said(
    nodes,
    `${head} dstport ${port}`,
    ['source-address', 'local'],
    ['remote', 'remote'],
    ['group', 'group'],
    ['source-interface', 'dev'],
  );
  return nodeAt(nodes, 'parameters', 'nolearning') === undefined ? ends : `${ends} nolearning`;
}

const tunnelTypes: Readonly<Record<string, string>> = { ipip6: 'ip6tnl mode ipip6', ip6ip6: 'ip6tnl mode ip6ip6' };

function makeTunnel(name: string, nodes: readonly VyosNode[]): string {
  const kind = valueAt(nodes, 'encapsulation') ?? 'gre';
  const head = `link add name ${name} type ${tunnelTypes[kind] ?? kind}`;
  const ends = said(nodes, head, ['source-address', 'local'], ['remote', 'remote'], ['source-interface', 'dev']);
  const ttl = valueAt(nodes, 'parameters', 'ip', 'ttl') ?? '64';
  const key = valueAt(nodes, 'parameters', 'ip', 'key');
  const hops = /6/.test(kind) ? `hoplimit ${ttl}` : `ttl ${ttl}`;
  return `${ends} ${hops}${key === undefined ? '' : ` key ${key}`}`;
}

function said(
  nodes: readonly VyosNode[],
  head: string,
  ...pairs: readonly (readonly [word: string, as: string])[]
): string {
  const options = pairs.flatMap(([word, as]) => {
    const value = valueAt(nodes, word);
    return value === undefined ? [] : [` ${as} ${value}`];
  });
  return `${head}${options.join('')}`;
}

/** Commands that put the members into a bridge or a bond, once all are there; `bridge:` before those of `bridge`. */
export function joinCommands(kind: string, name: string, nodes: readonly VyosNode[]): readonly string[] {
  const ports = nodesAt(nodes, 'member', 'interface').filter(({ word }) => isValue('interface', word));
  // A bond takes no port that is up.
  const joins = ports.flatMap(({ word }) => [
    ...(kind === 'bonding' ? [`link set dev ${word} down`] : []),
    `link set dev ${word} master ${name}`,
    `link set dev ${word} up`,
  ]);
  if (kind !== 'bridge') return joins;
  const isolated = ports.filter(({ children }) => nodeAt(children, 'isolated') !== undefined);
  const vlans = [
    ...wordsAt(nodes, 'vif').map((id) => `vlan add vid ${id} dev ${name} self`),
    ...ports.flatMap(({ word, children }) => {
      const native = valueAt(children, 'native-vlan');
      const tagged = wordsAt(children, 'allowed-vlan').map((id) => `vlan add vid ${id} dev ${word}`);
      return native === undefined ? tagged : [...tagged, `vlan add vid ${native} dev ${word} pvid untagged`];
    }),
  ];
  return [
    ...joins,
    ...(nodeAt(nodes, 'enable-vlan') === undefined ? [] : vlans.map((vlan) => `bridge:${vlan}`)),
    ...isolated.map(({ word }) => `bridge:link set dev ${word} isolated on`),
  ];
}
