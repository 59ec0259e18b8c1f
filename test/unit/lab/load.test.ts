import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/errors.ts';
import { readLab } from '../../../src/lab/load.ts';
import { bgpRr, fullmesh } from '../../support/labs.ts';
import { folders, problemsOf, readText, root } from './read-text.ts';

const small = `
name: small
title: Two nodes
cluster:
  nodes:
    - {role: control-plane}
    - {role: worker}
`;

async function errorOf(promise: Promise<unknown>): Promise<LabError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LabError) return error;
  throw new Error(`no LabError: ${String(error)}`);
}

describe('the labs that come with labctl', () => {
  it('bgp-rr is article 004: routers, racks, nodes, peers and pods', async () => {
    const { lab, warnings } = await readLab('bgp-rr', folders);

    expect({ ...lab, expect: bgpRr.expect, source: bgpRr.source }).toEqual(bgpRr);
    expect(lab.source).toBe(join(root, 'labs/bgp-rr.lab.yml'));
    expect(warnings.map((warning) => [warning.code, warning.path.at(-2)])).toEqual([['LAB_ROUTER_ID', 'spine1']]);
  });

  it('fullmesh is three nodes on Docker’s network', async () => {
    const { lab, warnings } = await readLab('fullmesh', folders);

    expect({ ...lab, expect: fullmesh.expect, source: fullmesh.source, title: fullmesh.title }).toEqual(fullmesh);
    expect(warnings).toEqual([]);
  });

  it('a variant keeps the names: fullmesh:100-nodes has pod-b on the last node and one pod a node', async () => {
    const { lab } = await readLab('fullmesh:100-nodes', folders);

    expect(lab.variant).toBe('100-nodes');
    expect(lab.cluster.nodes).toHaveLength(100);
    expect(lab.cluster.nodes.at(-1)?.name).toBe('fullmesh-worker99');
    expect(new Set(lab.pods.map((pod) => pod.node)).size).toBe(100);
    expect(lab.pods.map((pod) => pod.name).slice(0, 5)).toEqual(['pod-a', 'pod-c', 'pod-d', 'pod-5', 'pod-6']);
    expect(lab.pods.at(-1)).toEqual({ name: 'pod-b', node: 'fullmesh-worker99' });
    expect(lab.expect).toContainEqual(expect.objectContaining({ kind: 'route', on: 'control-plane', via: 'worker99' }));
  });

  it('bgp-rr:one-spine takes spine1 out with its links, and expects one next hop', async () => {
    const { lab, warnings } = await readLab('bgp-rr:one-spine', folders);

    expect(lab.topology?.routers.map((router) => router.name)).toEqual(['leaf0', 'leaf1', 'spine0']);
    expect(lab.topology?.links.map((link) => link.prefix)).toEqual(['10.1.10.0/24', '10.1.34.0/24']);
    expect(lab.expect).toContainEqual(expect.objectContaining({ kind: 'route', on: 'leaf0', nexthops: ['spine0'] }));
    expect(lab.title).toBe('The same fabric after spine1 is gone');
    expect(warnings).toEqual([]);
  });

  it('bgp-rr:article differs from bgp-rr in the version alone', async () => {
    const [{ lab }, article] = await Promise.all([readLab('bgp-rr', folders), readLab('bgp-rr:article', folders)]);

    expect(article.lab.calico.version).toEqual({ text: 'v3.23.2', minor: 23 });
    const same = { ...article.lab, variant: undefined, title: lab.title, calico: lab.calico };
    expect(same).toEqual(lab);
  });

  it('is frozen and JSON-safe', async () => {
    const { lab } = await readLab('bgp-rr', folders);

    expect(Object.isFrozen(lab.topology?.routers[0])).toBe(true);
    expect(JSON.parse(JSON.stringify(lab))).toEqual(lab);
  });
});

