// Owns a node's nft rules for services: what kube-proxy's iptables mode, kind's default, does to a packet.

import type { Design, NodeDesign, ServiceDesign } from '../design/design.ts';
import { podPort } from '../design/services.ts';

/** kube-proxy's masquerade bit. */
const mark = '0x4000';

/**
 * nft text of a node, in kube-proxy's own chains; undefined where the lab has no service. A service is translated to one
 * endpoint by chance, each as likely. The source becomes the node's where the packet comes from no pod (clusterCIDR) or by
 * an external address, unless externalTrafficPolicy is Local: then only endpoints of this node are taken, the source stays,
 * and without such an endpoint the packet is dropped. A pod that reaches itself is translated too (hairpin).
 */
export function kubeProxyRules(design: Design, node: NodeDesign): string | undefined {
  if (design.services.length === 0) return undefined;
  const pods = design.podSubnet;
  return `table ip kube-proxy {
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    jump KUBE-SERVICES
  }
  chain output {
    type nat hook output priority -100; policy accept;
    jump KUBE-SERVICES
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    meta mark and ${mark} != ${mark} return
    meta mark set meta mark xor ${mark}
    masquerade fully-random
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ct state new jump KUBE-EXTERNAL-SERVICES
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state new jump KUBE-EXTERNAL-SERVICES
  }
  chain KUBE-EXTERNAL-SERVICES {
${lines(design.services.flatMap((service) => dropLines(service, node)))}  }
  chain KUBE-MARK-MASQ {
    meta mark set meta mark or ${mark}
  }
  chain KUBE-SERVICES {
${lines(design.services.flatMap(serviceLines))}    fib daddr type local jump KUBE-NODEPORTS
  }
  chain KUBE-NODEPORTS {
${lines(design.services.flatMap(({ name, nodePort }) => (nodePort === undefined ? [] : [`tcp dport ${nodePort} goto KUBE-EXT-${name}`])))}  }
${design.services.map((service) => serviceChains(service, node, pods)).join('')}}
`;
}

function externalAddresses({ externalIPs, loadBalancerIP }: ServiceDesign): readonly string[] {
  return [...externalIPs, ...(loadBalancerIP === undefined ? [] : [loadBalancerIP])];
}

function serviceLines(service: ServiceDesign): readonly string[] {
  const { name, clusterIP, port } = service;
  return [
    `ip daddr ${clusterIP} tcp dport ${port} goto KUBE-SVC-${name}`,
    ...externalAddresses(service).map((address) => `ip daddr ${address} tcp dport ${port} goto KUBE-EXT-${name}`),
  ];
}

function localEndpoints({ endpoints }: ServiceDesign, node: NodeDesign): ServiceDesign['endpoints'] {
  return endpoints.filter((endpoint) => endpoint.node === node.name);
}

/** "has no local endpoints": what no translation took. */
function dropLines(service: ServiceDesign, node: NodeDesign): readonly string[] {
  if (service.externalTrafficPolicy === 'Cluster' || localEndpoints(service, node).length > 0) return [];
  return [
    ...externalAddresses(service).map((address) => `ip daddr ${address} tcp dport ${service.port} drop`),
    ...(service.nodePort === undefined ? [] : [`fib daddr type local tcp dport ${service.nodePort} drop`]),
  ];
}

function serviceChains(service: ServiceDesign, node: NodeDesign, pods: string): string {
  const { name, clusterIP, port, endpoints, externalTrafficPolicy } = service;
  const own = localEndpoints(service, node);
  const isLocal = externalTrafficPolicy === 'Local';
  return [
    chain(`KUBE-SVC-${name}`, [
      `ip saddr != ${pods} ip daddr ${clusterIP} tcp dport ${port} jump KUBE-MARK-MASQ`,
      ...choiceOf(name, endpoints),
    ]),
    chain(`KUBE-EXT-${name}`, [
      ...(isLocal
        ? [
            `ip saddr ${pods} goto KUBE-SVC-${name}`,
            'fib saddr type local jump KUBE-MARK-MASQ',
            `fib saddr type local goto KUBE-SVC-${name}`,
            `goto KUBE-SVL-${name}`,
          ]
        : ['jump KUBE-MARK-MASQ', `goto KUBE-SVC-${name}`]),
    ]),
    ...(isLocal ? [chain(`KUBE-SVL-${name}`, choiceOf(name, own))] : []),
    ...endpoints.map(({ pod, address }) =>
      chain(`KUBE-SEP-${name}-${pod}`, [
        `ip saddr ${address} jump KUBE-MARK-MASQ`,
        `meta l4proto tcp dnat to ${address}:${podPort}`,
      ]),
    ),
  ].join('');
}

function choiceOf(name: string, endpoints: ServiceDesign['endpoints']): readonly string[] {
  if (endpoints.length === 0) return [];
  const ways = endpoints.map(({ pod }, i) => `${i} : goto KUBE-SEP-${name}-${pod}`);
  return [`numgen random mod ${endpoints.length} vmap { ${ways.join(', ')} }`];
}

function chain(name: string, rules: readonly string[]): string {
  return `  chain ${name} {\n${lines(rules)}  }\n`;
}

function lines(rules: readonly string[]): string {
  return rules.map((rule) => `    ${rule}\n`).join('');
}
