// Owns the devices that a VyOS configuration makes beside its ports: bridges, VLANs, VXLAN, tunnels, in iproute2's words.

import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';
import { isValue, type ShortRow } from './vocabulary.ts';

/** A kind of interface that is no port: what it may say, its MTU by default, and how `ip` makes it. */
export interface DeviceKind {
  readonly words: readonly ShortRow[];
  readonly mtu: number;
  /** Commands of `ip`, in order; `dummy` and loopback are the engine's own matter and have none. */
  make(name: string, nodes: readonly VyosNode[]): readonly string[];
}

const none = (): readonly string[] => [];

/** By VyOS's word. */
export const deviceKinds: Readonly<Record<string, DeviceKind>> = {
  loopback: { words: [], mtu: 65536, make: none },
  dummy: { words: [], mtu: 1500, make: none },
  bridge: {
    words: [
      ['enable-vlan'],
      ['stp'],
      ['aging <number>'],
      ['forwarding-delay <number>'],
      ['hello-time <number>'],
      ['max-age <number>'],
      ['priority <number>'],
      ['member interface <interface>'],
      ['member interface <interface> native-vlan <number>'],
      ['member interface <interface> allowed-vlan <word>'],
      ['member interface <interface> cost <number>'],
      ['member interface <interface> priority <number>'],
    ],
    mtu: 1500,
    make: makeBridge,
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
      ['parameters ip ttl <number>'],
    ],
    mtu: 1450,
    make: makeVxlan,
  },
  tunnel: {
    words: [
      ['encapsulation ipip'],
      ['encapsulation gre'],
      ['encapsulation sit'],
      ['source-address <address>'],
      ['remote <address>'],
      ['source-interface <interface>'],
      ['parameters ip ttl <number>'],
      ['parameters ip key <number>'],
      ['multicast <word>'],
    ],
    mtu: 1476,
    make: makeTunnel,
  },
};

/** What a VLAN on a port or a bridge may say is said in interfaces.ts; this makes it. */
export function makeVif(parent: string, id: string): readonly string[] {
  return [`link add link ${parent} name ${parent}.${id} type vlan id ${id}`];
}

function makeBridge(name: string, nodes: readonly VyosNode[]): readonly string[] {
  const isVlanAware = nodeAt(nodes, 'enable-vlan') !== undefined;
  const stp = nodeAt(nodes, 'stp') === undefined ? 0 : 1;
  const members = nodesAt(nodes, 'member', 'interface').filter(({ word }) => isValue('interface', word));
  const vlans = isVlanAware
    ? [
        ...wordsAt(nodes, 'vif').map((id) => `vlan ${id} dev ${name} self`),
        ...members.flatMap(({ word, children }) => {
          const native = valueAt(children, 'native-vlan');
          const tagged = wordsAt(children, 'allowed-vlan').map((id) => `vlan ${id} dev ${word}`);
          return native === undefined ? tagged : [...tagged, `vlan ${native} dev ${word} pvid untagged`];
        }),
      ]
    : [];
  return [
    `link add name ${name} type bridge stp_state ${stp}${isVlanAware ? ' vlan_filtering 1' : ''}`,
    ...members.flatMap(({ word }) => [`link set dev ${word} master ${name}`, `link set dev ${word} up`]),
    ...vlans.map((vlan) => `bridge:${vlan}`),
  ];
}

function makeVxlan(name: string, nodes: readonly VyosNode[]): readonly string[] {
  const said = (word: string, as: string): string[] => {
    const value = valueAt(nodes, word);
    return value === undefined ? [] : [as, value];
  };
  const nolearning = nodeAt(nodes, 'parameters', 'nolearning') === undefined ? [] : ['nolearning'];
  const port = valueAt(nodes, 'port') ?? '8472';
  const ends = [...said('source-address', 'local'), ...said('remote', 'remote'), ...said('group', 'group')];
  const dev = said('source-interface', 'dev');
  return [
    ['link add name', name, 'type vxlan', ...said('vni', 'id'), 'dstport', port, ...ends, ...dev, ...nolearning].join(
      ' ',
    ),
  ];
}

function makeTunnel(name: string, nodes: readonly VyosNode[]): readonly string[] {
  const kind = valueAt(nodes, 'encapsulation') ?? 'gre';
  const said = (word: string, as: string): string[] => {
    const value = valueAt(nodes, word);
    return value === undefined ? [] : [as, value];
  };
  const ttl = valueAt(nodes, 'parameters', 'ip', 'ttl') ?? '64';
  const key = valueAt(nodes, 'parameters', 'ip', 'key');
  const ends = [...said('source-address', 'local'), ...said('remote', 'remote'), ...said('source-interface', 'dev')];
  return [
    ['link add name', name, 'type', kind, ...ends, 'ttl', ttl, ...(key === undefined ? [] : ['key', key])].join(' '),
  ];
}
