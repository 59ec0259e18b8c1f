// Owns made-up VyOS configurations: commands picked by chance from what its documentation has, in both forms of writing.

import type { Chance } from './seeded.ts';

/** A command with places for values, such as `{port}`. */
const commands = `
interfaces bonding bond0 address {cidr}
interfaces bonding bond0 member interface eth4
interfaces bonding bond0 mode {bond}
interfaces bonding bond0 vif {vlan} address {cidr}
interfaces bridge br0 address {cidr}
interfaces bridge br0 enable-vlan
interfaces bridge br0 member interface eth5 native-vlan {vlan}
interfaces bridge br0 vif {vlan} address {cidr}
interfaces dummy dum0 address {cidr}
interfaces ethernet {port} address {cidr}
interfaces ethernet {port} description {text}
interfaces ethernet {port} duplex auto
interfaces ethernet {port} hw-id 52:54:00:00:00:01
interfaces ethernet {port} ip adjust-mss {mss}
interfaces ethernet {port} ip enable-proxy-arp
interfaces ethernet {port} ipv6 address no-default-link-local
interfaces ethernet {port} mirror egress eth0
interfaces ethernet {port} mtu {mtu}
interfaces ethernet {port} offload gro
interfaces ethernet {port} vif {vlan} address {cidr}
interfaces ethernet {port} vif-s {vlan} vif-c {vlan} address {cidr}
interfaces loopback lo address {cidr}
interfaces tunnel tun0 address {cidr}
interfaces tunnel tun0 encapsulation {tunnel}
interfaces tunnel tun0 remote {ip}
interfaces tunnel tun0 source-address {ip}
interfaces vxlan vxlan{n} remote {ip}
interfaces vxlan vxlan{n} vni {n}
firewall global-options all-ping enable
firewall group address-group HOSTS address {ip}
firewall ipv4 forward filter default-action {action}
firewall ipv4 forward filter rule {n} action {action}
firewall ipv4 forward filter rule {n} source address {net}
firewall ipv4 name RACK rule {n} action {action}
firewall ipv4 name RACK rule {n} state established
firewall name OLD default-action drop
firewall options interface {port} adjust-mss {mss}
nat destination rule {n} destination port {n}
nat destination rule {n} inbound-interface name {port}
nat destination rule {n} protocol tcp
nat destination rule {n} translation address {ip}
nat source rule {n} outbound-interface {port}
nat source rule {n} outbound-interface name {port}
nat source rule {n} source address {net}
nat source rule {n} translation address masquerade
policy as-path-list PATHS rule {n} action permit
policy as-path-list PATHS rule {n} regex ^500_
policy community-list MARKS rule {n} action deny
policy community-list MARKS rule {n} regex 65005:.*
policy local-route rule {n} set table 100
policy local-route rule {n} source address {net}
policy prefix-list NETS rule {n} action permit
policy prefix-list NETS rule {n} prefix {net}
policy route-map MAP rule {n} action permit
policy route-map MAP rule {n} match as-path PATHS
policy route-map MAP rule {n} set as-path-prepend {path}
policy route-map MAP rule {n} set local-preference {n}
protocols bfd peer {ip} interval multiplier 3
protocols bgp {as} neighbor {ip} remote-as {as}
protocols bgp address-family ipv4-unicast network {net}
protocols bgp address-family ipv4-unicast redistribute connected
protocols bgp address-family ipv6-unicast network 2001:db8:{n}::/48
protocols bgp neighbor {ip} address-family ipv4-unicast nexthop-self
protocols bgp neighbor {ip} address-family ipv4-unicast route-map export MAP
protocols bgp neighbor {ip} bfd
protocols bgp neighbor {ip} nexthop-self
protocols bgp neighbor {ip} peer-group LEAVES
protocols bgp neighbor {ip} remote-as {as}
protocols bgp neighbor {ip} timers holdtime 9
protocols bgp parameters bestpath as-path multipath-relax
protocols bgp parameters router-id {ip}
protocols bgp peer-group LEAVES remote-as {as}
protocols bgp system-as {as}
protocols igmp interface {port} version 3
protocols isis interface {port} metric {n}
protocols isis net 49.0001.0100.0000.0001.00
protocols mpls interface {port}
protocols ospf area {n} network {net}
protocols ospf interface {port} cost {n}
protocols ospf parameters router-id {ip}
protocols ospf redistribute connected metric {n}
protocols ospfv3 interface {port} area 0
protocols rip network {net}
protocols static arp {ip} hwaddr 02:00:00:00:00:01
protocols static arp interface {port} address {ip} mac 02:00:00:00:00:01
protocols static interface-route {net} next-hop-interface {port}
protocols static route {net} blackhole distance {n}
protocols static route {net} next-hop {ip} distance {n}
protocols static route6 2001:db8:{n}::/48 next-hop 2001:db8::1
protocols static table 100 route {net} next-hop {ip}
qos interface {port} egress SLOW
service dhcp-server shared-network-name RACK subnet {net} range 0 start {ip}
service lldp interface all
service router-advert interface {port} interval max {n}
service router-advert interface {port} managed-flag
service router-advert interface {port} no-send-advert
service router-advert interface {port} prefix 2001:db8::/64
service router-advert interface {port} prefix 2001:db8::/64 no-on-link-flag
service ssh port 22
system console device ttyS0 speed 9600
system host-name leaf{n}
system login user vyos authentication plaintext-password {text}
system ntp server 0.pool.ntp.org
system option performance throughput
system sysctl parameter net.ipv4.conf.all.arp_filter value 1
system syslog global facility all level info
vpn ipsec interface {port}
vrf name BLUE protocols bgp neighbor {ip} remote-as {as}
vrf name BLUE protocols bgp system-as {as}
vrf name BLUE protocols static route {net} next-hop {ip}
vrf name BLUE table 100
interfaces wireguard wg0 address {cidr}
high-availability vrrp group rack0 vrid {n}
`
  .trim()
  .split('\n');

