// A lab must show what the real cluster of its name showed: routes, devices, sysctls, sessions, BGP tables, probes.

import { describe, expect, it } from 'vitest';
import { type Comparison, compareFacts, countsOf, differencesToText, omissions } from '../support/parity/compare.ts';
import { collectLab, type LabDump, readTruth, truthFolder, truthLabs } from '../support/parity/dump.ts';
import { factsOf } from '../support/parity/facts.ts';
import { mutationsOf } from '../support/parity/mutations.ts';
import { missingBuild, type RunnerKind, runnerKinds, withLab, workspace } from '../support/scenario.ts';

const folder = truthFolder();
const why = missingBuild();
if (why !== undefined) console.log(`skipped: parity: ${why}`);
const kinds = folder === undefined || why !== undefined ? [] : runnerKinds('parity');

/** Names in a JSON list of labctl's, whatever else its items have. */
function values(text: string, key: string): readonly string[] {
  const { items } = JSON.parse(text) as { readonly items: readonly Readonly<Record<string, unknown>>[] };
  return items.map((item) => String(item[key]));
}

/** Labs of the truth that the catalogue has; the others are named and left for later. */
async function labsToCompare(kind: RunnerKind): Promise<readonly string[]> {
  const place = workspace(kind);
  const catalogue = values((await place.must(['list', '--format', 'json'])).stdout, 'name');
  place.remove();
  const wanted = truthLabs(folder ?? '');
  for (const lab of wanted.filter((name) => !catalogue.includes(name))) {
    console.log(`parity: ${lab} is not compared: labctl list has no such lab`);
  }
  return wanted.filter((name) => catalogue.includes(name));
}

const [first] = kinds;
const labs = first === undefined ? [] : await labsToCompare(first);
const runs = kinds.flatMap((kind) => labs.map((lab) => ({ lab, kind })));

describe.skipIf(runs.length === 0)('parity', () => {
  it('parity: the labs with a known truth are in the catalogue', () => {
    expect(labs).toEqual(expect.arrayContaining(['bgp-rr', 'fullmesh', 'vxlan']));
  });

  it.each(runs)('parity: $lab as $kind is equal to the real cluster', { timeout: 180_000 }, async ({ lab, kind }) => {
    const truth = readTruth(`${folder}/${lab}`);

    await withLab(lab, { kind }, async (running) => {
      const declared = values((await running.must(['status', lab, '--differences', '--format', 'json'])).stdout, 'id');
      const collected = await collectLab(running, truth);
      const comparison = compareFacts(factsOf(truth), factsOf(collected), declared);

      tell(lab, kind, truth, comparison);
      expect(
        omissions.map(({ id }) => id).filter((id) => !declared.includes(id)),
        'left out, but not declared',
      ).toEqual([]);
      expect(differencesToText(comparison.differences)).toBe('');
      expectToBite(truth, collected, declared);
    });
  });
});

/** Every small lie about the real cluster must show as exactly one difference to the same lab. */
function expectToBite(truth: LabDump, collected: LabDump, declared: readonly string[]): void {
  const lab = factsOf(collected);
  for (const { what, dump, key } of mutationsOf(truth)) {
    const { differences } = compareFacts(factsOf(dump), lab, declared);
    expect(
      differences.map((difference) => difference.key),
      what,
    ).toEqual([expect.stringMatching(key)]);
  }
}

function tell(lab: string, kind: RunnerKind, truth: LabDump, comparison: Comparison): void {
  const omitted = [...comparison.omitted].map(([id, count]) => `${count} left out by ${id}`).join(', ');
  const equal = comparison.compared - comparison.differences.length;
  console.log(
    `parity: ${lab} as ${kind}: ${comparison.compared} facts compared, ${equal} equal${omitted === '' ? '' : `; ${omitted}`}`,
  );
  console.log(`parity: ${lab}: ${countsOf(factsOf(truth))}`);
}
