// Owns the tests of where to listen.

import { describe, expect, it } from 'vitest';
import { type Design, findMachine } from '../../../src/design/design.ts';
import { pointsAt, pointsBetween } from '../../../src/evidence/points.ts';
import { fabricDesign, flatDesign } from '../../support/fabric-design.ts';

function namesBetween(design: Design, from: string, to: string, role?: 'path' | 'beside'): readonly string[] {
  const points = pointsBetween(design, findMachine(design, from)!, findMachine(design, to)!);
  return points.filter((point) => role === undefined || point.role === role).map((point) => point.name);
}

describe('points between pods', () => {
  it('covers both spines across racks, in path order', () => {
    expect(namesBetween(fabricDesign(), 'pod-a', 'pod-b', 'path')).toEqual([
      'pod-a:eth0',
      'control-plane:cali5e1c4d6c68c',
      'control-plane:net0',
      'leaf0:eth3',
      'leaf0:eth1',
      'leaf0:eth2',
      'spine0:eth1',
      'spine0:eth2',
      'spine1:eth1',
      'spine1:eth2',
      'leaf1:eth1',
      'leaf1:eth2',
      'leaf1:eth3',
      'worker3:net0',
      'worker3:cali2f5353dd8c5',
      'pod-b:eth0',
    ]);
  });

  it('listens beside the path too: the outside ports of routers and the nodes on Docker', () => {
    expect(namesBetween(fabricDesign(), 'pod-a', 'pod-b', 'beside')).toEqual([
      'control-plane:eth0',
      'leaf0:eth0',
      'spine0:eth0',
      'spine1:eth0',
      'leaf1:eth0',
      'worker3:eth0',
    ]);
  });

  it('covers the way back where it is another', () => {
    const design = fabricDesign();
    const oneWay = design.expected.routes.map((route) =>
      route.machine === 'leaf0' && route.prefix === '10.244.142.0/26'
        ? { ...route, nextHops: route.nextHops.filter((hop) => hop.dev === 'eth1') }
        : route,
    );

    const names = namesBetween(
      { ...design, expected: { ...design.expected, routes: oneWay } },
      'pod-a',
      'pod-b',
      'path',
    );

    expect(names).toContain('spine0:eth1');
    expect(names).toContain('spine1:eth2');
    expect(names).toContain('leaf0:eth2');
    expect(names.at(-1)).toBe('pod-b:eth0');
  });

  it('goes from node to node inside a rack, and never through the leaf', () => {
    expect(namesBetween(fabricDesign(), 'pod-a', 'pod-c')).toEqual([
      'pod-a:eth0',
      'control-plane:cali5e1c4d6c68c',
      'control-plane:eth0',
      'control-plane:net0',
      'worker:net0',
      'worker:eth0',
      'worker:cali3754a2f57f6',
      'pod-c:eth0',
    ]);
  });

  it('stays inside one node, with its uplink beside', () => {
    const design = fabricDesign();

    expect(namesBetween(design, 'pod-a', 'pod-e', 'path')).toEqual([
      'pod-a:eth0',
      'control-plane:cali5e1c4d6c68c',
      'control-plane:cali0e0e0e0e0e0',
      'pod-e:eth0',
    ]);
    expect(namesBetween(design, 'pod-a', 'pod-e', 'beside')).toEqual(['control-plane:eth0', 'control-plane:net0']);
  });

  it('needs six points on a flat network', () => {
    expect(namesBetween(flatDesign(), 'pod-a', 'pod-b')).toEqual([
      'pod-a:eth0',
      'control-plane:cali0',
      'control-plane:eth0',
      'worker2:eth0',
      'worker2:cali2',
      'pod-b:eth0',
    ]);
  });

  it.each(['tunl0', 'vxlan.calico'] as const)('listens before and behind the tunnel device %s', (tunnel) => {
    expect(namesBetween(flatDesign(tunnel), 'pod-a', 'pod-b')).toEqual([
      'pod-a:eth0',
      'control-plane:cali0',
      `control-plane:${tunnel}`,
      'control-plane:eth0',
      'worker2:eth0',
      `worker2:${tunnel}`,
      'worker2:cali2',
      'pod-b:eth0',
    ]);
  });

  it('starts and ends at a node as well', () => {
    expect(namesBetween(fabricDesign(), 'worker2', 'pod-b', 'path')).toEqual([
      'worker2:net0',
      'worker3:net0',
      'worker3:cali2f5353dd8c5',
      'pod-b:eth0',
    ]);
    expect(namesBetween(flatDesign(), 'pod-a', 'worker', 'path').at(-1)).toBe('worker:eth0');
  });

  it('ends where no route leads on, with every port of the last machine', () => {
    const design = fabricDesign();
    const routes = design.expected.routes.filter(
      (route) => !(route.machine === 'leaf0' && route.prefix === '10.244.142.0/26'),
    );
    const names = namesBetween({ ...design, expected: { ...design.expected, routes } }, 'pod-a', 'pod-b');

    expect(names).toEqual(
      expect.arrayContaining(['leaf0:eth0', 'leaf0:eth1', 'leaf0:eth2', 'leaf0:eth3', 'pod-b:eth0']),
    );
  });
});

describe('a choice of points', () => {
  const design = fabricDesign();
  const way = pointsBetween(design, findMachine(design, 'pod-a')!, findMachine(design, 'pod-b')!);
  const names = (at: readonly string[], isEverywhere = false) =>
    pointsAt(design, way, { at, isEverywhere }).map(({ name }) => name);

  it('is by machine, interface or role, in the order of the way', () => {
    expect(names(['worker3:net0', 'pod-a'])).toEqual(['pod-a:eth0', 'worker3:net0']);
    expect(names(['pod'])).toEqual(['pod-a:eth0', 'pod-b:eth0']);
    expect(names([])).toEqual(way.map(({ name }) => name));
  });

  it('reaches beyond the way where a machine is named, or everything is asked for', () => {
    expect(names(['pod-c'])).toEqual(['pod-c:eth0']);
    expect(names([], true)).toContain('pod-c:eth0');
  });

  it('refuses a name that means nothing', () => {
    expect(() => names(['leaf9'])).toThrow('--at leaf9: no machine, interface, link or role of this lab');
  });
});
