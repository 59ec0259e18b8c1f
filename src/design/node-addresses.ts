// Owns which address calico-node finds on each node, and what calico-node says where it finds none.

import { addressOf, type Family, familyOf } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { detectAddress, type HostAddresses } from '../calico/autodetection.ts';
import { generationOf } from '../calico/generations.ts';
import type { Lab, LabNode } from '../lab/lab.ts';
import { hostOf } from './addressing.ts';
import type { Interface } from './design.ts';
import { loopback } from './interfaces.ts';
import { errorAt, type ProblemPath } from './problem.ts';

/** Node addresses by full name, with prefix length; a node without one has a problem instead. */
export interface NodeAddresses {
  readonly addresses: Readonly<Record<Family, ReadonlyMap<string, string>>>;
  readonly problems: readonly Problem[];
}

/** Runs the lab's autodetection methods on the interfaces that each node has when calico-node starts (calico.md A.8, G.3). */
export function findNodeAddresses(lab: Lab, interfaces: ReadonlyMap<string, readonly Interface[]>): NodeAddresses {
  const [v4, v6] = [findIn(4, lab, interfaces), lab.cluster.podSubnet6 && findIn(6, lab, interfaces)];
  return {
    addresses: { 4: v4.addresses, 6: v6 ? v6.addresses : new Map() },
    problems: [...v4.problems, ...(v6 ? v6.problems : [])],
  };
}

function findIn(
  family: Family,
  lab: Lab,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
): { readonly addresses: ReadonlyMap<string, string>; readonly problems: readonly Problem[] } {
  const { autodetection, autodetection6 = 'first-found', version } = lab.calico;
  const asked: Asked =
    family === 4
      ? { family, method: autodetection, path: ['calico', 'autodetection'] }
      : { family, method: autodetection6, path: ['calico', 'autodetection6'] };
  const addresses = new Map<string, string>();
  const problems: Problem[] = [];
  for (const node of lab.cluster.nodes) {
    const own = interfaces.get(node.name) ?? [];
    if (own.length === 0) continue;
    const found = detectAddress(asked.method, family, hostOfNode(lab, node, own, family), generationOf(version));
    if (found.kind === 'found') addresses.set(node.name, found.address);
    else if (found.kind === 'invalid') return { addresses, problems: [unknownMethod(asked, found.reason)] };
    // calico-node ends without an IPv4 address; without an IPv6 one it goes on, and the checks of the Node say what lacks.
    else if (family === 4 || autodetection6 !== 'first-found') problems.push(noAddress(node, asked, found.reason, own));
  }
  return { addresses, problems };
}

interface Asked {
  readonly family: Family;
  readonly method: string;
  readonly path: ProblemPath;
}

/**
 * kubelet's node-ip is the address in the rack where there is one, the loopback's where there are several racks, else Docker's;
 * the default route goes to the rack too (G.2, G.4). The kernel made `lo` before all others.
 */
function hostOfNode(lab: Lab, node: LabNode, interfaces: readonly Interface[], family: Family): HostAddresses {
  const rack = lab.topology?.racks.find(({ name }) => name === node.rack);
  const own = rack === undefined ? 'eth0' : node.uplinkRacks === undefined ? 'net0' : loopback;
  const kubelets = interfaces
    .find(({ name }) => name === own)
    ?.addresses.find((address) => familyOf(address) === family);
  const byIndex = interfaces.toSorted((a, b) => Number(b.name === loopback) - Number(a.name === loopback));
  const prefix = rack && (family === 4 ? rack.prefix : rack.prefix6);
  const docker = family === 4 ? lab.cluster.network.gateway : (hostOf(lab.cluster.network.prefix6, 1) ?? '');
  const gateway = addressOf((prefix && hostOf(prefix, 1)) ?? docker);
  return { interfaces: byIndex, internalIp: kubelets && addressOf(kubelets), gateway };
}

function unknownMethod({ method, path }: Asked, reason: string): Problem {
  const hint = /^[\w.*-]+$/.test(method)
    ? `an interface is named with interface=${method}`
    : 'first-found, can-reach=<address>, interface=<regex>, skip-interface=<regex>, cidr=<subnet>, kubernetes-internal-ip';
  return errorAt(path, 'AUTODETECTION_METHOD', `calico-node exits: ${reason}`, hint);
}

function noAddress(node: LabNode, { family, method, path }: Asked, reason: string, own: readonly Interface[]): Problem {
  const list = own.map(({ name, addresses }) => `${name} ${addresses.join(' ')}`.trim()).join(', ');
  const message = `calico-node exits on ${node.short}: unable to auto-detect an IPv${family} address with ${method}: ${reason}`;
  return errorAt(path, 'AUTODETECTION_NOTHING', message, `its interfaces: ${list}`);
}
