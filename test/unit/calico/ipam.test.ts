// Owns the proof that blocks and addresses are those Calico itself chooses (calico.md D, K and dumps of real clusters).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assignAddresses, type EarlierPools } from '../../../src/calico/ipam.ts';
import { ClaimedBlock, firstBlockIndex, poolRange } from '../../../src/calico/ipam-blocks.ts';
import { calicoApiVersion, type IPAMBlock, type IPPool } from '../../../src/calico/objects.ts';
import { sharedFolder } from '../../support/shared.ts';

function pool(cidr: string, spec: Partial<IPPool['spec']> = {}, name = 'default-pool'): IPPool {
  return { apiVersion: calicoApiVersion, kind: 'IPPool', metadata: { name }, spec: { cidr, ...spec } };
}

/** Blocks that nodes claim in the given order, one pod each. */
function blocksOf(pools: readonly IPPool[], nodes: readonly string[]): readonly string[] {
  const result = assignAddresses({
    pools,
    nodes: nodes.map((name) => ({ name, labels: {} })),
    pods: nodes.map((node) => ({ namespace: 'default', name: `on-${node}`, node })),
  });
  expect(result.problems).toEqual([]);
  return nodes.flatMap((node) => result.blocks.filter((block) => block.node === node).map(({ cidr }) => cidr));
}

const lab = '10.244.0.0/16';
const vectors: readonly (readonly [string, string, number, string])[] = [
  ['bpf1', lab, 45, '10.244.11.64/26'],
  ['bpf2', lab, 920, '10.244.230.0/26'],
  ['bpf3', lab, 718, '10.244.179.128/26'],
  ['node-1', '172.20.0.0/16', 338, '172.20.84.128/26'],
  ['node-2', '172.20.0.0/16', 988, '172.20.247.0/26'],
  ['master-1', '172.20.0.0/16', 156, '172.20.39.0/26'],
  ['k8s-calico1', '192.168.0.0/16', 441, '192.168.110.64/26'],
  ['k8s-calico2', '192.168.0.0/16', 388, '192.168.97.0/26'],
  ['k8s-calico3', '192.168.0.0/16', 841, '192.168.210.64/26'],
  ['k8s-calico4', '192.168.0.0/16', 841, '192.168.210.64/26'],
  ['calico-ipip-control-plane', lab, 207, '10.244.51.192/26'],
  ['calico-ipip-worker', lab, 316, '10.244.79.0/26'],
  ['calico-ipip-crosssubnet-control-plane', lab, 324, '10.244.81.0/26'],
  ['calico-ipip-crosssubnet-worker', lab, 342, '10.244.85.128/26'],
  ['calico-ipip-crosssubnet-worker2', lab, 775, '10.244.193.192/26'],
  ['calico-ipip-crosssubnet-worker3', lab, 966, '10.244.241.128/26'],
  ['calico-vxlan-control-plane', lab, 441, '10.244.110.64/26'],
  ['calico-vxlan-worker', lab, 709, '10.244.177.64/26'],
  ['calico-vxlan-crosssubnet-control-plane', lab, 471, '10.244.117.192/26'],
  ['calico-vxlan-crosssubnet-worker', lab, 296, '10.244.74.0/26'],
  ['calico-vxlan-crosssubnet-worker2', lab, 263, '10.244.65.192/26'],
  ['calico-vxlan-crosssubnet-worker3', lab, 735, '10.244.183.192/26'],
  ['calico-bgp-fullmesh-control-plane', lab, 562, '10.244.140.128/26'],
  ['calico-bgp-fullmesh-worker', lab, 334, '10.244.83.128/26'],
  ['calico-bgp-fullmesh-worker2', lab, 293, '10.244.73.64/26'],
  ['calico-bgp-rr-control-plane', lab, 821, '10.244.205.64/26'],
  ['calico-bgp-rr-worker', lab, 325, '10.244.81.64/26'],
  ['calico-bgp-rr-worker2', lab, 768, '10.244.192.0/26'],
  ['calico-bgp-rr-worker3', lab, 841, '10.244.210.64/26'],
];