/** A configuration as paths of words: up to `most` commands. */
export function randomVyos(chance: Chance, most: number): readonly (readonly string[])[] {
  const value: Readonly<Record<string, () => string>> = {
    action: () => chance.pick(['accept', 'drop', 'return']),
    as: () => chance.pick(['65005', '500', '4200000000']),
    bond: () => chance.pick(['802.3ad', 'active-backup', 'round-robin']),
    cidr: () => `10.${chance.below(4)}.${chance.below(4)}.${1 + chance.below(200)}/${chance.pick(['24', '31', '32'])}`,
    ip: () => `10.${chance.below(4)}.${chance.below(4)}.${1 + chance.below(200)}`,
    mss: () => chance.pick(['1400', 'clamp-mss-to-pmtu']),
    mtu: () => chance.pick(['1500', '9000']),
    n: () => String(1 + chance.below(60)),
    net: () => `10.${chance.below(8)}.0.0/16`,
    path: () => chance.pick(['65005', '65005 65005']),
    port: () => chance.pick(['eth0', 'eth1', 'eth2', 'eth3']),
    text: () =>
      chance.pick(['uplink', 'to spine0; {east}', '65005 65005', 'it // is "so"', "a'b", 'back\\slash', '/* x */']),
    tunnel: () => chance.pick(['gre', 'ipip', 'sit']),
    vlan: () => String(2 + chance.below(4000)),
  };
  return Array.from({ length: 1 + chance.below(most) }, () =>
    chance
      .pick(commands)
      .split(' ')
      .map((word) => word.replace(/\{(\w+)\}/, (_, name: string) => value[name]?.() ?? '')),
  );
}

/** As `set` commands. */
export function asSetCommands(paths: readonly (readonly string[])[]): string {
  return `${paths.map((path) => `set ${path.map(quoted).join(' ')}`).join('\n')}\n`;
}

/** As `config.boot`: nested, a value after its word, quoted or not as chance has it, with comments and version lines. */
export function asBootText(paths: readonly (readonly string[])[], chance: Chance): string {
  const root: Tree = new Map();
  for (const path of paths) {
    let below = root;
    for (const word of path) {
      const next: Tree = below.get(word) ?? new Map();
      below.set(word, next);
      below = next;
    }
  }
  const tail = '// Warning: Do not remove the following line.\n// vyos-config-version: "bgp@5:nat@7"\n';
  return `${nested(root, '', chance)}\n${tail}// Release version: 1.4.0\n`;
}

type Tree = Map<string, Tree>;

function nested(tree: Tree, indent: string, chance: Chance): string {
  return [...tree]
    .map(([word, below]) => {
      const comment = chance.below(9) === 0 ? `${indent}/* { "not" } a node */\n` : '';
      const own = `${indent}${chance.below(3) === 0 ? quoted(word) : plainOr(word)}`;
      const leaves = [...below].every(([, inside]) => inside.size === 0);
      if (below.size === 0) return `${comment}${own}${chance.below(2) === 0 ? '' : ' {\n}'}\n`;
      if (leaves && chance.below(2) === 0)
        return `${comment}${[...below.keys()].map((value) => `${own} ${chance.below(2) === 0 ? quoted(value) : plainOr(value)}\n`).join('')}`;
      return `${comment}${own} {\n${nested(below, `${indent}    `, chance)}${indent}}\n`;
    })
    .join('');
}

function plainOr(word: string): string {
  return /^[\w.:/*^-]+$/.test(word) && !word.includes('/*') && !word.includes('//') ? word : quoted(word);
}

/** As VyOS quotes; a single quote takes no escape in its `set` form. */
function quoted(word: string): string {
  return /["\\']/.test(word) ? `"${word.replace(/["\\]/g, '\\$&')}"` : `'${word}'`;
}
