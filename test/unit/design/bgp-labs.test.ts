// Owns the proof of what the BGP labs of the catalogue are: the objects their words become, and why each fails or works.

import { describe, expect, it } from 'vitest';
import { findObject, objectsOf } from '../../../src/calico/objects.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { readLab } from '../../../src/lab/load.ts';
import { routeDifferences } from '../../../src/plan/converged.ts';
import { catalogueDesign, root } from '../../support/catalogue-lab.ts';

async function codesOf(reference: string, change: (text: string) => string = (text) => text): Promise<string[]> {
  const folders = { labsDir: `${root}/labs`, topologiesDir: `${root}/topologies`, cwd: root };
  const { lab } = await readLab(reference, folders);
  const changed = JSON.parse(change(JSON.stringify(lab))) as typeof lab;
  return designLab(changed).problems.map(({ severity, code }) => `${severity} ${code}`);
}

describe('bgp-rr-node', () => {
  it('turns `reflector` and `to: reflectors` into a label, a cluster id and a selector', async () => {
    const { objects } = await catalogueDesign('bgp-rr-node');

    expect(findObject(objects, 'Node', 'bgp-rr-node-worker')).toMatchObject({
      metadata: { labels: { 'route-reflector': 'true' } },
      spec: { bgp: { routeReflectorClusterID: '244.0.0.1' } },
    });
    expect(objectsOf(objects, 'BGPPeer').map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
      ['nodes-to-reflectors', { nodeSelector: 'all()', peerSelector: "route-reflector == 'true'" }],
    ]);
    expect(findObject(objects, 'BGPConfiguration', 'default')?.spec).toMatchObject({
      asNumber: 63400,
      nodeToNodeMeshEnabled: false,
    });
    expect(findObject(objects, 'BGPConfiguration', 'default')?.spec.nodeToNodeMeshEnabled).toBe(false);
  });

  it('reflects with ORIGINATOR_ID and CLUSTER_LIST, and to its clients only', async () => {
    const { nodes, expected } = await catalogueDesign('bgp-rr-node:two');
    const [client, reflector, second, other] = nodes;
    const heard = expected.paths.filter(
      ({ machine, prefix }) => machine === client?.name && prefix === other?.blocks[0]?.cidr,
    );

    expect(nodes.map(({ peers }) => peers.ipv4.filter(({ rrClient }) => rrClient).length)).toEqual([0, 2, 2, 0]);
    expect(
      heard.map(({ from, nextHop, originatorId, clusterList }) => [from, nextHop, originatorId, clusterList]),
    ).toEqual(
      [reflector, second].map((node) => [
        node?.addresses[0].address.split('/')[0],
        '172.18.0.5',
        '172.18.0.5',
        ['244.0.0.1'],
      ]),
    );
  });
});

describe('bgp-tor', () => {
  const routesTo = async (reference: string) => {
    const { expected, nodes } = await catalogueDesign(reference);
    const sibling = nodes[1]?.blocks[0]?.cidr;
    const routes = expected.routes.filter(({ machine, prefix }) => machine === nodes[0]?.name && prefix === sibling);
    return routes.flatMap(({ nextHops }) => nextHops);
  };

  it('has no route to the sibling where nodes of a rack share an AS, and a direct one where they do not', async () => {
    expect(await routesTo('bgp-tor')).toEqual([]);
    expect(await routesTo('bgp-tor:node-as')).toEqual([{ via: '10.1.5.11', dev: 'net0' }]);
    expect(await routesTo('bgp-tor:one-as')).toEqual([{ via: '10.1.5.11', dev: 'net0' }]);
  });

  it('hears its own block from the leaf again, where its AS is allowed, with one of two next hops', async () => {
    const { expected, nodes } = await catalogueDesign('bgp-tor:one-as');
    const { name, blocks } = nodes[0]!;
    const heard = expected.paths.filter(
      (path) => path.machine === name && path.prefix === blocks[0]?.cidr && path.from !== undefined,
    );

    expect(heard.map(({ nextHop, presence }) => [nextHop, presence]).toSorted()).toEqual([
      ['10.1.5.1', 'one-of'],
      ['10.1.5.10', 'one-of'],
    ]);
  });

  it('warns of the shared AS unless it is allowed for', async () => {
    expect(await codesOf('bgp-tor')).toContain('warning NODE_AS_SHARED');
    expect(await codesOf('bgp-tor:one-as')).not.toContain('warning NODE_AS_SHARED');
    expect(await codesOf('bgp-tor:node-as')).not.toContain('warning NODE_AS_SHARED');
  });
});

describe('fullmesh-routed', () => {
  it('may be unreachable because its lab says so, and is an error where the lab does not', async () => {
    expect(await codesOf('fullmesh-routed')).toContain('warning CROSS_SUBNET_UNREACHABLE');
    expect(
      await codesOf('fullmesh-routed', (text) => text.replaceAll('"answered":false', '"answered":true')),
    ).toContain('error CROSS_SUBNET_UNREACHABLE');
    // Silence inside a rack is about something else.
    const nearby = (text: string) =>
      text
        .replace('"from":"pod-a","to":"pod-b","answered":false', '"from":"pod-a","to":"pod-c","answered":false')
        .replace('"from":"pod-d","to":"pod-c","answered":false', '"from":"pod-d","to":"pod-c","answered":true');
    expect(await codesOf('fullmesh-routed', nearby)).toContain('error CROSS_SUBNET_UNREACHABLE');
  });

  it('spreads a block over all nodes of the rack without the filter, and not with it', async () => {
    const hopsOf = async (reference: string) => {
      const { expected, nodes } = await catalogueDesign(reference);
      const block = nodes[1]?.blocks[0]?.cidr;
      return expected.routes.filter(({ machine, prefix }) => machine === 'leaf0' && prefix === block)[0]?.nextHops;
    };
    expect(await hopsOf('fullmesh-routed')).toBeUndefined();
    expect((await hopsOf('fullmesh-routed:advertised'))?.map(({ via }) => via)).toEqual(['10.1.5.11']);
    expect((await hopsOf('fullmesh-routed:unfiltered'))?.map(({ via }) => via)).toEqual(['10.1.5.10', '10.1.5.11']);
    expect(await codesOf('fullmesh-routed:advertised')).not.toContain('warning NODE_AS_SHARED');
  });
});

describe('an unreachable route', () => {
  it('is as expected whatever the kernel shows for a next hop', () => {
    const route = {
      ...({ machine: 'n', prefix: '10.244.1.0/26', type: 'unreachable', protocol: 'bird', metric: 1024 } as const),
      ...{ scope: undefined, onlink: false, mtu: undefined },
    };
    const expected = { ...route, nextHops: [], choice: 'all', because: 'x' } as const;
    const seen = { ...route, nextHops: [{ via: undefined, dev: undefined }] };
    expect(routeDifferences([expected], [seen])).toEqual([]);
    expect(routeDifferences([expected], [{ ...seen, type: 'unicast' }])).toHaveLength(1);
  });
});
