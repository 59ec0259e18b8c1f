// Owns a node's nft rules: the few of Felix's that change what a packet of a plain lab meets (calico.md C.6).

import { addressOf, type Family, familyOf, inFamily } from '../base/address.ts';
import { defaultVxlanPort, felixSettings } from '../calico/felix-settings.ts';
import { generationOf } from '../calico/generations.ts';
import type { IPPool } from '../calico/objects.ts';
import type { Design, NodeDesign } from '../design/design.ts';
import { remoteVteps } from '../design/felix-routes.ts';
import { rangesOf } from '../design/services.ts';

/** nft's words that differ between the families; Felix's set names begin with `cali40` or `cali60`. */
const words = {
  4: { table: 'ip', sets: 'cali40', type: 'ipv4_addr', neighbors: '' },
  // Neighbor discovery is IPv6's ARP: no filter stands in its way (Felix accepts ICMPv6 130 to 136).
  6: { table: 'ip6', sets: 'cali60', type: 'ipv6_addr', neighbors: '    icmpv6 type { 130-136 } accept\n' },
} as const;

/** The ipset of all nodes, who may send IPIP (C.3). */
const ipipSenders = 'cali40all-hosts-net';

/**
 * nft text of a node, a table in each of its families. Source translation of pods towards everything outside all pools
 * (disabled pools count too, calico.md C.6), the reverse-path filter on cali*, and what Felix's per-pod chains drop:
 * invalid packets, and IPIP or VXLAN that a pod wrapped itself (unless FelixConfiguration allows it). Pods reach their node, as the manifest has it
 * (FELIX_DEFAULTENDPOINTTOHOSTACTION=ACCEPT); replies are accepted before anything is dropped.
 * A node with a tunnel takes IPIP and VXLAN from nodes alone, VXLAN outside connection tracking, and what it sends into the tunnel
 * from another address of its own gets the tunnel's (calico.md C.3, C.4, C.6).
 */
export function felixRules(design: Design, node: NodeDesign): string {
  return node.addresses.map(({ family }) => familyTable(design, node, family)).join('');
}

function familyTable(design: Design, node: NodeDesign, family: Family): string {
  const { table, sets, neighbors } = words[family];
  const { natPoolsSet, allPoolsSet, vxlanUntracked } = generationOf(design.version);
  const natPools = natPoolsSet.replace('cali40', sets);
  const allPools = allPoolsSet.replace('cali40', sets);
  const pools = design.pools.filter(({ spec }) => familyOf(spec.cidr) === family);
  const ranges = rangesOf(design).filter((cidr) => familyOf(cidr) === family);
  const translated = pools.filter(({ spec }) => spec.natOutgoing === true);
  const tunnels = tunnelNames(node, family);
  const hasVxlan = tunnels.some((name) => name !== 'tunl0');
  const hasIpip = tunnels.includes('tunl0');
  // The ipset of all other nodes that may send VXLAN (C.4).
  const vxlanSenders = `${sets}all-vxlan-net`;
  const isUntracked = hasVxlan && vxlanUntracked;
  const felix = felixSettings(design.objects, node.name);
  const { vxlanPort = defaultVxlanPort } = felix;
  return `table ${table} calico {
${addressSet(natPools, family, translated.map(cidrOf))}
${addressSet(allPools, family, pools.map(cidrOf))}
${hasVxlan ? `${addressSet(vxlanSenders, family, vxlanSendersTo(design, node, family))}\n` : ''}${hasIpip ? `${addressSet(ipipSenders, family, nodeAddresses(design))}\n` : ''}  chain cali-PREROUTING {
    type filter hook prerouting priority raw; policy accept;
${isUntracked ? `    udp dport ${vxlanPort} notrack\n` : ''}    iifname "cali*" fib saddr . mark . iif oif missing drop
  }
${isUntracked ? untrackedOutput(vxlanPort) : ''}  chain cali-INPUT {
    type filter hook input priority filter; policy accept;
${hasIpip ? ipipInput : ''}${hasVxlan ? vxlanInput(table, vxlanSenders, vxlanPort) : ''}    iifname "cali*" jump cali-from-workload
  }
  chain cali-FORWARD {
    type filter hook forward priority filter; policy accept;
    iifname "cali*" jump cali-from-workload
    oifname "cali*" jump cali-to-workload
${ranges.length === 0 ? '' : `    ${table} daddr { ${ranges.join(', ')} } drop\n`}  }
  chain cali-from-workload {
${neighbors}    ct state established,related accept
    ct state invalid drop
${felix.allowVXLANPacketsFromWorkloads === true ? '' : `    udp dport ${vxlanPort} drop\n`}${felix.allowIPIPPacketsFromWorkloads === true ? '' : `    ${family === 4 ? 'ip protocol' : 'meta l4proto'} 4 drop\n`}  }
  chain cali-to-workload {
    ct state established,related accept
    ct state invalid drop
  }
  chain cali-POSTROUTING {
    type nat hook postrouting priority srcnat; policy accept;
    ${table} saddr @${natPools} ${table} daddr != @${allPools} masquerade fully-random
${tunnels.map(tunnelSource).join('')}  }
}
`;
}

const untrackedOutput = (vxlanPort: number): string => `  chain cali-OUTPUT {
    type filter hook output priority raw; policy accept;
    udp dport ${vxlanPort} notrack
  }
`;

function vxlanInput(table: string, senders: string, vxlanPort: number): string {
  return `    udp dport ${vxlanPort} ${table} saddr @${senders} fib daddr type local accept
    udp dport ${vxlanPort} fib daddr type local drop
`;
}

const ipipInput = `    ip protocol 4 ip saddr @${ipipSenders} fib daddr type local accept
    ip protocol 4 drop
`;

/** Names of a node's tunnel devices of one family that have an address now. */
export function tunnelNames(node: NodeDesign, family: Family): readonly string[] {
  return node.tunnels.flatMap((tunnel) =>
    tunnel.family === family && tunnel.address !== undefined ? [tunnel.name] : [],
  );
}

/** The other nodes' ends of VXLAN tunnels of one family. */
export function vxlanSendersTo(design: Design, node: NodeDesign, family: Family): readonly string[] {
  return remoteVteps(design.nodes, node).flatMap((remote) => (remote.tunnel.family === family ? [remote.node] : []));
}

/** The IPv4 addresses of all nodes. */
export function nodeAddresses(design: Design): readonly string[] {
  return design.nodes.flatMap(({ addresses }) => {
    const own = inFamily(addresses, 4);
    return own === undefined ? [] : [addressOf(own.address)];
  });
}

function tunnelSource(device: string): string {
  return `    oifname "${device}" fib saddr . oif type != local fib saddr type local masquerade fully-random\n`;
}

function cidrOf({ spec }: IPPool): string {
  return spec.cidr;
}

function addressSet(name: string, family: Family, members: readonly string[]): string {
  const elements = members.length === 0 ? '' : `\n    elements = { ${members.join(', ')} }`;
  return `  set ${name} {
    type ${words[family].type}
    flags interval${elements}
  }`;
}
