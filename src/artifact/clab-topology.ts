// Owns containerlab's topology: routers, the racks' switch, and kind's nodes as containers that someone else made.

import { Document, isMap, isSeq, visit } from 'yaml';
import { addressOf, familyOf, inFamily, networkOf } from '../base/address.ts';
import type { Design, HostDesign, Interface, Link, NodeDesign, RouterDesign, SwitchDesign } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';
import { defaultRoutesOf } from '../design/own-routes.ts';
import { frrNode } from './frr-container.ts';
import { vyosNode } from './vyos-container.ts';

/** Links that containerlab makes; Docker makes a container's eth0 and Calico a pod's. */
const clabRoles: ReadonlySet<Link['role']> = new Set(['fabric', 'rack', 'host']);

/**
 * What containers have where the host may not: forwarding, no reverse path filter (ECMP is asymmetric), flows spread by
 * ports. Docker writes them in the container's own namespace.
 */
const routerSysctls = {
  'net.ipv4.ip_forward': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.ipv4.fib_multipath_hash_policy': 1,
};

/** The same where the lab has IPv6; Docker turns it off in a container whose network has none. */
const routerSysctls6 = {
  'net.ipv6.conf.default.disable_ipv6': 0,
  'net.ipv6.conf.all.forwarding': 1,
  'net.ipv6.conf.default.forwarding': 1,
};

/**
 * fabric.clab.yml; undefined for a lab without a fabric. The same file serves containerlab 0.59 to 0.79: kind's nodes are
 * `ext-container`, because a fabric with `network-mode: container:` cannot be deployed again, and every link states its
 * MTU, because containerlab's own is 9500.
 */
