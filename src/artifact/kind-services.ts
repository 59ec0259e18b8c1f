// Owns a lab's services as Kubernetes takes them: every address stated, endpoints found by a label of the lab's pods.

import { stringify } from 'yaml';
import type { Design, ServiceDesign } from '../design/design.ts';
import { podPort } from '../design/services.ts';

/** A load balancer's address: no object says it, whoever is the load balancer writes it into the service's status. */
export interface LoadBalancerAddress {
  readonly service: string;
  readonly address: string;
}

/**
 * services.yaml; undefined for a lab without services. The load balancer's class is nobody's, because Calico's own controller
 * (3.30 and later) takes services without one and empties their status.
 */
export function kindServices({ services }: Design): string | undefined {
  if (services.length === 0) return undefined;
  return services.map((service) => stringify(kubernetesService(service), { lineWidth: 0 })).join('---\n');
}

/** The label by which a service finds a pod that is one of its endpoints. */
export function endpointLabel(service: string): readonly [string, string] {
  return [`service/${service}`, 'endpoint'];
}

/** What is written into the status of services once they are there. */
export function loadBalancerAddresses({ services }: Design): readonly LoadBalancerAddress[] {
  return services.flatMap(({ name, loadBalancerIP }) =>
    loadBalancerIP === undefined ? [] : [{ service: name, address: loadBalancerIP }],
  );
}

function kubernetesService(service: ServiceDesign): object {
  const { name, type, clusterIP, port, nodePort, externalIPs, externalTrafficPolicy } = service;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: {
      type,
      clusterIP,
      ...(externalIPs.length === 0 ? {} : { externalIPs }),
      ...(type === 'LoadBalancer' ? { loadBalancerClass: 'labctl/stated' } : {}),
      ...(externalTrafficPolicy === 'Local' ? { externalTrafficPolicy } : {}),
      selector: Object.fromEntries([endpointLabel(name)]),
      ports: [
        { name: 'http', protocol: 'TCP', port, targetPort: podPort, ...(nodePort === undefined ? {} : { nodePort }) },
      ],
    },
  };
}
