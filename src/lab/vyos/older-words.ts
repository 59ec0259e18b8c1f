// Owns the words of older VyOS releases (1.2, 1.3) and what 1.4 calls them: as VyOS's own migration scripts rewrite them.

import { GrowingNode, type Word } from './growing.ts';
import type { VyosNode } from './node.ts';
import { impliedFamilies, impliesIpv4 } from './older-families.ts';

/** Leads from an older place to today's. `*` is any word, `#` a number, `@` an address, `eth*` a beginning; `$1` is the first of them. */
type Move = readonly [from: string, ...to: readonly [string, ...string[]]];

const perNeighbor = [
  'allowas-in',
  'as-override',
  'attribute-unchanged',
  'default-originate',
  'distribute-list',
  'filter-list',
  'maximum-prefix',
  'nexthop-self',
  'prefix-list',
  'remove-private-as',
  'route-map',
  'route-reflector-client',
  'route-server-client',
  'soft-reconfiguration',
  'unsuppress-map',
  'weight',
];

/** Inside `protocols`, of a router or of one of its VRFs. */
const protocolMoves: readonly Move[] = [
  ['bgp #', 'bgp', 'bgp system-as $1'],
  ['bgp local-as', 'bgp system-as'],
  ...['network', 'redistribute', 'aggregate-address', 'maximum-paths'].map(
    (word): Move => [`bgp ${word}`, `bgp address-family ipv4-unicast ${word}`],
  ),
  ...['neighbor', 'peer-group'].flatMap((kind) =>
    perNeighbor.map((word): Move => [`bgp ${kind} * ${word}`, `bgp ${kind} $1 address-family ipv4-unicast ${word}`]),
  ),
];

const moves: readonly Move[] = [
  ['protocols vrf *', 'vrf name $1 protocols'],
  ...['bgp', 'ospf', 'rip', 'static', 'isis'].map(
    (word): Move => [`protocols ${word} route-map`, `system ip protocol ${word} route-map`],
  ),
  ...[
    ['ip ospf', 'ospf'],
    ['ip rip', 'rip'],
    ['ipv6 ospfv3', 'ospfv3'],
    ['ipv6 ripng', 'ripng'],
  ].flatMap(([words, protocol]): Move[] => [
    [`interfaces * * ${words}`, `protocols ${protocol} interface $2`],
    [`interfaces * * vif * ${words}`, `protocols ${protocol} interface $2.$3`],
  ]),
  ...['ospfv3', 'ripng'].map((word): Move => [`protocols ${word} route-map`, `system ipv6 protocol ${word} route-map`]),
  ['protocols ospfv3 area * interface *', 'protocols ospfv3 interface $2 area $1'],
  ['interfaces * * bridge-group bridge *', 'interfaces bridge $3 member interface $2'],
  ['interfaces * * bond-group *', 'interfaces bonding $3 member interface $2'],
  ...['eth*', 'bond*', 'br*', 'tun*', 'vxlan*'].flatMap((name): Move[] => {
    const kind = { 'eth*': 'ethernet', 'bond*': 'bonding', 'br*': 'bridge', 'tun*': 'tunnel' }[name] ?? 'vxlan';
    return [
      [`firewall options interface ${name} adjust-mss`, `interfaces ${kind} $1 ip adjust-mss`],
      [`firewall options interface ${name} adjust-mss6`, `interfaces ${kind} $1 ipv6 adjust-mss`],
    ];
  }),
  ...[
    'all-ping',
    'broadcast-ping',
    'config-trap',
    'ip-src-route',
    'ipv6-receive-redirects',
    'ipv6-src-route',
    'log-martians',
    'receive-redirects',
    'send-redirects',
    'source-validation',
    'state-policy',
    'syn-cookies',
    'twa-hazards-protection',
  ].map((word): Move => [`firewall ${word}`, `firewall global-options ${word}`]),
  ['firewall name', 'firewall ipv4 name'],
  ['firewall ipv6-name', 'firewall ipv6 name'],
  ['interfaces tunnel * local-ip', 'interfaces tunnel $1 source-address'],
  ['interfaces tunnel * remote-ip', 'interfaces tunnel $1 remote'],
  ['interfaces tunnel * dhcp-interface', 'interfaces tunnel $1 source-interface'],
  ['interfaces tunnel * encapsulation gre-bridge', 'interfaces tunnel $1 encapsulation gretap'],
  ['interfaces vxlan * link', 'interfaces vxlan $1 source-interface'],
  ['interfaces pseudo-ethernet * link', 'interfaces pseudo-ethernet $1 source-interface'],
  ...['as-path-prepend', 'as-path-exclude', 'extcommunity-rt', 'extcommunity-soo', 'extcommunity-bandwidth'].map(
    (word): Move => [
      `policy route-map * rule * set ${word}`,
      `policy route-map $1 rule $2 set ${word.replace(/-(?=[a-z]+$)/, ' ')}`,
    ],
  ),
  ['policy route-map * rule * match ip nexthop @', 'policy route-map $1 rule $2 match ip nexthop address $3'],
  ['policy route-map * rule * match ipv6 nexthop @', 'policy route-map $1 rule $2 match ipv6 nexthop address $3'],
  ['policy route-map * rule * set comm-list comm-list', 'policy route-map $1 rule $2 set community delete'],
  // Deleting is what the list is for: the word falls away.
  ['policy route-map * rule * set comm-list delete', 'policy route-map $1 rule $2'],
  ['protocols static arp @ hwaddr', 'protocols static arp interface any address $1 mac'],
];

