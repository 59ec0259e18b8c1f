import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { readLab } from '../../../src/lab/load.ts';
import { folders, readText } from './read-text.ts';

const fabric = `
name: fabric
title: Two racks
topology: two-spines-two-leaves
cluster:
  nodes:
    - {role: control-plane, rack: rack0}
    - {role: worker, rack: rack0}
    - {role: worker, rack: rack1, count: 2}
calico:
  nodeToNodeMesh: false
  nodeASNumber: {rack0: 65005, worker2: 65008, rack1: 65008}
  peers:
    - {rack: rack0, to: leaf0}
    - {rack: rack1, to: leaf1}
expect:
  - sessions: all
  - route: {on: leaf1, to: pod-a.block, nexthops: [spine0, spine1]}
  - route: {on: control-plane, to: worker2.block, via: leaf0}
  - ping: {from: pod-a, to: pod-d}
  - ping: {from: pod-a, to: pod-b}
`;

function without(...names: string[]): Promise<Lab> {
  const text = `${fabric}variants:\n  less: {remove: [${names.join(', ')}]}\n`;
  return readText(text, [], '-:less').then((loaded) => loaded.lab);
}

describe('remove', () => {
  it('a leaf takes its links, its rack, the rack’s nodes, pods, peers and what was expected of them', async () => {
    const lab = await without('leaf1');

    expect(lab.topology?.links.map((link) => link.prefix)).toEqual(['10.1.10.0/24', '10.1.12.0/24']);
    expect(lab.topology?.racks.map((rack) => rack.name)).toEqual(['rack0']);
    expect(lab.cluster.nodes.map((node) => node.short)).toEqual(['control-plane', 'worker']);
    expect(lab.calico.peers.map((peer) => peer.to)).toEqual(['leaf0']);
    expect(lab.calico.nodeASNumber).toEqual({ rack0: 65005 });
    expect(lab.pods.map((pod) => `${pod.name} ${pod.node}`)).toEqual([
      'pod-a fabric-control-plane',
      'pod-c fabric-worker',
      'pod-b fabric-worker',
    ]);
    expect(lab.expect.map((line) => line.kind)).toEqual(['sessions', 'ping']);
  });

  it('a node in the middle leaves the names of the others as they are', async () => {
    const lab = await without('worker2');

    expect(lab.cluster.nodes.map((node) => node.short)).toEqual(['control-plane', 'worker', 'worker3']);
    expect(lab.pods.map((pod) => pod.name)).toEqual(['pod-a', 'pod-c', 'pod-b']);
    expect(lab.pods.at(-1)?.node).toBe('fabric-worker3');
    expect(lab.expect.map((line) => line.kind)).toEqual(['sessions', 'route', 'ping']);
  });

  it('a spine shortens a list of next hops and nothing else', async () => {
    const lab = await without('spine0');

    expect(lab.expect).toHaveLength(5);
    expect(lab.expect[1]).toMatchObject({ kind: 'route', nexthops: ['spine1'] });
  });

  it('a pod alone', async () => {
    const lab = await without('pod-c', 'fabric-worker3');

    expect(lab.pods.map((pod) => `${pod.name} ${pod.node}`)).toEqual([
      'pod-a fabric-control-plane',
      'pod-d fabric-worker2',
      'pod-b fabric-worker2',
    ]);
  });
});

describe('set', () => {
  it('reaches into lists, maps that are not there yet, and the topology', async () => {
    const set = ['cluster.nodes.3.count=5', 'topology.links.0.mtu=9000', 'calico.peers.0.next-hop-self=true'];
    const { lab } = await readText(fabric.replace(', count: 2}', '}\n    - {role: worker, rack: rack1}'), set);

    expect(lab.cluster.nodes.at(-1)?.short).toBe('worker7');
    expect(lab.topology?.links[0]?.mtu).toEqual([9000, 9000]);
    expect(lab.topology?.links[1]?.mtu).toEqual([1500, 1500]);
    expect(lab.calico.peers[0]?.nextHopSelf).toBe(true);
  });

  it('takes YAML: lists and maps; the command line wins over the variant, a later one over an earlier', async () => {
    const text = `${fabric}variants:\n  old: {set: {calico.version: v3.23.2}}\n`;
    const set = ['calico.version=v3.24', 'calico.version=v3.25', 'calico.nodeASNumber={rack0: 65005, rack1: 65008}'];

    const { lab } = await readText(text, set, '-:old');

    expect(lab.calico.version.text).toBe('v3.25');
    expect(lab.calico.nodeASNumber).toEqual({ rack0: 65005, rack1: 65008 });
    expect(lab.name).toBe('fabric');
    expect(lab.variant).toBe('old');
  });

  it('never takes a variable or a template for anything but text', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the point of the test
    const { lab } = await readText(fabric, ['title=${HOME} {{ env }} $(id)']);

    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the point of the test
    expect(lab.title).toBe('${HOME} {{ env }} $(id)');
  });
});

describe('extends', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'labctl-extends-'));
    await writeFile(
      join(folder, 'child.lab.yml'),
      'extends: bgp-rr\ntitle: Mine\ncalico: {version: v3.30}\nexpect: []\n',
    );
    await writeFile(join(folder, 'grandchild.lab.yml'), 'extends: child\ncalico: {blockSize: 28}\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('lays a lab over another: maps are merged, lists replaced, names are its own, variants come along', async () => {
    const options = { ...folders, cwd: folder };
    const child = await readLab('child.lab.yml', options);
    const grandchild = await readLab('grandchild.lab.yml:one-spine', options);

    expect(child.lab).toMatchObject({ name: 'child', title: 'Mine', expect: [] });
    expect(child.lab.calico).toMatchObject({ version: { text: 'v3.30' }, nodeToNodeMesh: false });
    expect(child.lab.cluster.nodes[0]?.name).toBe('child-control-plane');
    expect(grandchild.lab.calico).toMatchObject({ version: { text: 'v3.30' }, blockSize: 28 });
    expect(grandchild.lab.topology?.routers).toHaveLength(3);
    expect(grandchild.placeOf(['calico', 'version'])?.file).toBe('child.lab.yml');
    expect(grandchild.placeOf(['calico', 'blockSize'])?.file).toBe('grandchild.lab.yml');
  });
});
