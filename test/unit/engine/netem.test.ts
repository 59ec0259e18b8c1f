// What a lab says of its wires must become what is typed for each port, and go away again when the lab no longer says it.

import { describe, expect, it } from 'vitest';
import { clabNetem, netemLine } from '../../../src/artifact/netem.ts';
import { writeArtifacts } from '../../../src/artifact/write-artifacts.ts';
import type { Design } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { planNetns } from '../../../src/engine/netns/plan.ts';
import { readLab } from '../../../src/lab/load.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import { nothingObserved, type Observed } from '../../../src/plan/observed.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { root } from '../../support/catalogue-lab.ts';

async function designWith(reference: string, ...set: readonly string[]): Promise<Design> {
  const folders = { labsDir: `${root}/labs`, topologiesDir: `${root}/topologies`, cwd: root };
  const { lab } = await readLab(reference, { ...folders, set });
  const { design } = designLab(lab);
  if (design === undefined) throw new Error(`${reference} has no design`);
  return design;
}

function planOf(design: Design, seen: Observed): Plan {
  return planNetns(design, writeArtifacts(design), seen, undefined);
}

/** What is seen once a plan was carried out. */
function done({ operations }: Plan, before: ReadonlyMap<string, string> = new Map()): Observed {
  const made = new Map([...before, ...operations.map(({ resource, input }) => [resource, digestOf(input)] as const)]);
  return { state: 'running', made, dead: new Set() };
}

/** The scripts of the operation `netem`, by router; undefined when the plan has none. */
function impairmentsOf({ operations }: Plan): Readonly<Record<string, string>> | undefined {
  const found = operations.find(({ resource }) => resource === 'netem');
  if (found === undefined) return undefined;
  const { machines } = found.input as unknown as { machines: { machine: string; script: string }[] };
  return Object.fromEntries(machines.map(({ machine, script }) => [machine, script]));
}

const first = 'topology.links.0.netem';

describe('a bad wire', () => {
  it('is the same at both ends, or other at each, and leaves other ports alone', async () => {
    const design = await designWith('impaired');

    const scripts = impairmentsOf(planOf(design, nothingObserved));

    expect(scripts?.['leaf0']).toBe('tc qdisc replace dev eth1 root netem delay 20ms 5ms\n');
    expect(scripts?.['border0']).toBe('tc qdisc replace dev eth1 root netem loss 20%\n');
    expect(scripts?.['spine0']).toBe(
      [
        'tc qdisc replace dev eth1 root netem delay 20ms 5ms',
        'tc qdisc replace dev eth2 root netem rate 200kbit',
        'tc qdisc replace dev eth3 root netem corrupt 5%',
        '',
      ].join('\n'),
    );
    expect(scripts?.['leaf1']).toBe('tc qdisc replace dev eth1 root netem rate 200kbit\n');
  });

  it('is made on the running lab, alone, and once', async () => {
    const plain = await designWith('bgp-rr');
    const up = done(planOf(plain, nothingObserved));
    const bad = await designWith('bgp-rr', `${first}.delay=1.5s`, `${first}.loss=0.5`);

    const change = planOf(bad, up);

    expect(change.operations.filter(({ cause }) => cause !== 'must hold before up is done')).toHaveLength(1);
    expect(impairmentsOf(change)?.['leaf0']).toContain('dev eth1 root netem delay 1500ms loss 0.5%\n');
    expect(planOf(bad, done(change, up.made)).operations).toEqual([]);
  });

  it('is good again once the lab says no more of it', async () => {
    const bad = planOf(await designWith('bgp-rr', `${first}.delay=20ms`), nothingObserved);
    const plain = await designWith('bgp-rr');

    const mended = planOf(plain, done(bad));

    expect(impairmentsOf(mended)?.['leaf0']).toContain('tc qdisc delete dev eth1 root');
    expect(planOf(plain, done(mended, done(bad).made)).operations).toEqual([]);
  });

  it('costs a lab of good wires nothing', async () => {
    expect(impairmentsOf(planOf(await designWith('bgp-rr', `${first}.loss=0`), nothingObserved))).toBeUndefined();
  });
});

describe('the words of a bad port', () => {
  it('are all those that are stated, in the units of the lab file', () => {
    const all = { delayMs: 20, jitterMs: 0.5, lossPercent: 1.5, rateKbit: 1000, corruptionPercent: 0.1 };

    expect(netemLine('eth1', all)).toBe(
      'tc qdisc replace dev eth1 root netem delay 20ms 0.5ms loss 1.5% rate 1000kbit corrupt 0.1%\n',
    );
  });

  it("are containerlab's on the kind engine", async () => {
    const words = clabNetem(await designWith('bgp-rr', `${first}.delay=20ms`, `${first}.rate=64`));

    expect(words.map((line) => line.join(' '))).toEqual([
      'tools netem set --node clab-bgp-rr-leaf0 --interface eth1 --delay 20ms --rate 64',
      'tools netem set --node clab-bgp-rr-spine0 --interface eth1 --delay 20ms --rate 64',
    ]);
  });
});