export function clabTopology(design: Design, cluster: KindCluster): string | undefined {
  if (design.routers.length === 0) return undefined;
  const nodes = [
    ...design.routers.map((router) => [router.name, routerNode(design, router, cluster)] as const),
    ...fabricSwitches(design).map((bridge) => [bridge.name, switchNode(bridge, cluster)] as const),
    ...design.hosts.map((host) => [host.name, outsideHost(host, cluster)] as const),
    ...fabricNodes(design).map((node) => [node.name, clusterNode(node)] as const),
  ];
  const hasV6 = design.nodes.some(({ addresses }) => inFamily(addresses, 6) !== undefined);
  const topology = {
    name: design.lab,
    mgmt: managementNetwork(design),
    topology: {
      kinds: {
        linux: { image: cluster.images.router, sysctls: { ...routerSysctls, ...(hasV6 ? routerSysctls6 : {}) } },
      },
      nodes: Object.fromEntries(nodes),
      links: design.links.filter(({ role }) => clabRoles.has(role)).map((link) => clabLink(design, link)),
    },
  };
  const document = new Document(topology);
  document.commentBefore = ` The fabric of ${design.lab}. kind's nodes must run before it is deployed: they are joined to it, never made by it.`;
  visit(document, {
    // A link reads best on one line, as containerlab's own examples have it.
    Pair: (_, { key, value }) => {
      if (String(key) !== 'links' || !isSeq(value)) return;
      for (const link of value.items) if (isMap(link)) link.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Switches that join racks; Docker's own networks are Docker's. */
export function fabricSwitches(design: Design): readonly SwitchDesign[] {
  return design.switches.filter(({ name }) =>
    design.links.some((link) => link.role === 'rack' && link.ends.some(({ machine }) => machine === name)),
  );
}

/** Nodes that have a port in the fabric. */
export function fabricNodes(design: Design): readonly NodeDesign[] {
  return design.nodes.filter(({ addresses: [{ uplink }] }) => uplink !== 'eth0');
}

/** Every router's eth0: a network of this lab alone, without rules of containerlab's in the host's firewall. */
function managementNetwork(design: Design): object {
  const bridges = design.switches.flatMap(({ bridges }) => bridges);
  const bridge = bridges.find(({ name }) => name === 'br-clab');
  const gateway = bridge?.addresses[0];
  if (gateway === undefined) throw new TypeError(`${design.lab}: routers without a network for their eth0`);
  return {
    network: `${design.lab}-outside`,
    'ipv4-subnet': networkOf(gateway),
    'ipv4-gw': addressOf(gateway),
    'external-access': false,
  };
}

function routerNode(design: Design, router: RouterDesign, cluster: KindCluster): object {
  const eth0 = router.interfaces.find(({ name }) => name === 'eth0');
  const [address] = eth0?.addresses[0]?.split('/') ?? [];
  const exec = router.interfaces.flatMap((port) => mtuCommands(design, port));
  return {
    kind: 'linux',
    ...(address === undefined ? {} : { 'mgmt-ipv4': address }),
    ...(cluster.routers === 'vyos' ? vyosNode(router.name) : frrNode(router.name)),
    ...(exec.length === 0 ? {} : { exec }),
  };
}

/** A link states one MTU, the smaller; an end that shall believe in more is told so afterwards. */
function mtuCommands({ links }: Design, { name, mtu, link }: Interface): readonly string[] {
  const wire = links.find((candidate) => candidate.name === link && clabRoles.has(candidate.role));
  return wire === undefined || wire.mtu === mtu ? [] : [`ip link set dev ${name} mtu ${mtu}`];
}

/** Bridges in a container: nothing of the racks stands in the host's namespace, where Docker's firewall would drop it. */
function switchNode(bridge: SwitchDesign, cluster: KindCluster): object {
  return {
    kind: 'linux',
    ...(cluster.images.switch === cluster.images.router ? {} : { image: cluster.images.switch }),
    'network-mode': 'none',
    cmd: 'sleep infinity',
    exec: bridge.bridges.flatMap(({ name, ports }) => [
      `ip link add name ${name} type bridge`,
      ...ports.map((port) => `ip link set dev ${port} master ${name}`),
      `ip link set dev ${name} up`,
    ]),
  };
}

/** The node leaves by the fabric; eth0 keeps its connected route, by which the cluster's API is reached. */
function clusterNode(node: NodeDesign): object {
  const ports = node.interfaces.filter(({ name }) => name !== 'eth0');
  return { kind: 'ext-container', exec: [...ports.flatMap(addressCommands), ...defaultRouteCommands(node)] };
}

/** A machine outside of the cluster: a container with nothing but its port. */
function outsideHost(host: HostDesign, cluster: KindCluster): object {
  return {
    kind: 'linux',
    image: cluster.images.pod,
    'network-mode': 'none',
    cmd: 'sleep infinity',
    exec: [
      ...host.interfaces.flatMap(addressCommands),
      ...host.addresses.map(({ gateway, uplink }) => `ip route replace default via ${gateway} dev ${uplink}`),
    ],
  };
}

/** kubelet takes an IPv6 address only when duplicate detection is done with it. */
function addressCommands({ name, addresses }: Interface): readonly string[] {
  return addresses.map(
    (address) => `ip address replace ${address} dev ${name}${familyOf(address) === 6 ? ' nodad' : ''}`,
  );
}

/** One default route a family; of a node in several racks, with a next hop in each (ECMP). */
function defaultRouteCommands(node: NodeDesign): readonly string[] {
  return ([4, 6] as const).flatMap((family) => {
    const hops = defaultRoutesOf(node)
      .filter(({ via, dev }) => via !== undefined && familyOf(via) === family && dev !== 'eth0')
      .map(({ via, dev }) => `via ${via} dev ${dev}`);
    const way = hops.length < 2 ? hops[0] : hops.map((hop) => `nexthop ${hop}`).join(' ');
    return way === undefined ? [] : [`ip ${family === 6 ? '-6 ' : ''}route replace default ${way}`];
  });
}

/**
 * In containerlab's short form; in its long one, which states MAC addresses, where an end has an IPv6 address: its link-local address
 * follows from the MAC (RFC 4291 appendix A), and neighbors have it as next hop.
 */
function clabLink(design: Design, { ends, mtu }: Link): object {
  const ports = ends.map((end) => portAt(design, end));
  const hasV6 = ports.some((port) => port?.addresses.some((address) => familyOf(address) === 6) === true);
  if (!hasV6) return { endpoints: ends.map((end) => `${end.machine}:${end.interface}`), mtu };
  const endpoints = ends.map((end, i) => {
    const mac = ports[i]?.mac;
    return { node: end.machine, interface: end.interface, ...(mac === undefined ? {} : { mac }) };
  });
  return { type: 'veth', endpoints, mtu };
}

function portAt({ routers, nodes, hosts }: Design, end: Link['ends'][number]): Interface | undefined {
  const owner = [...routers, ...nodes, ...hosts].find(({ name }) => name === end.machine);
  return owner?.interfaces.find(({ name }) => name === end.interface);
}

/** Nodes of the topology: each that waits for a kind node holds one of containerlab's workers, so there are as many of these. */
export function fabricWorkers(design: Design): number {
  return design.routers.length + fabricSwitches(design).length + fabricNodes(design).length + design.hosts.length;
}
