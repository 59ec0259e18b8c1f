// Owns the smallest lab that has sessions, routes and a path: two nodes on one network.

/** Its lab file; `ttl` is what it states of the ping between its pods, which 62 is true of. */
export function smallLab(name: string, { ttl }: { readonly ttl: number }): string {
  return `name: ${name}
title: Two nodes that peer with each other
cluster:
  podSubnet: 10.244.0.0/16
  network: {prefix: 172.18.0.0/16, gateway: 172.18.0.1}
  nodes:
    - {role: control-plane}
    - {role: worker}
calico: {version: v3.33, encapsulation: None, nodeToNodeMesh: true}
pods: {pod-a: control-plane, pod-b: worker}
expect:
  - sessions: all
  - path: {from: pod-a, to: pod-b, hops: [control-plane, worker], encap: none, ttl: ${ttl}}
`;
}