describe('a lab is named by', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'labctl-lab-'));
    await writeFile(join(folder, 'mine.lab.yml'), small.replace('name: small\n', ''));
    await mkdir(join(folder, 'sub'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['mine.lab.yml', './mine.lab.yml', '.'])('a path: %s', async (reference) => {
    const { lab } = await readLab(reference, { ...folders, cwd: folder });

    expect(lab.name).toBe('mine');
    expect(lab.source).toBe(join(folder, 'mine.lab.yml'));
  });

  it('an absolute path, and its own name when it has one', async () => {
    await writeFile(join(folder, 'sub', 'other.yml'), small);

    const { lab } = await readLab(join(folder, 'sub', 'other.yml'), folders);

    expect(lab.name).toBe('small');
  });

  it('- for standard input, which must have a name', async () => {
    expect((await readText(small)).lab.name).toBe('small');

    const [problem] = await problemsOf(small.replace('name: small\n', ''));

    expect(problem).toMatchObject({ code: 'LAB_MISSING_KEY', message: '`name` is missing' });
  });

  it.each([
    ['bgp-r', 'there is no lab named `bgp-r`', 'did you mean `bgp-rr`?'],
    ['bgp-rr:articel', 'labs/bgp-rr.lab.yml has no variant `articel`', 'did you mean `article`?'],
    ['none.lab.yml', 'there is no file `none.lab.yml`', '`labctl list` for the labs that come with labctl'],
    ['labs', 'there is no lab named `labs`', './labs for the file or folder here'],
    ['./src', 'no lab file (*.lab.yml) in `./src`', undefined],
    ['/dev/null', '/dev/null is not a regular file', '`-` to read a lab from standard input'],
  ])('nothing else: %s', async (reference, message, hint) => {
    const error = await errorOf(readLab(reference, folders));

    expect([error.code, error.message, error.hint]).toEqual(['LAB_NOT_FOUND', message, hint]);
  });

  it('a folder with one lab file, not with several', async () => {
    const error = await errorOf(readLab('./labs', folders));

    expect(error.message).toMatch(/^`.\/labs` has \d+ lab files$/);
    expect(error.hint).toMatch(/^name one of them: .*\bbgp-rr.lab.yml, /);
  });

  it('a name, not nothing', async () => {
    const error = await errorOf(readLab('', folders));

    expect([error.message, error.hint]).toEqual([
      'there is no lab named ``',
      expect.stringMatching(/^known: bgp-rr, /),
    ]);
  });

  it('a file of more than 256 KiB is refused before it is read as YAML', async () => {
    await writeFile(join(folder, 'sub', 'large.yml'), `title: ${'x'.repeat(300_000)}\n`);

    const error = await errorOf(readLab(join(folder, 'sub', 'large.yml'), folders));

    expect(error.problems[0]).toMatchObject({ code: 'LAB_TOO_LARGE', at: { line: 1, column: 1 } });
  });

  it('a topology reached by a link out of the lab’s folder is not read', async () => {
    await writeFile(join(folder, 'topology.yml'), 'routers: {leaf0: {as: 65005}}\n');
    await symlink(join(folder, 'topology.yml'), join(folder, 'sub', 'out.yml'));
    await writeFile(join(folder, 'sub', 'fabric.yml'), 'routers: {leaf0: {as: 65005}}\n');
    const lab = (topology: string): string => small.replace('cluster:', `topology: ${topology}\ncluster:`);
    await writeFile(join(folder, 'sub', 'in.lab.yml'), lab('./fabric.yml'));
    await writeFile(join(folder, 'sub', 'out.lab.yml'), lab('./out.yml'));

    const inside = await readLab(join(folder, 'sub', 'in.lab.yml'), folders);
    const error = await errorOf(readLab(join(folder, 'sub', 'out.lab.yml'), folders));

    expect(inside.lab.topology?.name).toBe('fabric');
    expect(error.problems[0]?.code).toBe('LAB_UNKNOWN_NAME');
  });
});

