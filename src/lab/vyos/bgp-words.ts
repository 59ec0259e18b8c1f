// Owns VyOS's words for BGP and the lines that its own FRR template (bgpd.frr.j2 of VyOS 1.4 and 1.5) makes of them.

import { type Row, type ShortRow, vocabularyOf } from './vocabulary.ts';

const elsewhere = (path: string): Row => ({ path, isElsewhere: true });

/** Inside `protocols bgp`, as lines of `router bgp`. */
export const bgpWords = vocabularyOf([
  elsewhere('system-as'),
  elsewhere('neighbor'),
  elsewhere('peer-group'),
  elsewhere('address-family'),
  ['parameters router-id <address>', 'bgp router-id {address}'],
  ['parameters always-compare-med', 'bgp always-compare-med', 'MED'],
  ['parameters bestpath as-path confed', 'bgp bestpath as-path confed', 'a confederation'],
  ['parameters bestpath as-path ignore', 'bgp bestpath as-path ignore', 'ignored AS paths'],
  ['parameters bestpath as-path multipath-relax', 'bgp bestpath as-path multipath-relax'],
  ['parameters bestpath bandwidth <word>', 'bgp bestpath bandwidth {word}', 'weighted ECMP'],
  ['parameters bestpath compare-routerid', 'bgp bestpath compare-routerid', 'compared router ids'],
  ['parameters bestpath med confed', 'bgp bestpath med confed', 'MED'],
  ['parameters bestpath med missing-as-worst', 'bgp bestpath med missing-as-worst', 'MED'],
  [
    'parameters bestpath peer-type multipath-relax',
    'bgp bestpath peer-type multipath-relax',
    'ECMP over iBGP and eBGP',
  ],
  ['parameters cluster-id <address>', 'bgp cluster-id {address}', 'a cluster id'],
  ['parameters conditional-advertisement timer <number>', 'bgp conditional-advertisement timer {number}'],
  ['parameters confederation identifier <as>', 'bgp confederation identifier {as}', 'a confederation'],
  ['parameters confederation peers <as>', 'bgp confederation peers {as}', 'a confederation'],
  ['parameters default local-pref <number>', 'bgp default local-preference {number}', 'a LOCAL_PREF of its own'],
  ['parameters default no-ipv4-unicast'],
  ['parameters deterministic-med', 'bgp deterministic-med'],
  ['parameters ebgp-requires-policy'],
  ['parameters fast-convergence', 'bgp fast-convergence'],
  ['parameters graceful-restart', 'bgp graceful-restart'],
  ['parameters graceful-restart stalepath-time <number>', 'bgp graceful-restart stalepath-time {number}'],
  ['parameters graceful-shutdown', 'bgp graceful-shutdown', 'graceful shutdown'],
  ['parameters labeled-unicast <word>', 'bgp labeled-unicast {word}'],
  ['parameters log-neighbor-changes', 'bgp log-neighbor-changes'],
  ['parameters minimum-holdtime <number>', 'bgp minimum-holdtime {number}'],
  ['parameters network-import-check'],
  ['parameters no-client-to-client-reflection', 'no bgp client-to-client reflection', 'no reflection between clients'],
  ['parameters no-fast-external-failover', 'no bgp fast-external-failover'],
  ['parameters no-hard-administrative-reset', 'no bgp hard-administrative-reset'],
  ['parameters no-suppress-duplicates', 'no bgp suppress-duplicates'],
  ['parameters reject-as-sets', 'bgp reject-as-sets', 'rejected AS sets'],
  ['parameters route-reflector-allow-outbound-policy', 'bgp route-reflector allow-outbound-policy'],
  ['parameters shutdown', 'bgp shutdown', 'a BGP that is shut down'],
  ['parameters suppress-fib-pending', 'bgp suppress-fib-pending'],
  ['parameters distance global external <number>'],
  ['parameters distance global internal <number>'],
  ['parameters distance global local <number>'],
  ['parameters distance prefix <prefix> distance <number>', 'distance {number} {prefix}', 'a distance of its own'],
  ['parameters allow-martian-nexthop', 'bgp allow-martian-nexthop'],
  ...['half-life', 're-use', 'start-suppress-time', 'max-suppress-time'].map(
    (word): ShortRow => [`parameters dampening ${word} <number>`],
  ),
  elsewhere('parameters tcp-keepalive'),
  elsewhere('timers'),
  ['listen limit <number>', 'bgp listen limit {number}'],
  ['listen range <prefix> peer-group <name>', 'bgp listen range {prefix} peer-group {name}'],
]);

