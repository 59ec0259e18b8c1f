// Owns the tests of where a capture's probes go: by which address, and at which machines they may pass.

import { beforeAll, describe, expect, it } from 'vitest';
import { captureTarget } from '../../../src/app/capture-target.ts';
import type { Design } from '../../../src/design/design.ts';
import type { Probe } from '../../../src/evidence/send-probe.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

let design: Design;
const echo: Probe = { kind: 'echo', count: 1 };
const tcp = (port: number): Probe => ({ kind: 'tcp', port, count: 1 });

beforeAll(async () => {
  design = await catalogueDesign('bgp-services');
});

describe('the target of a capture', () => {
  it('is a connection to any endpoint where it is a service, and all nodes may take it from outside', () => {
    const { to, machines, probe, points, translated } = captureTarget(design, { from: 'client', to: 'web' }, echo);
    const names = points.map(({ machine }) => machine);

    expect([to.address, to.machine, to.also]).toEqual(['10.96.0.80', 'pod-c', ['pod-b']]);
    expect(probe).toEqual(tcp(80));
    expect(machines).toBeUndefined();
    expect(translated).toBeUndefined();
    for (const { name } of design.nodes) expect(names).toContain(name);
  });

  it('is a service, too, where a node is asked by a node port: that node alone takes it', () => {
    const { to, machines, probe, points } = captureTarget(design, { from: 'client', to: 'worker2' }, tcp(32_000));
    const names = points.map(({ name }) => name);

    expect([to.address, to.machine, to.also]).toEqual(['10.1.8.10', 'pod-c', ['pod-b']]);
    expect([probe, machines]).toEqual([tcp(32_000), undefined]);
    expect(names).toEqual(expect.arrayContaining(['worker2:net0', 'pod-b:eth0', 'pod-c:eth0', 'worker:net0']));
    expect(names).not.toContain('control-plane:net0');
  });

  it('is the node itself by any other port, and by an echo', () => {
    for (const probe of [tcp(22), echo]) {
      const { to, machines } = captureTarget(design, { from: 'client', to: 'worker2' }, probe);

      expect(to).toEqual({ machine: 'bgp-services-worker2', address: '10.1.8.10' });
      expect(machines?.map(({ name }) => name)).toEqual(['client', 'bgp-services-worker2']);
    }
  });

  it("tells how a node's own connection looks, which its rules translate before it leaves", () => {
    const { translated } = captureTarget(design, { from: 'worker', to: 'worker' }, tcp(32_000));
    const [podB, podC] = ['pod-b', 'pod-c'].map(
      (pod) => design.pods.find(({ name }) => name === pod)!.addresses[0].address,
    );

    expect(translated?.sources).toEqual(expect.arrayContaining(['172.18.0.3', '10.1.5.11']));
    expect(translated?.destinations).toEqual([podB, podC]);
  });
});
