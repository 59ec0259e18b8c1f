// Owns permanent neighbor entries: what keeps a large lab out of the neighbor table's limit, which the whole machine shares.

import { addressOf, containsPrefix, mustParseAddress, mustParsePrefix, networkOf } from '../../base/address.ts';
import type { Design, NodeDesign } from '../../design/design.ts';
import { podGateways } from '../../design/own-routes.ts';
import { ipBatch } from './script.ts';

/** Beyond this share of the limit entries are made permanent: other programs of the machine need neighbors too. */
const share = 0.8;

/**
 * How many IPv4 neighbor entries a lab's machines hold at one time: a session's two ends, a pod's two, a port's one. IPv6 has a
 * table of its own with the same limit, and needs no more.
 */
export function neighborsNeeded(design: Design): number {
  const ports = design.switches
    .flatMap((device) => device.bridges)
    .reduce((sum, bridge) => sum + bridge.ports.length, 0);
  return design.expected.sessions.filter(({ family }) => family === 4).length * 2 + design.pods.length * 2 + ports;
}

/** True when the lab does not fit into a neighbor table of that size (`gc_thresh3`; undefined: no limit known). */
export function needsPermanentNeighbors(design: Design, limit: number | undefined): boolean {
  return limit !== undefined && neighborsNeeded(design) > limit * share;
}

/** For each node its on-link peers and its pods, for each pod its gateway: `nud permanent`, exempt from the limit (calico.md 0.10). */
export function neighborScripts(design: Design): readonly { readonly machine: string; readonly script: string }[] {
  const macs = macOfAddress(design);
  const nodes = design.nodes.map((node) => ({ machine: node.name, script: ipBatch(nodeLines(node, macs)) }));
  const pods = design.pods.map((pod) => ({
    machine: pod.name,
    script: ipBatch(
      pod.addresses.map(
        ({ family }) => `neigh replace ${podGateways[family]} lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent`,
      ),
    ),
  }));
  return [...nodes, ...pods];
}

function nodeLines(node: NodeDesign, macs: ReadonlyMap<string, string>): readonly string[] {
  const lines = node.pods.flatMap((pod) =>
    pod.addresses.map(({ address }) => `neigh replace ${address} lladdr ${pod.mac} dev ${pod.interface} nud permanent`),
  );
  for (const { address, uplink } of node.addresses) {
    const subnet = mustParsePrefix(networkOf(address));
    for (const peer of [...node.peers.ipv4, ...node.peers.ipv6]) {
      const mac = macs.get(peer.address);
      if (mac === undefined || !containsPrefix(subnet, mustParseAddress(peer.address))) continue;
      lines.push(`neigh replace ${peer.address} lladdr ${mac} dev ${uplink} nud permanent`);
    }
  }
  return lines;
}

function macOfAddress(design: Design): ReadonlyMap<string, string> {
  const macs = new Map<string, string>();
  for (const machine of [...design.nodes, ...design.routers]) {
    for (const port of machine.interfaces) {
      if (port.mac !== undefined) for (const address of port.addresses) macs.set(addressOf(address), port.mac);
    }
  }
  return macs;
}