/** Inside a neighbor or a peer group, outside of address families. `{peer}`: which one. */
export const peerWords = vocabularyOf([
  elsewhere('address-family'),
  elsewhere('remote-as'),
  elsewhere('interface'),
  elsewhere('peer-group'),
  elsewhere('timers'),
  ['advertisement-interval <number>', 'neighbor {peer} advertisement-interval {number}'],
  ['bfd', 'neighbor {peer} bfd'],
  ['bfd check-control-plane-failure', 'neighbor {peer} bfd check-control-plane-failure'],
  ['bfd profile <name>', 'neighbor {peer} bfd profile {name}'],
  ['capability dynamic', 'neighbor {peer} capability dynamic'],
  ['capability extended-nexthop', 'neighbor {peer} capability extended-nexthop'],
  ['capability software-version', 'neighbor {peer} capability software-version'],
  ['description <text>', 'neighbor {peer} description {text}'],
  ['disable-capability-negotiation', 'neighbor {peer} dont-capability-negotiate'],
  ['disable-connected-check', 'neighbor {peer} disable-connected-check'],
  ['ebgp-multihop <number>', 'neighbor {peer} ebgp-multihop {number}'],
  ['enforce-first-as', 'neighbor {peer} enforce-first-as'],
  ['graceful-restart enable', 'neighbor {peer} graceful-restart'],
  ['graceful-restart disable', 'neighbor {peer} graceful-restart-disable'],
  ['graceful-restart restart-helper', 'neighbor {peer} graceful-restart-helper'],
  ['local-as <as>', 'neighbor {peer} local-as {as}', 'local-as'],
  ['local-as <as> no-prepend', 'neighbor {peer} local-as {as} no-prepend', 'local-as'],
  ['local-as <as> no-prepend replace-as', 'neighbor {peer} local-as {as} no-prepend replace-as', 'local-as'],
  ['local-role <word>', 'neighbor {peer} local-role {word}', 'roles'],
  ['local-role <word> strict', 'neighbor {peer} local-role {word} strict-mode', 'roles'],
  ['override-capability', 'neighbor {peer} override-capability'],
  ['passive', 'neighbor {peer} passive'],
  ['password <word>', 'neighbor {peer} password {word}', 'a password'],
  ['path-attribute discard <number>', 'neighbor {peer} path-attribute discard {number}', 'discarded attributes'],
  [
    'path-attribute treat-as-withdraw <number>',
    'neighbor {peer} path-attribute treat-as-withdraw {number}',
    'discarded attributes',
  ],
  ['port <number>', 'neighbor {peer} port {number}', 'a port of its own'],
  ['shutdown', 'neighbor {peer} shutdown'],
  ['solo', 'neighbor {peer} solo'],
  ['strict-capability-match', 'neighbor {peer} strict-capability-match'],
  ['ttl-security hops <number>', 'neighbor {peer} ttl-security hops {number}'],
  ['update-source <word>', 'neighbor {peer} update-source {word}'],
]);

const redistributed = ['connected', 'kernel', 'static', 'rip', 'ripng', 'isis', 'babel', 'ospf', 'ospfv3'];

/** Inside `address-family` of BGP itself. `redistribute` and `aggregate-address` are lines of several words: see bgp.ts. */
export const familyWords = vocabularyOf([
  ['network <prefix>', 'network {prefix}'],
  ['network <prefix> route-map <name>', 'network {prefix} route-map {name}', 'a route-map'],
  ['network <prefix> backdoor', 'network {prefix} backdoor', 'a backdoor network'],
  elsewhere('aggregate-address'),
  elsewhere('redistribute'),
  ['maximum-paths ebgp <number>', 'maximum-paths {number}', 'maximum-paths'],
  ['maximum-paths ibgp <number>', 'maximum-paths ibgp {number}', 'maximum-paths'],
  ['distance external <number>'],
  ['distance internal <number>'],
  ['distance local <number>'],
  ['distance prefix <prefix> distance <number>', 'distance {number} {prefix}', 'a distance of its own'],
  ['advertise-all-vni', 'advertise-all-vni', 'EVPN'],
  ['advertise-default-gw', 'advertise-default-gw', 'EVPN'],
  ['advertise-svi-ip', 'advertise-svi-ip', 'EVPN'],
  ['advertise-pip <address>', 'advertise-pip ip {address}', 'EVPN'],
  ['advertise ipv4 unicast', 'advertise ipv4 unicast', 'EVPN'],
  ['advertise ipv6 unicast', 'advertise ipv6 unicast', 'EVPN'],
  ['advertise ipv4 unicast route-map <name>', 'advertise ipv4 unicast route-map {name}', 'EVPN'],
  ['default-originate ipv4', 'default-originate ipv4', 'EVPN'],
  ['default-originate ipv6', 'default-originate ipv6', 'EVPN'],
  ['flooding disable', 'flooding disable', 'EVPN'],
  ['flooding head-end-replication', 'flooding head-end-replication', 'EVPN'],
  ['rd <word>', 'rd {word}', 'EVPN'],
  ['route-target both <word>', 'route-target both {word}', 'EVPN'],
  ['route-target import <word>', 'route-target import {word}', 'EVPN'],
  ['route-target export <word>', 'route-target export {word}', 'EVPN'],
]);

