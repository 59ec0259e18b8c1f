// Owns a node's nft rules: the few of Felix's that change what a packet of a plain lab meets (calico.md C.6).

import { mustParsePrefix } from '../base/address.ts';
import { generationOf } from '../calico/generations.ts';
import type { IPPool } from '../calico/objects.ts';
import type { Design } from '../design/design.ts';

/**
 * nft text of a node, the same on all nodes of a lab. Source translation of pods towards everything outside all pools
 * (disabled pools count too, calico.md C.6), the reverse-path filter on cali*, and what Felix's per-pod chains drop:
 * invalid packets, and IPIP or VXLAN that a pod wrapped itself. Pods reach their node, as the manifest has it
 * (FELIX_DEFAULTENDPOINTTOHOSTACTION=ACCEPT); replies are accepted before anything is dropped.
 */
export function felixRules(design: Design): string {
  const { natPoolsSet, allPoolsSet } = generationOf(design.version);
  const pools = design.pools.filter(({ spec }) => mustParsePrefix(spec.cidr).family === 4);
  const translated = pools.filter(({ spec }) => spec.natOutgoing === true);
  return `table ip calico {
${poolSet(natPoolsSet, translated)}
${poolSet(allPoolsSet, pools)}
  chain cali-PREROUTING {
    type filter hook prerouting priority raw; policy accept;
    iifname "cali*" fib saddr . mark . iif oif missing drop
  }
  chain cali-INPUT {
    type filter hook input priority filter; policy accept;
    iifname "cali*" jump cali-from-workload
  }
  chain cali-FORWARD {
    type filter hook forward priority filter; policy accept;
    iifname "cali*" jump cali-from-workload
    oifname "cali*" jump cali-to-workload
  }
  chain cali-from-workload {
    ct state established,related accept
    ct state invalid drop
    udp dport 4789 drop
    ip protocol 4 drop
  }
  chain cali-to-workload {
    ct state established,related accept
    ct state invalid drop
  }
  chain cali-POSTROUTING {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr @${natPoolsSet} ip daddr != @${allPoolsSet} masquerade fully-random
  }
}
`;
}

function poolSet(name: string, pools: readonly IPPool[]): string {
  const elements = pools.length === 0 ? '' : `\n    elements = { ${pools.map(({ spec }) => spec.cidr).join(', ')} }`;
  return `  set ${name} {
    type ipv4_addr
    flags interval${elements}
  }`;
}