describe('the first block of a node', () => {
  it.each(vectors)('%s in %s is block %i, %s', (node, cidr, index, block) => {
    expect(firstBlockIndex(node, poolRange(pool(cidr)).count)).toBe(BigInt(index));
    expect(blocksOf([pool(cidr)], [node])).toEqual([block]);
  });

  it('follows blockSize: work01 with /24 blocks', () => {
    expect(firstBlockIndex('work01', 256n)).toBe(83n);
    expect(blocksOf([pool(lab, { blockSize: 24 })], ['work01'])).toEqual(['10.244.83.0/24']);
  });

  it('of an IPv6 /64 pool: one 64-bit word', () => {
    const index = firstBlockIndex('calico-vxlan-control-plane', 1n << 58n);

    expect(index).toBe(88227166600930170n);
    expect(blocksOf([pool('fd00:10:16::/64')], ['calico-vxlan-control-plane'])).toEqual([
      'fd00:10:16:0:4e5c:88ff:3268:de80/122',
    ]);
  });

  it.each([
    ['dual-control-plane', '10.244.104.192/26', 'fd00:10:244:a5:d6d3:6c4d:fbf:6400/122'],
    ['dual-worker', '10.244.181.64/26', 'fd00:10:244:37:a5bd:7eaf:211e:b540/122'],
  ])('of an IPv6 /56 pool: two words, %s', (node, v4, v6) => {
    expect(blocksOf([pool(lab), pool('fd00:10:244::/56', {}, 'v6-pool')], [node])).toEqual([v4, v6]);
  });

  it('belongs to the first node that claims it; the other takes the next one', () => {
    expect(blocksOf([pool('192.168.0.0/16')], ['k8s-calico3', 'k8s-calico4'])).toEqual([
      '192.168.210.64/26',
      '192.168.210.128/26',
    ]);
    expect(blocksOf([pool('192.168.0.0/16')], ['k8s-calico4', 'k8s-calico3'])).toEqual([
      '192.168.210.64/26',
      '192.168.210.128/26',
    ]);
  });

  it('goes by the order of nodes even when a later node gets its pod first', () => {
    const result = assignAddresses({
      pools: [pool('192.168.0.0/16')],
      nodes: ['k8s-calico3', 'k8s-calico4'].map((name) => ({ name, labels: {} })),
      pods: [
        { namespace: 'default', name: 'b', node: 'k8s-calico4' },
        { namespace: 'default', name: 'a', node: 'k8s-calico3' },
      ],
    });

    expect(result.pods.get('default/a')).toEqual([{ address: '192.168.210.64', block: '192.168.210.64/26' }]);
    expect(result.pods.get('default/b')).toEqual([{ address: '192.168.210.128', block: '192.168.210.128/26' }]);
  });
});