/** What `redistribute` may name, by VyOS's word, and FRR's. */
export const redistributable: ReadonlyMap<string, string> = new Map(
  redistributed.map((word) => [word, word === 'ospfv3' ? 'ospf6' : word]),
);

const policy = 'a routing policy';
const both: readonly ShortRow[] = (
  [
    ['route-map', 'route-map'],
    ['prefix-list', 'prefix-list'],
    ['filter-list', 'filter-list'],
    ['distribute-list', 'distribute-list'],
  ] as const
).flatMap(([word, frr]): ShortRow[] => [
  [`${word} import <name>`, `neighbor {peer} ${frr} {name} in`, policy],
  [`${word} export <name>`, `neighbor {peer} ${frr} {name} out`, policy],
]);

/** Inside an address family of a neighbor or a peer group. */
export const peerFamilyWords = vocabularyOf(both, [
  elsewhere('peer-group'),
  elsewhere('attribute-unchanged'),
  ['addpath-tx-all', 'neighbor {peer} addpath-tx-all-paths', 'additional paths'],
  ['addpath-tx-per-as', 'neighbor {peer} addpath-tx-bestpath-per-AS', 'additional paths'],
  ['allowas-in', 'neighbor {peer} allowas-in'],
  ['allowas-in number <number>', 'neighbor {peer} allowas-in {number}'],
  ['allowas-in origin', 'neighbor {peer} allowas-in origin', 'allowas-in origin'],
  ['as-override', 'neighbor {peer} as-override'],
  ['capability orf prefix-list receive', 'neighbor {peer} capability orf prefix-list receive', policy],
  ['capability orf prefix-list send', 'neighbor {peer} capability orf prefix-list send', policy],
  ['default-originate', 'neighbor {peer} default-originate', 'a default route that is told'],
  ['default-originate route-map <name>', 'neighbor {peer} default-originate route-map {name}', policy],
  ['disable-send-community extended', 'no neighbor {peer} send-community extended'],
  ['disable-send-community standard', 'no neighbor {peer} send-community standard'],
  ['maximum-prefix <number>', 'neighbor {peer} maximum-prefix {number}', 'a limit of prefixes'],
  ['maximum-prefix-out <number>', 'neighbor {peer} maximum-prefix-out {number}', 'a limit of prefixes'],
  ['nexthop-local unchanged', 'neighbor {peer} nexthop-local unchanged', 'a next hop that stays'],
  ['nexthop-self', 'neighbor {peer} next-hop-self'],
  ['nexthop-self force', 'neighbor {peer} next-hop-self force', 'a next hop that is forced'],
  ['remove-private-as', 'neighbor {peer} remove-private-AS', 'private AS numbers that are removed'],
  ['remove-private-as all', 'neighbor {peer} remove-private-AS all', 'private AS numbers that are removed'],
  ['route-reflector-client', 'neighbor {peer} route-reflector-client'],
  ['route-server-client', 'neighbor {peer} route-server-client', 'a route server'],
  ['soft-reconfiguration inbound', 'neighbor {peer} soft-reconfiguration inbound'],
  ['unsuppress-map <name>', 'neighbor {peer} unsuppress-map {name}', policy],
  ['weight <number>', 'neighbor {peer} weight {number}', 'a weight'],
  elsewhere('conditionally-advertise'),
]);

/** VyOS's word for an address family, and FRR's. */
export const families: ReadonlyMap<string, string> = new Map([
  ['ipv4-unicast', 'ipv4 unicast'],
  ['ipv4-multicast', 'ipv4 multicast'],
  ['ipv4-labeled-unicast', 'ipv4 labeled-unicast'],
  ['ipv4-vpn', 'ipv4 vpn'],
  ['ipv6-unicast', 'ipv6 unicast'],
  ['ipv6-multicast', 'ipv6 multicast'],
  ['ipv6-labeled-unicast', 'ipv6 labeled-unicast'],
  ['ipv6-vpn', 'ipv6 vpn'],
  ['l2vpn-evpn', 'l2vpn evpn'],
]);
