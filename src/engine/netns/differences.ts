// Owns the one list of what this engine shows otherwise than a real Calico cluster, each with its reason.

import type { KnownDifference } from '../../plan/engine.ts';

/** Shown by `labctl status --differences`; a parity test may leave out only what stands here. */
export const netnsDifferences: readonly KnownDifference[] = [
  {
    id: 'bird-2',
    what: 'Nodes run BIRD 2 or 3, one daemon for both families (birdcl6 asks the same one): capabilities, protocol names kernel1/direct1 and birdc texts are theirs',
    why: "Calico's fork of BIRD 1.6.8 is not in Debian; routes, metrics and sessions are the same",
  },
  {
    id: 'v6-gateways',
    what: "A node's IPv6 routes by a leaf: those that bring the leaf's link-local address go by it, others by the global one; in a cluster all go by the same one of the two",
    why: 'BIRD 1.6 has one gateway for each next hop, that of the route it heard first; BIRD 2 has one for each route',
  },
  {
    id: 'no-felix-loop',
    what: 'A route, rule or device that somebody deletes stays deleted; in a cluster Felix restores it',
    why: 'labctl sets up what Felix sets up, once; `labctl up` again mends it',
  },
  {
    id: 'rules-nftables',
    what: "Felix's chains are about ten nftables rules with the same effect on packets, not the cali-* iptables chains",
    why: 'a lab needs the effect: masquerade, reverse path filter, invalid and tunnel packets dropped',
  },
  {
    id: 'no-policy',
    what: 'NetworkPolicy, eBPF data plane and WireGuard are not there',
    why: 'they are refused by name, never ignored',
  },
  {
    id: 'no-kube-proxy',
    what: 'No kube-proxy (its rules for the services of a lab are written once, as nftables), no DNS, no kubelet probes, no other pods',
    why: 'nothing of Kubernetes runs; only what moves packets between pods does',
  },
  {
    id: 'docker-order',
    what: "Docker's addresses follow the node list (172.18.0.2, .3, …); a real cluster's order is chance",
    why: 'the same lab always has the same addresses',
  },
  {
    id: 'mac-ifindex',
    what: 'MAC addresses of net0 and pods, ifindex and link netns ids',
    why: 'they are chance in a real cluster',
  },
  {
    id: 'equal-paths',
    what: 'Which of several equal BGP paths is best, and which spine carries a flow',
    why: 'FRR prefers the older path; the hash depends on ports: compare the set',
  },
  {
    id: 'outside-v6',
    what: "Routers' eth0 has no IPv6 address",
    why: "Docker gives containerlab's network one only when IPv6 is on",
  },
  {
    id: 'router-boot',
    what: 'Routers are the FRR of this machine; VyOS adds its own configuration layer and boot time',
    why: "VyOS's routing engine is FRR",
  },
  {
    id: 'permanent-neighbors',
    what: 'Large labs may have PERMANENT neighbors (only where this machine says so at up)',
    why: 'the neighbor table is shared by the whole machine, and permanent entries do not count against its limit',
  },
  { id: 'no-internet', what: 'The outside answers nothing', why: 'a lab sends no packet to this machine or beyond' },
  {
    id: 'one-kernel',
    what: 'All machines share one kernel and one list of processes: one clock, one neighbor limit; ps in a node shows the whole lab',
    why: 'they are namespaces',
  },
];
