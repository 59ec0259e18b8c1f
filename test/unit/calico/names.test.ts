// Owns the vectors of names and MACs that Calico derives (calico.md A.8, C.1, C.4, D, F.2).

import { describe, expect, it } from 'vitest';
import {
  filterFunctionName,
  protocolName,
  routerIdHash,
  vxlanMac,
  workloadEndpointName,
  workloadInterface,
} from '../../../src/calico/names.ts';

describe('workloadInterface', () => {
  it.each([
    ['podA', 'cali7f94ce7c295'],
    ['pod-a', 'cali5e1c4d6c68c'],
    ['pod-b', 'cali2f5353dd8c5'],
  ])('default.%s is %s', (pod, expected) => {
    expect(workloadInterface('default', pod)).toBe(expected);
  });
});

describe('vxlanMac', () => {
  it.each([
    ['remotehostname', '66:3e:ca:a4:db:65'],
    ['calico-ipip-control-plane', '66:fc:89:59:4a:48'],
    ['calico-ipip-crosssubnet-worker3', '66:2e:3e:bb:37:5b'],
    ['calico-vxlan-control-plane', '66:40:d4:7a:17:07'],
    ['calico-bgp-rr-control-plane', '66:b4:62:44:ac:d6'],
    ['calico-bgp-rr-worker', '66:48:d1:ef:38:b3'],
    ['calico-bgp-rr-worker2', '66:9b:54:44:a3:74'],
    ['calico-bgp-rr-worker3', '66:6a:78:83:09:63'],
  ])('%s has %s', (node, mac) => {
    expect(vxlanMac(node)).toBe(mac);
  });

  it.each([
    ['calico-ipip-control-plane', '66:39:38:73:cb:69'],
    ['calico-ipip-crosssubnet-worker', '66:1c:b6:9d:39:c4'],
    ['calico-vxlan-worker', '66:55:52:75:4a:fb'],
    ['calico-vxlan-crosssubnet-worker3', '66:62:90:62:01:2a'],
  ])('%s has %s on vxlan-v6.calico', (node, mac) => {
    expect(vxlanMac(node, 6)).toBe(mac);
  });
});

describe('routerIdHash', () => {
  it('is the first four bytes of sha256', () => {
    expect(routerIdHash('kube-master')).toBe('25.79.212.8');
  });

  it('lowers a first byte above 223 by 32 from 3.25 on', () => {
    const name = Array.from({ length: 200 }, (_, i) => `node-${i}`).find(
      (candidate) => Number(routerIdHash(candidate, false).split('.')[0]) > 223,
    );

    const plain = routerIdHash(name ?? '', false)
      .split('.')
      .map(Number);
    const lowered = routerIdHash(name ?? '')
      .split('.')
      .map(Number);

    expect(lowered).toEqual([(plain[0] ?? 0) - 32, ...plain.slice(1)]);
  });
});

describe('names in BIRD', () => {
  it.each([
    [protocolName('Mesh', '10.1.5.11'), 'Mesh_10_1_5_11'],
    [protocolName('Mesh', '10.1.5.11', 150), 'Mesh_10_1_5_11'],
    [protocolName('Global', '10.1.5.1', 179), 'Global_10_1_5_1_port_179'],
    [protocolName('Node', 'ac13::57', 50), 'Node_ac13__57_port_50'],
  ])('%s', (name, expected) => {
    expect(name).toBe(expected);
  });

  it('keeps a filter name of 45 letters and cuts one of 46 to 64 in all', () => {
    const fits = 'f'.repeat(45);

    expect(filterFunctionName(fits, 'import', 4)).toBe(`bgp_${fits}_importFilterV4`);
    expect(filterFunctionName(`${fits}f`, 'export', 6)).toMatch(/^bgp_f{28}_[0-9A-F]{16}_exportFilterV6$/);
    expect(filterFunctionName(`${fits}f`, 'export', 6)).toHaveLength(64);
  });

  it('doubles dashes in a WorkloadEndpoint', () => {
    expect(workloadEndpointName('bgp-rr-worker', 'pod-a')).toBe('bgp--rr--worker-k8s-pod--a-eth0');
  });
});
