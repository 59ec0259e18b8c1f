import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Expected } from '../../../src/design/convergence.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { expectedOf } from '../../../src/design/expected.ts';
import { fabricLab, flatLab, meshNodes, type NodeFacts, peer, rackNodes } from '../../support/bgp-labs.ts';
import { bgpRr, fullmesh } from '../../support/labs.ts';
import { sharedFolder } from '../../support/shared.ts';
import { birdPaths, expectedLine, frrPaths, kernelLines, pathText, type TruePath } from '../../support/truth-tables.ts';

const truth = sharedFolder('truth');

const reflected = fabricLab(
  rackNodes(
    (_, leafAs) => leafAs,
    (_, leaf) => [peer(leaf.address, leaf.as)],
  ),
  { nodeFlags: { reflectorClient: true, nextHopSelf: true } },
);

const flatNodes: readonly NodeFacts[] = [
  ['control-plane', '172.18.0.2', '10.244.138.128/26', 'cali5e1c4d6c68c'],
  ['worker', '172.18.0.4', '10.244.71.0/26', 'cali3754a2f57f6'],
  ['worker2', '172.18.0.3', '10.244.31.64/26', 'cali2f5353dd8c5'],
].map(([short = '', address = '', block = '', iface = '']) => ({
  short,
  address: `${address}/16`,
  gateway: '172.18.0.1',
  as: 64512,
  block,
  peers: ['172.18.0.2', '172.18.0.3', '172.18.0.4']
    .filter((other) => other !== address)
    .map((other) => peer(other, 64512)),
  pod: { name: `pod-${short}`, address: block.split('/')[0] ?? '', interface: iface },
}));

function linesOf(expected: Expected, machine: string): readonly string[] {
  return expected.routes
    .filter((route) => route.machine === machine)
    .map(expectedLine)
    .toSorted();
}

/** Every real path is one of the expected ones, and every certain one is real. */
function comparePaths(expected: Expected, machine: string, real: readonly TruePath[]): void {
  const own = expected.paths.filter((path) => path.machine === machine);
  expect(real.length, `${machine} has paths`).toBeGreaterThan(1);
  for (const { prefix, from, text, isUsed } of real) {
    const alternatives = own.filter((path) => path.prefix === prefix && path.from === from);
    expect(alternatives.map(pathText), `${machine} ${prefix} from ${from}`).toContain(text);
    const match = alternatives.find((path) => pathText(path) === text);
    if (match?.used !== undefined) expect(isUsed, `${machine} ${prefix} from ${from} used`).toBe(match.used);
  }
  for (const path of own.filter(({ presence }) => presence !== 'maybe')) {
    const found = real.filter(({ prefix, from }) => prefix === path.prefix && from === path.from);
    expect(found, `${machine} ${path.prefix} from ${path.from}`).toHaveLength(1);
  }
}

describe.skipIf(truth === undefined)('expectations of bgp-rr against a real cluster', () => {
  const expected = expectedOf(reflected);
  const folder = join(truth ?? '', 'bgp-rr');

  it.each(['control-plane', 'worker', 'worker2', 'worker3'])('kernel routes of node %s', (node) => {
    const real = kernelLines(readFileSync(join(folder, node, 'route.json'), 'utf8'));

    expect(linesOf(expected, node)).toEqual(real);
    expect(real.length).toBeGreaterThan(10);
  });

  it.each(['leaf0', 'leaf1', 'spine0', 'spine1'])('kernel routes of router %s', (router) => {
    expect(linesOf(expected, router)).toEqual(
      kernelLines(readFileSync(join(folder, router, 'kernel-route.json'), 'utf8')),
    );
  });

  it.each(['leaf0', 'leaf1', 'spine0', 'spine1'])('BGP table of router %s', (router) => {
    comparePaths(expected, router, frrPaths(join(folder, router, 'bgp-ipv4.json')));
  });

  it.each(['control-plane', 'worker', 'worker2', 'worker3'])('BGP routes of node %s', (node) => {
    comparePaths(expected, node, birdPaths(join(folder, node, 'bird-routes.txt')));
  });

  it.each(['pod-a', 'pod-b', 'pod-c', 'pod-d'])('kernel routes of %s', (pod) => {
    expect(linesOf(expected, pod)).toEqual(kernelLines(readFileSync(join(folder, pod, 'route.json'), 'utf8')));
  });

  it('has a session a node with its leaf and a session a fabric link', () => {
    const ends = expected.sessions.map(({ a, b, type }) => `${a.machine} ${b.machine} ${type}`);

    expect(ends.toSorted()).toEqual([
      'leaf0 control-plane iBGP',
      'leaf0 spine0 eBGP',
      'leaf0 spine1 eBGP',
      'leaf0 worker iBGP',
      'leaf1 spine0 eBGP',
      'leaf1 spine1 eBGP',
      'leaf1 worker2 iBGP',
      'leaf1 worker3 iBGP',
    ]);
  });
});