describe('addresses inside a block', () => {
  const nodes = [{ name: 'node-1', labels: { rack: 'a' } }];
  const podsOn = (count: number, node = 'node-1') =>
    Array.from({ length: count }, (_, i) => ({ namespace: 'default', name: `pod-${i}`, node }));
  const addressOf = (result: ReturnType<typeof assignAddresses>, pod: number) =>
    result.pods.get(`default/pod-${pod}`)?.map(({ address }) => address);

  it('gives the first pod of a plain pool ordinal 0', () => {
    const result = assignAddresses({ pools: [pool('172.20.0.0/16')], nodes, pods: podsOn(2) });

    expect(addressOf(result, 0)).toEqual(['172.20.84.128']);
    expect(addressOf(result, 1)).toEqual(['172.20.84.129']);
    expect(result.tunnels.size).toBe(0);
  });

  it.each([
    ['ipip', { ipipMode: 'Always' }],
    ['vxlan', { vxlanMode: 'CrossSubnet' }],
  ] as const)('gives the %s tunnel ordinal 0 and the first pod ordinal 1', (kind, spec) => {
    const result = assignAddresses({ pools: [pool('172.20.0.0/16', spec)], nodes, pods: podsOn(1) });

    expect(result.tunnels.get('node-1')).toEqual([{ kind, address: '172.20.84.128', block: '172.20.84.128/26' }]);
    expect(addressOf(result, 0)).toEqual(['172.20.84.129']);
  });

  it('gives a tunnel that comes back on the live cluster the next free ordinal: a released one is reused last (calico.md K.3)', () => {
    const plain = [pool('172.20.0.0/16')];
    const on = [pool('172.20.0.0/16', { vxlanMode: 'Always' })];
    const tunnelAfter = (...sets: (typeof on)[]) => {
      const earlier = sets.slice(0, -1).map((pools) => ({ pools, blocks: [] }));
      return assignAddresses({ pools: sets.at(-1) ?? [], earlier, nodes, pods: podsOn(2) });
    };

    expect(tunnelAfter(plain, on).tunnels.get('node-1')?.[0]?.address).toBe('172.20.84.130');
    expect(tunnelAfter(plain, on, plain).tunnels.size).toBe(0);
    expect(tunnelAfter(plain, on, plain, on).tunnels.get('node-1')?.[0]?.address).toBe('172.20.84.131');
    expect(tunnelAfter(on, plain, on).tunnels.get('node-1')?.[0]?.address).toBe('172.20.84.131');
    expect(addressOf(tunnelAfter(on, plain, on), 0)).toEqual(['172.20.84.129']);
  });

  it('gives a tunnel what a cluster with pods of its own gives next: the first that its block says is free', () => {
    const two = [...nodes, { name: 'node-2', labels: {} }];
    const plain = [pool('172.20.0.0/16')];
    const on = [pool('172.20.0.0/16', { vxlanMode: 'Always' })];
    const blockOf = (node: string, cidr: string, unallocated: readonly number[], tunnel?: number): IPAMBlock => ({
      kind: 'IPAMBlock',
      metadata: { name: cidr.replaceAll(/[./]/g, '-') },
      spec: {
        cidr,
        affinity: `host:${node}`,
        unallocated,
        allocations: Array.from({ length: 64 }, (_, ordinal) => (ordinal === tunnel ? 1 : ordinal === 0 ? 0 : null)),
        attributes: [{ secondary: { node, pod: 'coredns' } }, { secondary: { node, type: 'vxlanTunnelAddress' } }],
      },
    });
    const one = (unallocated: readonly number[], tunnel?: number) =>
      blockOf('node-1', '172.20.84.128/26', unallocated, tunnel);
    const other = (unallocated: readonly number[], tunnel?: number) =>
      blockOf('node-2', '172.20.247.0/26', unallocated, tunnel);
    const tunnelsAfter = (earlier: readonly EarlierPools[], pools: typeof on) => {
      const { tunnels, pods } = assignAddresses({ pools, earlier, nodes: two, pods: podsOn(1) });
      expect(pods.get('default/pod-0')?.[0]?.address).toBe('172.20.84.128');
      return two.map(({ name }) => tunnels.get(name)?.[0]?.address);
    };

    const once = [{ pools: plain, blocks: [one([7, 9, 3]), other([1, 2])] }];
    const kept = [...once, { pools: on, blocks: [one([9, 3], 7), other([2], 1)] }];
    // Calico has missed that node-2 needs no tunnel any more.
    const again = [...kept, { pools: plain, blocks: [one([9, 3, 7]), other([2], 1)] }];

    expect(tunnelsAfter(once, on)).toEqual(['172.20.84.135', '172.20.247.1']);
    expect(tunnelsAfter(kept, on)).toEqual(['172.20.84.135', '172.20.247.1']);
    expect(tunnelsAfter(kept, plain)).toEqual([undefined, undefined]);
    expect(tunnelsAfter(again, on)).toEqual(['172.20.84.137', '172.20.247.1']);
  });

  it('claims a block for the tunnel of a node without pods, and none where there is no tunnel', () => {
    const encapsulated = assignAddresses({ pools: [pool(lab, { vxlanMode: 'Always' })], nodes, pods: [] });
    const plain = assignAddresses({ pools: [pool(lab)], nodes, pods: [] });

    expect(encapsulated.blocks).toHaveLength(1);
    expect(plain.blocks).toEqual([]);
  });

  it('claims a second block when the first is full, and borrows nothing before that', () => {
    const result = assignAddresses({ pools: [pool(lab, { blockSize: 32 - 6 })], nodes, pods: podsOn(65) });

    expect(result.blocks).toHaveLength(2);
    expect(addressOf(result, 64)).toEqual([result.blocks[1]?.cidr.split('/')[0]]);
  });

  it('borrows from another node once all blocks are taken, unless affinity is strict', () => {
    const two = [...nodes, { name: 'node-2', labels: {} }];
    const pods = [...podsOn(1), { namespace: 'default', name: 'late', node: 'node-2' }];
    const small = pool('10.0.0.0/26', {}, 'small');

    const lent = assignAddresses({ pools: [small], nodes: two, pods });
    const strict = assignAddresses({ pools: [small], nodes: two, pods, strictAffinity: true });

    expect(lent.pods.get('default/late')).toEqual([{ address: '10.0.0.1', block: '10.0.0.0/26' }]);
    expect(lent.blocks).toEqual([{ cidr: '10.0.0.0/26', node: 'node-1', pool: 'small' }]);
    expect(strict.pods.has('default/late')).toBe(false);
    expect(strict.problems.map(({ code, path }) => [code, path])).toEqual([['IPAM_EXHAUSTED', ['pods', 1]]]);
  });

  it('stops claiming at 20 blocks a node', () => {
    const result = assignAddresses({ pools: [pool('10.0.0.0/20', { blockSize: 30 })], nodes, pods: podsOn(81) });

    expect(result.blocks).toHaveLength(20);
    expect(result.problems.map(({ code }) => code)).toEqual(['IPAM_EXHAUSTED']);
  });

  it('uses only enabled automatic pools that select the node and allow the use', () => {
    const pools = [
      pool('10.1.0.0/16', { disabled: true }, 'a'),
      pool('10.2.0.0/16', { assignmentMode: 'Manual' }, 'b'),
      pool('10.3.0.0/16', { nodeSelector: "rack == 'b'" }, 'c'),
      pool('10.4.0.0/16', { allowedUses: ['Tunnel'], vxlanMode: 'Always' }, 'd'),
      pool('10.5.0.0/16', { nodeSelector: "rack == 'a'" }, 'e'),
    ];

    const result = assignAddresses({ pools, nodes, pods: podsOn(1) });

    expect(result.blocks.map((block) => block.pool)).toEqual(['d', 'e']);
    expect(addressOf(result, 0)?.[0]).toMatch(/^10\.5\./);
    expect(result.tunnels.get('node-1')?.[0]?.address).toMatch(/^10\.4\./);
  });

  it('says when no pool serves a pod', () => {
    const result = assignAddresses({ pools: [pool(lab, { nodeSelector: 'has(x)' })], nodes, pods: podsOn(1) });

    expect(result.problems.map(({ code }) => code)).toEqual(['IPAM_NO_POOL']);
  });

  it('reuses a released address only after all fresh ones', () => {
    const block = new ClaimedBlock('10.0.0.0/30', 'node-1', poolRange(pool('10.0.0.0/24', { blockSize: 30 })));
    const first = block.take();
    block.release(String(first));

    expect([first, block.take(), block.take(), block.take(), block.take(), block.take()]).toEqual([
      '10.0.0.0',
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.0',
      undefined,
    ]);
  });
});

