// Owns the table of what a node announces of services: ranges by every node, single addresses by policy and by setting.

import { describe, expect, it } from 'vitest';
import { type AnnouncedService, announcedServices, serviceRanges } from '../../../src/calico/service-routes.ts';

const spec = {
  serviceClusterIPs: [{ cidr: '10.96.0.0/16' }],
  serviceExternalIPs: [{ cidr: '20.0.0.0/16' }],
  serviceLoadBalancerIPs: [{ cidr: '40.0.0.0/16' }],
};
const ranges = ['10.96.0.0/16', '20.0.0.0/16', '40.0.0.0/16'];
const node = { name: 'worker', labels: {} };
const label = 'node.kubernetes.io/exclude-from-external-load-balancers';

function service(more: Partial<AnnouncedService> = {}): AnnouncedService {
  return {
    type: 'LoadBalancer',
    clusterIP: '10.96.0.80',
    externalIPs: ['20.0.0.1', '21.0.0.1'],
    loadBalancerIP: '40.0.0.1',
    externalTrafficPolicy: 'Cluster',
    endpointNodes: ['worker2'],
    ...more,
  };
}

describe('announcedServices', () => {
  it('announces the ranges on every node, and nothing where nothing is configured', () => {
    expect(announcedServices(spec, [service()], node)).toEqual(ranges);
    expect(announcedServices(undefined, [service()], node)).toEqual([]);
    expect(
      announcedServices({}, [service({ externalTrafficPolicy: 'Local', endpointNodes: ['worker'] })], node),
    ).toEqual([]);
  });

  it('leaves out a node whose label is true; the empty label of kind is not', () => {
    expect(announcedServices(spec, [], { name: 'worker', labels: { [label]: 'true' } })).toEqual([]);
    expect(announcedServices(spec, [], { name: 'worker', labels: { [label]: '' } })).toEqual(ranges);
  });

  it('adds the allowed addresses of a Local service where it has an endpoint, and only there', () => {
    const local = service({ externalTrafficPolicy: 'Local' });
    expect(announcedServices(spec, [local], { ...node, name: 'worker2' })).toEqual([
      ...ranges,
      '10.96.0.80/32',
      '20.0.0.1/32',
      '40.0.0.1/32',
    ]);
    expect(announcedServices(spec, [local], node)).toEqual(ranges);
  });

  it('announces load balancers one by one, and not their range, where aggregation is off', () => {
    const single = { ...spec, serviceLoadBalancerAggregation: 'Disabled' } as const;
    const expected = ['10.96.0.0/16', '20.0.0.0/16', '10.96.0.80/32', '20.0.0.1/32', '40.0.0.1/32'];
    expect(announcedServices(single, [service()], node)).toEqual(expected);
    const cluster = service({ type: 'NodePort', loadBalancerIP: undefined });
    expect(announcedServices(single, [cluster], node)).toEqual(['10.96.0.0/16', '20.0.0.0/16']);
  });

  it('announces every address of a service one of whose addresses is a range by itself', () => {
    const alone = { ...spec, serviceLoadBalancerIPs: [{ cidr: '40.0.0.1/32' }] };
    const expected = ['10.96.0.0/16', '20.0.0.0/16', '40.0.0.1/32', '10.96.0.80/32', '20.0.0.1/32'];
    expect(announcedServices(alone, [service()], node)).toEqual(expected);
  });
});

describe('serviceRanges', () => {
  it('are all that is configured, each once', () => {
    expect(serviceRanges({ ...spec, serviceLoadBalancerIPs: [{ cidr: '20.0.0.0/16' }] })).toEqual(ranges.slice(0, 2));
    expect(serviceRanges(undefined)).toEqual([]);
  });
});