/** A configuration in today's words; each word keeps the place where it stood. What is of today stays as it is. */
export function inTodaysWords(roots: readonly VyosNode[], text: string): readonly VyosNode[] {
  const root = new GrowingNode({ text: '', start: 0, end: 0 });
  for (const path of pathsOf(roots)) for (const words of moved(path)) growAll(root, words);
  if (impliesIpv4(roots, text)) for (const words of impliedFamilies(root.finish())) growAll(root, words);
  return root.finish();
}

function* pathsOf(nodes: readonly VyosNode[], above: readonly Word[] = []): Generator<readonly Word[]> {
  for (const { word, start, end, children } of nodes) {
    const path = [...above, { text: word, start, end }];
    if (children.length === 0) yield path;
    else yield* pathsOf(children, path);
  }
}

function growAll(root: GrowingNode, words: readonly Word[]): void {
  let node = root;
  for (const word of words) node = node.grow(word);
}

/** One path becomes one, or two where a word said two things. */
function moved(path: readonly Word[]): readonly (readonly Word[])[] {
  for (const move of moves) {
    const found = movedBy(move, path);
    if (found !== undefined) return found.flatMap(moved);
  }
  const [vrf, name, , protocols] = path.map(({ text }) => text);
  const depth = vrf === 'protocols' ? 1 : vrf === 'vrf' && name === 'name' && protocols === 'protocols' ? 4 : 0;
  if (depth === 0) return [path];
  for (const move of protocolMoves) {
    const found = movedBy(move, path.slice(depth));
    if (found !== undefined) return found.flatMap((words) => moved([...path.slice(0, depth), ...words]));
  }
  return [path];
}

function movedBy([from, ...to]: Move, path: readonly Word[]): readonly (readonly Word[])[] | undefined {
  const pattern = from.split(' ');
  if (path.length < pattern.length) return undefined;
  const captured: Word[] = [];
  for (const [i, expected] of pattern.entries()) {
    const word = path[i];
    if (word === undefined || !isMatch(expected, word.text)) return undefined;
    if (/[*#@]/.test(expected)) captured.push(word);
  }
  const last = path[pattern.length - 1];
  if (last === undefined) return undefined;
  const rest = path.slice(pattern.length);
  return to.map((target, i) => [
    ...target.split(' ').map((word) => ({
      ...(/^\$\d$/.test(word) ? (captured[Number(word[1]) - 1] ?? last) : last),
      text: word.replace(/\$(\d)/g, (_, n: string) => captured[Number(n) - 1]?.text ?? ''),
    })),
    ...(i === 0 ? rest : []),
  ]);
}

function isMatch(expected: string, text: string): boolean {
  if (expected === '*') return true;
  if (expected === '#') return /^\d+$/.test(text);
  if (expected === '@') return /^[0-9.]+$/.test(text) || text.includes(':');
  return expected.endsWith('*') ? text.startsWith(expected.slice(0, -1)) : text === expected;
}
