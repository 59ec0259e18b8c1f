// Owns the tests of what a picture shows and where: the part of a lab that was listened at, with nothing over another.

import { describe, expect, it } from 'vitest';
import { findMachine } from '../../../src/design/design.ts';
import { pointsBetween } from '../../../src/evidence/points.ts';
import { layoutOf, portKey } from '../../../src/report/picture/layout.ts';
import { type PictureTopology, topologyOf } from '../../../src/report/picture/topology.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

/** What a capture between two machines would show, of which every point on a way saw packets. */
async function shown(lab: string, from: string, to: string): Promise<PictureTopology> {
  const design = await catalogueDesign(lab);
  const points = pointsBetween(design, findMachine(design, from)!, findMachine(design, to)!);
  const evidence = points.map((point) => {
    return { point, pcap: [], packets: 1, missed: 0, isSeen: point.role === 'path', mtu: 1500 };
  });
  return topologyOf(design, { points: evidence, down: [] });
}

describe('a picture', () => {
  it('shows a network that joins nodes as a bar, and a cable through a switch as a cable', async () => {
    const sameRack = await shown('vxlan-crosssubnet', 'pod-a', 'pod-c');
    const acrossRacks = await shown('vxlan-crosssubnet', 'pod-a', 'pod-b');

    expect(sameRack.boxes.filter(({ isBar }) => isBar).map(({ title }) => title)).toEqual(['network rack0']);
    expect(acrossRacks.boxes.filter(({ isBar }) => isBar)).toEqual([]);
    expect(acrossRacks.wires).toHaveLength(8);
    expect(acrossRacks.ports.filter(({ isInside }) => isInside).map(({ name }) => name)).toEqual([
      'vxlan.calico',
      'vxlan.calico',
    ]);
  });

  it.each([
    ['bgp-rr', 'pod-a', 'pod-b'],
    ['vxlan-crosssubnet', 'pod-a', 'pod-c'],
    ['bgp-services', 'client', 'pod-b'],
    ['clos:dual-tor', 'pod-a', 'pod-b'],
    ['fullmesh', 'pod-a', 'pod-b'],
    ['dualstack:fabric', 'pod-b', 'pod-a'],
  ])('of %s from %s to %s has a place for every end of a wire, and no box over another', async (lab, from, to) => {
    const topology = await shown(lab, from, to);
    const layout = layoutOf(topology);

    for (const end of topology.wires.flat())
      expect(end.port === '' ? layout.boxes.has(end.box) : layout.ports.has(portKey(end)), portKey(end)).toBe(true);
    const boxes = [...layout.boxes.values()].filter(({ isBar }) => !isBar);
    for (const [place, one] of boxes.entries()) {
      expect(one.x).toBeGreaterThanOrEqual(0);
      expect(one.x + one.width).toBeLessThanOrEqual(layout.width);
      for (const other of boxes.slice(place + 1).filter(({ y }) => y === one.y))
        expect(one.x + one.width <= other.x || other.x + other.width <= one.x, `${one.id} ${other.id}`).toBe(true);
    }
  });
});
