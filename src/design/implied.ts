// Owns what a design says of devices without an expectation of its own: interfaces, and Felix's neighbors and forwarding.

import { podInterface } from './address-book.ts';
import { hostPrefix } from './borrowed.ts';
import type { Design, Interface, NodeDesign } from './design.ts';
import { remoteVteps, vxlansOf } from './felix-routes.ts';
import type { VxlanDesign } from './tunnel.ts';

/** An interface as its kernel must show it. */
export interface ExpectedInterface {
  readonly machine: string;
  readonly name: string;
  readonly mtu: number;
  /** A VTEP's, which Calico decides; undefined: any, because whoever makes a link or a pod chooses one at random. */
  readonly mac: string | undefined;
  /** All global addresses with prefix length; undefined: any (a node's end of a pod's pair has a link-local one only). */
  readonly addresses: readonly string[] | undefined;
}

/** A permanent neighbor: who answers for an address on a device. */
export interface ExpectedNeighbor {
  readonly machine: string;
  readonly device: string;
  readonly address: string;
  readonly mac: string;
}

/** A permanent forwarding entry: the outer address that frames to a MAC are sent to (RFC 7348 section 4.1). */
export interface ExpectedForwarding {
  readonly machine: string;
  readonly device: string;
  readonly mac: string;
  readonly destination: string;
}

/** Every interface of routers, nodes and pods, tunnels and both ends of the pods' pairs included. */
export function expectedInterfaces(design: Design): readonly ExpectedInterface[] {
  const ports = (machine: string, interfaces: readonly Interface[]): readonly ExpectedInterface[] =>
    interfaces.map(({ name, mtu, addresses }) => ({ machine, name, mtu, mac: undefined, addresses }));
  return [
    ...design.routers.flatMap((router) => ports(router.name, router.interfaces)),
    ...design.nodes.flatMap((node) => [
      ...ports(node.name, node.interfaces),
      ...node.tunnels.map((tunnel) => {
        const { name, mtu, address } = tunnel;
        const mac = tunnel.name === 'tunl0' ? undefined : tunnel.mac;
        return { machine: node.name, name, mtu, mac, addresses: address === undefined ? [] : [hostPrefix(address)] };
      }),
      ...node.pods.map((pod) => {
        return { machine: node.name, name: pod.interface, mtu: pod.mtu, mac: undefined, addresses: undefined };
      }),
    ]),
    ...design.pods.map(({ name, mtu, addresses }) => {
      const held = addresses.map(({ address }) => hostPrefix(address));
      return { machine: name, name: podInterface, mtu, mac: undefined, addresses: held };
    }),
  ];
}

/** Felix's neighbor entry for every other node's VTEP (calico.md C.4): VXLAN learns nothing, so without it nobody answers. */
export function expectedNeighbors(design: Design): readonly ExpectedNeighbor[] {
  return farTunnels(design).map(({ node, device, tunnel }) => {
    return { machine: node.name, device, address: tunnel.address, mac: tunnel.mac };
  });
}

/** Felix's forwarding entry for every other node's VTEP: its MAC is behind the node's own address. */
export function expectedForwarding(design: Design): readonly ExpectedForwarding[] {
  return farTunnels(design).map(({ node, device, tunnel, outer }) => {
    return { machine: node.name, device, mac: tunnel.mac, destination: outer };
  });
}

/** Whether a community is to be seen in a BGP table, or a line of `expect:` asks for one: routers tell them only at length. */
export function hasCommunities({ expected, expect }: Design): boolean {
  return (
    expected.paths.some(({ communities }) => communities.length > 0) ||
    expect.some((expectation) => expectation.kind === 'rib' && expectation.communities !== undefined)
  );
}

interface FarTunnel {
  readonly node: NodeDesign;
  readonly device: string;
  readonly tunnel: VxlanDesign;
  readonly outer: string;
}

function farTunnels(design: Design): readonly FarTunnel[] {
  return design.nodes.flatMap((node) =>
    vxlansOf(node).flatMap(({ name }) =>
      remoteVteps(design.nodes, node)
        .filter(({ tunnel }) => tunnel.name === name)
        .map(({ tunnel, node: outer }) => ({ node, device: name, tunnel, outer })),
    ),
  );
}
