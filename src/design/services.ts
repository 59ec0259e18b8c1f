// Owns services and the hosts that ask them: where their endpoints are, and what each node announces of them.

import { addressOf } from '../base/address.ts';
import { findObject } from '../calico/objects.ts';
import { announcedServices, serviceRanges } from '../calico/service-routes.ts';
import type { Lab } from '../lab/lab.ts';
import { hostOf } from './addressing.ts';
import type { Design, HostDesign, Interface, NodeDesign, PodDesign, ServiceDesign } from './design.ts';

/** The parts that announcements follow from. */
export type ServiceParts = Pick<Design, 'objects' | 'services'>;

/** The port that pods answer on. */
export const podPort = 80;

/** The services of a lab; pods are known by now. */
export function designServices(lab: Lab, pods: readonly PodDesign[]): readonly ServiceDesign[] {
  return lab.services.map((service) => ({
    ...service,
    endpoints: service.endpoints.flatMap((name) =>
      pods
        .filter((pod) => pod.name === name)
        .map((pod) => ({ pod: pod.name, node: pod.node, address: pod.addresses[0].address })),
    ),
  }));
}

/** The hosts of a lab: one address, one gateway, the router it hangs on. */
export function designHosts(lab: Lab, interfaces: ReadonlyMap<string, readonly Interface[]>): readonly HostDesign[] {
  return lab.hosts.map(({ name, prefix }) => {
    const own = interfaces.get(name) ?? [];
    const [port] = own;
    const address = port?.addresses[0] ?? '';
    const gateway = addressOf(hostOf(prefix, 1) ?? '');
    return {
      kind: 'host',
      name,
      interfaces: own,
      addresses: [{ family: 4, address, uplink: port?.name ?? '', gateway }],
    };
  });
}

/** The prefixes of services that a node announces. */
export function announcedBy(parts: ServiceParts, node: Pick<NodeDesign, 'name' | 'labels'>): readonly string[] {
  const services = parts.services.map(({ endpoints, ...service }) => ({
    ...service,
    endpointNodes: endpoints.map((endpoint) => endpoint.node),
  }));
  return announcedServices(findObject(parts.objects, 'BGPConfiguration', 'default')?.spec, services, node);
}

/** The ranges that BIRD keeps out of every kernel. */
export function rangesOf({ objects }: Pick<Design, 'objects'>): readonly string[] {
  return serviceRanges(findObject(objects, 'BGPConfiguration', 'default')?.spec);
}
