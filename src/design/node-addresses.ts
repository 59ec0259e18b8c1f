// Owns which address calico-node finds on each node, and what calico-node says where it finds none.

import { addressOf } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { detectAddress, type HostAddresses } from '../calico/autodetection.ts';
import { generationOf } from '../calico/generations.ts';
import type { Lab, LabNode } from '../lab/lab.ts';
import { hostOf } from './addressing.ts';
import type { Interface } from './design.ts';
import { loopback } from './interfaces.ts';
import { errorAt } from './problem.ts';

/** Node addresses by full name, with prefix length; a node without one has a problem instead. */
export interface NodeAddresses {
  readonly addresses: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Runs the lab's autodetection method on the interfaces that each node has when calico-node starts (calico.md A.8, G.3). */
export function findNodeAddresses(lab: Lab, interfaces: ReadonlyMap<string, readonly Interface[]>): NodeAddresses {
  const { autodetection, version } = lab.calico;
  const addresses = new Map<string, string>();
  const problems: Problem[] = [];
  for (const node of lab.cluster.nodes) {
    const own = interfaces.get(node.name) ?? [];
    if (own.length === 0) continue;
    const found = detectAddress(autodetection, 4, hostOf4(lab, node, own), generationOf(version));
    if (found.kind === 'found') addresses.set(node.name, found.address);
    else if (found.kind === 'invalid') return { addresses, problems: [unknownMethod(autodetection, found.reason)] };
    else problems.push(noAddress(node, autodetection, found.reason, own));
  }
  return { addresses, problems };
}

/**
 * kubelet's node-ip is the address in the rack where there is one, the loopback's where there are several racks, else Docker's;
 * the default route goes to the rack too (G.2, G.4). The kernel made `lo` before all others.
 */
function hostOf4(lab: Lab, node: LabNode, interfaces: readonly Interface[]): HostAddresses {
  const rack = lab.topology?.racks.find(({ name }) => name === node.rack);
  const own = rack === undefined ? 'eth0' : node.uplinkRacks === undefined ? 'net0' : loopback;
  const kubelets = interfaces.find(({ name }) => name === own);
  const byIndex = interfaces.toSorted((a, b) => Number(b.name === loopback) - Number(a.name === loopback));
  const gateway = addressOf((rack && hostOf(rack.prefix, 1)) ?? lab.cluster.network.gateway);
  return { interfaces: byIndex, internalIp: kubelets?.addresses[0] && addressOf(kubelets.addresses[0]), gateway };
}

function unknownMethod(method: string, reason: string): Problem {
  const hint = /^[\w.*-]+$/.test(method)
    ? `an interface is named with interface=${method}`
    : 'first-found, can-reach=<address>, interface=<regex>, skip-interface=<regex>, cidr=<subnet>, kubernetes-internal-ip';
  return errorAt(['calico', 'autodetection'], 'AUTODETECTION_METHOD', `calico-node exits: ${reason}`, hint);
}

function noAddress(node: LabNode, method: string, reason: string, own: readonly Interface[]): Problem {
  const list = own.map(({ name, addresses }) => `${name} ${addresses.join(' ')}`.trim()).join(', ');
  const message = `calico-node exits on ${node.short}: unable to auto-detect an IPv4 address with ${method}: ${reason}`;
  return errorAt(['calico', 'autodetection'], 'AUTODETECTION_NOTHING', message, `its interfaces: ${list}`);
}
