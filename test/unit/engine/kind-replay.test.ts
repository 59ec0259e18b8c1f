// Owns the proof that the kind engine waits for, reads and mends real clusters: their recorded state, under other pids and ids.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabError } from '../../../src/base/errors.ts';
import type { Design } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { kindEngine } from '../../../src/engine/kind/index.ts';
import { parseAddresses } from '../../../src/host/ip.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { readLab } from '../../../src/lab/load.ts';
import type { Engine } from '../../../src/plan/engine.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { root } from '../../support/catalogue-lab.ts';
import { truthFolder } from '../../support/parity/dump.ts';
import { labFileOf, truthLabs } from '../../support/parity/labs-of-truth.ts';
import { readTruth } from '../../support/parity/read-truth.ts';
import { type Replay, replayedCluster } from '../../support/replayed-cluster.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = truthFolder();
const nodes = ['bgp-rr-control-plane', 'bgp-rr-worker', 'bgp-rr-worker2', 'bgp-rr-worker3'];
const everything = [...nodes, 'leaf0', 'leaf1', 'spine0', 'spine1'];

interface Standing {
  readonly design: Design;
  readonly engine: Engine;
  readonly plan: Plan;
}

async function standing(
  name: string,
  replay: Replay,
  made: ReadonlyMap<string, string> = new Map(),
): Promise<Standing> {
  const lab = await realLab(name);
  const { design } = designLab(lab);
  if (design === undefined) throw new Error(`${name} has no design`);
  const engine = kindEngine({
    lab: name,
    cluster: kindClusterOf(lab),
    folder: '/nowhere',
    isRoot: true,
    own: [],
    ...(await replayedCluster(design, join(folder ?? '', name), replay)),
    owned: ['network', 'cluster', 'fabric'],
    record: async () => undefined,
    made,
    isBuilt: true,
    built: design,
    manifest: undefined,
  });
  const artifacts = new Map([['fabric.clab.yml', 'name: replayed\n']]);
  return {
    design,
    engine,
    plan: engine.plan(design, artifacts, { state: 'absent', made: new Map(), dead: new Set() }),
  };
}

/** The catalogue's lab with the addresses that Docker happened to give the real nodes, which nobody pinned. */
async function realLab(name: string): Promise<Lab> {
  const { text } = await labFileOf(name, readTruth(join(folder ?? '', name)));
  const cwd = scratchFolder('kind-replay-');
  writeFileSync(join(cwd, `${name}.lab.yml`), text);
  const places = { labsDir: `${root}/labs`, topologiesDir: `${root}/topologies`, cwd };
  const { lab } = await readLab(`./${name}.lab.yml`, places);
  const set = lab.cluster.nodes.flatMap(({ rack, short }, i) =>
    rack === undefined ? [`cluster.nodes.${i}.address=${dockerAddress(name, short)}`] : [],
  );
  return (await readLab(`./${name}.lab.yml`, { ...places, set })).lab;
}

function dockerAddress(name: string, machine: string): string | undefined {
  const text = readFileSync(join(folder ?? '', name, machine, 'addr.json'), 'utf8');
  const ports = parseAddresses(machine, text).filter((port) => port.name === 'eth0');
  return ports
    .flatMap(({ addresses }) => addresses)
    .find((address) => !address.includes(':'))
    ?.split('/')[0];
}

/** Runs the plan's waits as `up` does; what each said last. */
async function converge({ design, engine, plan }: Standing, signal: AbortSignal): Promise<readonly string[]> {
  const table = engine.operations(design);
  const said: string[] = [];
  for (const { verb, input } of plan.operations) {
    if (!['waitSessions', 'waitRoutes', 'waitPing'].includes(verb)) continue;
    await table[verb]?.apply(input, { signal, report: (line) => void said.push(line) });
  }
  return said;
}

describe.skipIf(folder === undefined).each(folder === undefined ? [] : truthLabs(folder))('a real %s', (name) => {
  it.each([1, 7, 20_261_121])('is converged at the first look, whatever its pids and ids (%i)', async (seed) => {
    const lab = await standing(name, { seed });
    const { sessions, routes } = lab.design.expected;

    expect(await converge(lab, AbortSignal.timeout(100_000))).toEqual([
      `${sessions.length} of ${sessions.length} sessions Established`,
      `${routes.length} of ${routes.length} routes in the kernels`,
    ]);
  });

  it('has the devices that the design says, with their MTUs', async () => {
    const { design, engine } = await standing(name, { seed: 3 });

    const { interfaces } = await engine.inspect(design);

    const seen = new Map(interfaces.map((port) => [`${port.machine} ${port.name}`, port.mtu]));
    const wanted = [...design.nodes, ...design.routers].flatMap((machine) =>
      machine.interfaces.map((port) => [`${machine.name} ${port.name}`, port.mtu] as const),
    );
    const tunnels = design.nodes.flatMap((node) =>
      node.tunnels.map((tunnel) => [`${node.name} ${tunnel.name}`, tunnel.mtu] as const),
    );
    for (const [port, mtu] of [...wanted, ...tunnels]) expect([port, seen.get(port)]).toEqual([port, mtu]);
  });
});

describe.skipIf(folder === undefined)('a real cluster that is not as it should be', () => {
  const timeout = (): AbortSignal => {
    const controller = new AbortController();
    setTimeout(() => controller.abort('timeout'), 100);
    return controller.signal;
  };

  it('is waited for until the deadline; then the error says what was expected and what is there', async () => {
    const instead = { 'leaf0 vtysh -c show bgp summary json': { exitCode: 1, stderr: 'bgpd is not running' } };
    const lab = await standing('bgp-rr', { seed: 5, instead });

    const error = await converge(lab, timeout()).catch((thrown: unknown) => thrown as LabError);

    expect(error).toMatchObject({ code: 'NOT_CONVERGED', message: /^not converged: \d+ of 16 ends|sessions/ });
    expect((error as LabError).facts).toContain(
      'leaf0: expected iBGP session with bgp-rr-control-plane (10.1.5.10) Established; seen no such session',
    );
  });

  const made = new Map(['network', 'cluster', 'fabric', 'rules:leaf0', 'calico'].map((name) => [name, 'digest']));

  it('lives while every machine runs with all its ports', async () => {
    const { engine } = await standing('bgp-rr', { seed: 8 }, made);
    expect(await engine.observe()).toMatchObject({ state: 'running', dead: new Set() });
  });

  it.each([
    ['a node lost its wire', { seed: 8, unplugged: ['worker2'] }],
    ['a router does not run', { seed: 8, stopped: ['spine1'] }],
  ])('is plugged anew where %s', async (_, replay) => {
    const { engine } = await standing('bgp-rr', replay, made);
    expect(await engine.observe()).toMatchObject({ state: 'running', dead: new Set(['fabric', 'rules:leaf0']) });
  });

  it.each([
    ['a node does not run', { seed: 8, stopped: ['bgp-rr-worker3'] }],
    ['nothing runs', { seed: 8, stopped: everything }],
  ])('is started where %s', async (_, replay) => {
    const { engine } = await standing('bgp-rr', replay, made);
    const dead = new Set(['cluster', 'fabric', 'rules:leaf0']);
    expect(await engine.observe()).toMatchObject({ state: 'running', dead });
  });

  it('is made anew where a node is gone', async () => {
    const { engine } = await standing('bgp-rr', { seed: 8, removed: ['bgp-rr-worker3'] }, made);
    expect(await engine.observe()).toMatchObject({ state: 'partial' });
  });
});