describe.skipIf(truth === undefined)('expectations of fullmesh against a real cluster', () => {
  const expected = expectedOf(flatLab(flatNodes));
  const folder = join(truth ?? '', 'fullmesh');

  it.each(['control-plane', 'worker', 'worker2'])('tables of node %s', (node) => {
    expect(linesOf(expected, node)).toEqual(kernelLines(readFileSync(join(folder, node, 'route.json'), 'utf8')));
    comparePaths(expected, node, birdPaths(join(folder, node, 'bird-routes.txt')));
  });
});

describe('expectations', () => {
  it('differ with Calico 3.23: no metrics, LOCAL_PREF 100', () => {
    const expected = expectedOf({ ...reflected, version: { text: 'v3.23.2', minor: 23 } });

    expect(linesOf(expected, 'control-plane')).toContain('10.244.128.64/26 unicast bird - - [10.1.5.11 net0]');
    expect(linesOf(expected, 'control-plane')).toContain('10.244.238.192/32 unicast boot link - [- cali]');
    const path = expected.paths.find(({ machine, prefix }) => machine === 'leaf0' && prefix === '10.244.128.64/26');
    expect(path?.localPref).toBe(100);
  });

  it('are the same bytes for the same parts', () => {
    expect(JSON.stringify(expectedOf(reflected))).toBe(JSON.stringify(expectedOf(reflected)));
  });

  it('of 100 nodes in a full mesh are there before anybody waits', () => {
    const parts = flatLab(meshNodes(100));
    const start = process.cpuUsage();
    const expected = expectedOf(parts);
    // The processor's time, not the clock's: other tests run beside this one.
    const ms = process.cpuUsage(start).user / 1000;

    expect(expected.sessions).toHaveLength(4950);
    expect(expected.routes.filter(({ protocol, type }) => protocol === 'bird' && type === 'unicast')).toHaveLength(
      9900,
    );
    // A fraction of this on an idle machine; what must not come back is work that grows with the cube of the nodes.
    expect(ms).toBeLessThan(4000);
  });
});

describe.skipIf(truth === undefined)('expectations of whole labs against a real cluster', () => {
  it.each([
    ['bgp-rr', bgpRr, ['control-plane', 'worker', 'worker2', 'worker3'], ['leaf0', 'leaf1', 'spine0', 'spine1']],
    ['fullmesh', fullmesh, ['control-plane', 'worker', 'worker2'], []],
  ] as const)('%s', (name, lab, nodes, routers) => {
    const { design } = designLab(lab);
    const parity = (machine: string, real: readonly string[]): void => {
      const own = linesOf(design?.expected ?? { sessions: [], routes: [], paths: [] }, machine);
      expect(own.filter((line) => !line.includes(':')).map(withoutDocker), machine).toEqual(real.map(withoutDocker));
    };

    for (const node of nodes)
      parity(`${name}-${node}`, kernelLines(readFileSync(join(truth ?? '', name, node, 'route.json'), 'utf8')));
    for (const router of routers)
      parity(router, kernelLines(readFileSync(join(truth ?? '', name, router, 'kernel-route.json'), 'utf8')));
  });
});

/** Docker hands out its addresses in any order. */
function withoutDocker(line: string): string {
  return line.replace(/172\.18\.0\.(?!0\/|1 )\d+/g, '172.18.0.x');
}