const truth = sharedFolder('truth');

describe.skipIf(truth === undefined)('real clusters', () => {
  it.each([
    ['bgp-rr', ['', '2', '3'], {}],
    ['fullmesh', ['', '2'], {}],
    ['vxlan', ['', '2', '3'], { vxlanMode: 'Always' }],
  ] as const)('%s: every block and every pod address', (name, workers, spec) => {
    const nodes = [`${name}-control-plane`, ...workers.map((n) => `${name}-worker${n}`)];
    const readme = readFileSync(join(truth ?? '', name, 'README'), 'utf8');
    const stated = [...readme.matchAll(/^(pod-\w) (\S+) ([\d.]+)$/gm)];
    const pods = stated.map(([, pod = '', short = '']) => ({
      namespace: 'default',
      name: pod,
      node: `${name}-${short}`,
    }));
    const table = readFileSync(join(truth ?? '', name, 'ipam.txt'), 'utf8');

    const result = assignAddresses({
      pools: [pool(lab, spec)],
      nodes: nodes.map((node) => ({ name: node, labels: {} })),
      pods,
    });

    expect(stated.length).toBeGreaterThanOrEqual(3);
    expect(result.blocks.map(({ cidr }) => cidr).toSorted()).toEqual(
      [...table.matchAll(/Block +\| ([\d./]+)/g)].map(([, cidr]) => cidr).toSorted(),
    );
    for (const [, podName, , address] of stated) {
      expect(result.pods.get(`default/${podName}`)?.map((given) => given.address)).toEqual([address]);
    }
  });
});
