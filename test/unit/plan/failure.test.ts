// Owns the tests of reading what is to be broken.

import { describe, expect, it } from 'vitest';
import { failureName, failureTarget } from '../../../src/plan/failure.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

describe('what is to be broken', () => {
  it.each([
    ['link', 'leaf0:eth1', 'link leaf0:eth1', 'eth1'],
    ['link', 'leaf0:spine1', 'link leaf0:eth2', 'eth2'],
    ['link', 'leaf0:eth1--spine0:eth1', 'link leaf0:eth1', 'eth1'],
    ['link', 'worker:net0', 'link worker:net0', 'net0'],
    ['link', 'pod-a:eth0', 'link pod-a:eth0', 'eth0'],
    ['node', 'leaf1', 'node leaf1', 'eth0 eth1 eth2 eth3'],
    ['node', 'worker2', 'node worker2', 'eth0 net0'],
    ['daemon', 'leaf0/bgpd', 'daemon leaf0/bgpd', ''],
    ['daemon', 'worker/bird', 'daemon worker/bird', ''],
  ])('reads %s %s', async (kind, text, name, ports) => {
    const design = await catalogueDesign('bgp-rr');
    const target = failureTarget(design, kind, text);

    expect(failureName(design, target)).toBe(name);
    const broken = target.kind === 'link' ? [target.interface] : target.kind === 'node' ? target.interfaces : [];
    expect([...broken].sort().join(' ')).toBe(ports);
  });

  it.each([
    ['link', 'leaf0:eth9', 'leaf0 has no link to eth9'],
    ['link', 'leaf0:leaf1', 'leaf0 has no link to leaf1'],
    ['link', 'control-plane:leaf0', 'control-plane has no link to leaf0'],
    ['link', 'leaf9:eth1', 'no machine named leaf9 in lab bgp-rr'],
    ['daemon', 'leaf0/bird', 'leaf0 has no daemon "bird"'],
    ['daemon', 'pod-a/bird', 'pod-a has no daemon "bird"'],
    ['rack', 'rack0', 'labctl cannot fail a rack'],
  ])('refuses %s %s', async (kind, text, message) => {
    const design = await catalogueDesign('bgp-rr');
    expect(() => failureTarget(design, kind, text)).toThrow(message);
  });
});
