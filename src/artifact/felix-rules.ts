// Owns a node's nft rules: the few of Felix's that change what a packet of a plain lab meets (calico.md C.6).

import { mustParsePrefix } from '../base/address.ts';
import { generationOf } from '../calico/generations.ts';
import type { IPPool } from '../calico/objects.ts';
import type { Design, NodeDesign } from '../design/design.ts';
import { remoteVteps } from '../design/felix-routes.ts';

/** The port of VXLAN (RFC 7348; calico.md A.7). */
const vxlanPort = 4789;

/** The ipset of all other nodes that may send VXLAN (C.4). */
const vxlanSenders = 'cali40all-vxlan-net';

/**
 * nft text of a node. Source translation of pods towards everything outside all pools
 * (disabled pools count too, calico.md C.6), the reverse-path filter on cali*, and what Felix's per-pod chains drop:
 * invalid packets, and IPIP or VXLAN that a pod wrapped itself. Pods reach their node, as the manifest has it
 * (FELIX_DEFAULTENDPOINTTOHOSTACTION=ACCEPT); replies are accepted before anything is dropped.
 * A node with a tunnel takes VXLAN from other nodes alone, outside connection tracking, and what it sends into the tunnel from
 * another address of its own gets the tunnel's (calico.md C.4, C.6).
 */
export function felixRules(design: Design, node: NodeDesign): string {
  const { natPoolsSet, allPoolsSet } = generationOf(design.version);
  const pools = design.pools.filter(({ spec }) => mustParsePrefix(spec.cidr).family === 4);
  const translated = pools.filter(({ spec }) => spec.natOutgoing === true);
  const senders = remoteVteps(design.nodes, node).map((remote) => remote.node);
  const [tunnel] = node.tunnels;
  const isUntracked = tunnel !== undefined && generationOf(design.version).vxlanUntracked;
  return `table ip calico {
${addressSet(natPoolsSet, translated.map(cidrOf))}
${addressSet(allPoolsSet, pools.map(cidrOf))}
${tunnel === undefined ? '' : `${addressSet(vxlanSenders, senders)}\n`}  chain cali-PREROUTING {
    type filter hook prerouting priority raw; policy accept;
${isUntracked ? `    udp dport ${vxlanPort} notrack\n` : ''}    iifname "cali*" fib saddr . mark . iif oif missing drop
  }
${isUntracked ? untrackedOutput : ''}  chain cali-INPUT {
    type filter hook input priority filter; policy accept;
${tunnel === undefined ? '' : vxlanInput}    iifname "cali*" jump cali-from-workload
  }
  chain cali-FORWARD {
    type filter hook forward priority filter; policy accept;
    iifname "cali*" jump cali-from-workload
    oifname "cali*" jump cali-to-workload
  }
  chain cali-from-workload {
    ct state established,related accept
    ct state invalid drop
    udp dport ${vxlanPort} drop
    ip protocol 4 drop
  }
  chain cali-to-workload {
    ct state established,related accept
    ct state invalid drop
  }
  chain cali-POSTROUTING {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr @${natPoolsSet} ip daddr != @${allPoolsSet} masquerade fully-random
${tunnel === undefined ? '' : tunnelSource(tunnel.name)}  }
}
`;
}

const untrackedOutput = `  chain cali-OUTPUT {
    type filter hook output priority raw; policy accept;
    udp dport ${vxlanPort} notrack
  }
`;

const vxlanInput = `    udp dport ${vxlanPort} ip saddr @${vxlanSenders} fib daddr type local accept
    udp dport ${vxlanPort} fib daddr type local drop
`;

function tunnelSource(device: string): string {
  return `    oifname "${device}" fib saddr . oif type != local fib saddr type local masquerade fully-random\n`;
}

function cidrOf({ spec }: IPPool): string {
  return spec.cidr;
}

function addressSet(name: string, members: readonly string[]): string {
  const elements = members.length === 0 ? '' : `\n    elements = { ${members.join(', ')} }`;
  return `  set ${name} {
    type ipv4_addr
    flags interval${elements}
  }`;
}