describe('defaults', () => {
  it('of Calico, networks, nodes and pods', async () => {
    const { lab } = await readText(small);

    expect(lab.calico).toEqual({
      version: { text: 'v3.33', minor: 33 },
      backend: 'bird',
      encapsulation: 'None',
      blockSize: 26,
      natOutgoing: true,
      encapsulation6: 'None',
      blockSize6: 122,
      natOutgoing6: false,
      nodeToNodeMesh: true,
      nodeASNumber: undefined,
      peers: [],
      autodetection: 'first-found',
      ipam: { strictAffinity: false, maxBlocksPerHost: 0 },
      typha: false,
      secrets: {},
      resources: [],
    });
    expect(lab.cluster.podSubnet).toBe('10.244.0.0/16');
    expect(lab.cluster.network).toEqual({
      prefix: '172.18.0.0/16',
      gateway: '172.18.0.1',
      prefix6: 'fc00:f853:ccd:e793::/64',
      outside: '172.20.20.0/24',
    });
    expect(lab.pods).toEqual([
      { name: 'pod-a', node: 'small-control-plane' },
      { name: 'pod-b', node: 'small-worker' },
    ]);
  });

  it('the gateway is the first address of a stated network', async () => {
    const { lab } = await readText(small.replace('cluster:', 'cluster:\n  network: {prefix: 192.168.9.0/24}'));

    expect(lab.cluster.network.gateway).toBe('192.168.9.1');
  });

  it('names follow kind when there are several control planes, whatever their order', async () => {
    const roles = ['worker', 'control-plane', 'worker', 'control-plane', 'control-plane'];
    const text = `name: x\ntitle: x\ncluster: {nodes: [${roles.map((role) => `{role: ${role}}`).join(', ')}]}\n`;

    const { lab } = await readText(text);

    const shorts = ['worker', 'control-plane', 'worker2', 'control-plane2', 'control-plane3'];
    expect(lab.cluster.nodes.map((node) => node.short)).toEqual(shorts);
    expect(lab.pods[0]).toEqual({ name: 'pod-a', node: 'x-control-plane' });
    expect(lab.pods.at(-1)).toEqual({ name: 'pod-b', node: 'x-control-plane3' });
  });

  it('one node has both pods; stated pods are completed with pod-a and pod-b', async () => {
    const one = await readText('name: x\ntitle: x\ncluster: {nodes: [{role: control-plane}]}\n');
    const stated = await readText(`${small}pods: {web: small-worker}\n`);

    expect(one.lab.pods.map((pod) => pod.node)).toEqual(['x-control-plane', 'x-control-plane']);
    expect(stated.lab.pods.map((pod) => `${pod.name} ${pod.node}`)).toEqual([
      'web small-worker',
      'pod-a small-control-plane',
      'pod-b small-worker',
    ]);
  });

  it('a stated node address takes the length of its network; its own length stays', async () => {
    const nodes = '{role: control-plane, address: 172.18.0.9},{role: worker, address: 172.18.0.10/32}';
    const { lab } = await readText(`name: x\ntitle: x\ncluster: {nodes: [${nodes}]}\n`);

    expect(lab.cluster.nodes.map((node) => node.address)).toEqual(['172.18.0.9/16', '172.18.0.10/32']);
  });
});

describe('places', () => {
  const resources = `${small}calico:\n  resources:\n    - kind: BGPPeer\n      spec:\n        peerIP: 10.1.5.1\n`;

  it('a path into a resource leads to its line', async () => {
    const { placeOf } = await readText(resources);

    expect(placeOf(['calico', 'resources', 0, 'spec', 'peerIP'])).toEqual({
      file: '<stdin>',
      line: 12,
      column: 17,
      text: '        peerIP: 10.1.5.1',
      width: 8,
    });
    expect(placeOf(['calico', 'resources', 0, 'spec', 'asNumber'])).toMatchObject({ line: 11, column: 7, width: 4 });
  });

  it('a path into the topology leads to its file; one set on the command line to --set', async () => {
    const { placeOf } = await readLab('bgp-rr', { ...folders, set: ['calico.version=v3.30', 'topology.mtu=1400'] });

    expect(placeOf(['topology', 'links', 1, 'prefix'])?.file).toBe('topologies/two-spines-two-leaves.yml');
    expect(placeOf(['calico', 'version'])).toEqual({
      file: '--set',
      line: 1,
      column: 16,
      text: 'calico.version=v3.30',
      width: 5,
    });
    expect(placeOf(['topology', 'mtu'])?.file).toBe('--set');
    expect(placeOf(['cluster', 'nodes', 2, 'rack'])).toMatchObject({ file: 'labs/bgp-rr.lab.yml', line: 14 });
  });
});
