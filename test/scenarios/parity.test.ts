// A lab must show what the real cluster of its name showed: routes, devices, sysctls, sessions, BGP tables, probes.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Comparison, compareFacts, countsOf, differencesToText, omissions } from '../support/parity/compare.ts';
import { collectLab, type LabDump, truthFolder } from '../support/parity/dump.ts';
import { factsOf } from '../support/parity/facts.ts';
import { designDifferences, labFileOf, realLabFile, referenceOf, truthLabs } from '../support/parity/labs-of-truth.ts';
import { mutationsOf } from '../support/parity/mutations.ts';
import { readTruth } from '../support/parity/read-truth.ts';
import { contestedNodes, lacksTunnel } from '../support/parity/real-cluster.ts';
import { missingBuild, type RunnerKind, runnerKinds, withLab, workspace } from '../support/scenario.ts';

const truths = truthFolder();
const why = missingBuild();
if (why !== undefined) console.log(`skipped: parity: ${why}`);
const kinds = truths === undefined || why !== undefined ? [] : runnerKinds('parity');

/** Names in a JSON list of labctl's, whatever else its items have. */
function values(text: string, key: string): readonly string[] {
  const { items } = JSON.parse(text) as { readonly items: readonly Readonly<Record<string, unknown>>[] };
  return items.map((item) => String(item[key]));
}

/** Folders of the truth and the labs that they are held against; a folder without a lab is named and left for later. */
async function labsToCompare(kind: RunnerKind): Promise<readonly { readonly folder: string; readonly lab: string }[]> {
  const place = workspace(kind);
  const list = JSON.parse((await place.must(['list', '--format', 'json'])).stdout) as {
    readonly items: readonly { readonly name: string; readonly variants?: readonly { readonly name: string }[] }[];
  };
  place.remove();
  const catalogue = new Map(list.items.map(({ name, variants = [] }) => [name, variants.map((each) => each.name)]));
  return truthLabs(truths ?? '').flatMap((folder) => {
    const lab = referenceOf(folder, catalogue);
    if (lab === undefined) console.log(`parity: ${folder} is not compared: labctl list has no such lab`);
    return lab === undefined ? [] : [{ folder, lab }];
  });
}

const [first] = kinds;
const labs = first === undefined ? [] : await labsToCompare(first);
const runs = kinds.flatMap((kind) => labs.map((lab) => ({ ...lab, kind })));

describe.skipIf(kinds.length === 0)('parity', () => {
  it('parity: a lab with a known truth is in the catalogue', () => {
    expect(labs.length, truths).toBeGreaterThan(0);
  });

  it.for(runs)('parity: $folder as $kind is equal to the real cluster', async ({ folder, lab, kind }, { skip }) => {
    const truth = readTruth(join(truths ?? '', folder));
    const [name = '', variant] = lab.split(':');
    const cluster = truth.cluster ?? name;
    const { text, changes } = await labFileOf(lab, truth);
    const isCatalogues = cluster === name && changes.length === 0;
    const files = isCatalogues ? {} : { [realLabFile]: text };
    const reference = isCatalogues ? lab : [`./${realLabFile}`, variant].filter(Boolean).join(':');
    for (const change of changes) console.log(`parity: ${folder}: as in the real cluster, ${change}`);
    if (truth.missing.length > 0)
      console.log(`parity: ${folder}: ${truth.missing.length} files missing or empty: ${truth.missing.join(', ')}`);

    if (lacksTunnel(truth)) skip(`the real cluster of ${folder} has an IPIP pool and no tunl0: its kernel lacked ipip`);
    const lacking = await lackOf(kind, lab);
    if (lacking !== undefined) {
      console.log(`parity: ${folder}: kernel routes are held against the design only: ${lacking}`);
      expect([...truth.unreadable, ...(await designDifferences(lab, truth))].join('\n')).toBe('');
      return;
    }
    await withLab(reference, { kind, files, name: cluster }, async (running) => {
      const status = (await running.must(['status', cluster, '--differences', '--format', 'json'])).stdout;
      const declared = values(status, 'id');
      const collected = await collectLab(running, truth);
      const contested = contestedNodes(truth);
      const comparison = compareFacts(factsOf(truth, contested), factsOf(collected, contested), declared);

      tell(folder, kind, truth, comparison);
      expect(
        omissions.map(({ id }) => id).filter((id) => !declared.includes(id)),
        'left out, but not declared',
      ).toEqual([]);
      expect([...truth.unreadable, differencesToText(comparison.differences)].join('\n')).toBe('');
      expectToBite(truth, collected, declared, contested);
    });
  });
});

/** What this machine lacks for a lab, in preflight's words; undefined when it can run. */
async function lackOf(kind: RunnerKind, lab: string): Promise<string | undefined> {
  // Only IPIP needs a kernel that not every machine has; each other lab must run.
  if (!lab.startsWith('ipip')) return undefined;
  const place = workspace(kind);
  const { exitCode, stderr } = await place.labctl(['up', lab]);
  if (exitCode === 0) await place.must(['down', '--all']);
  place.remove();
  return /\[ENGINE_MISSING\]\n +(.*?);/.exec(stderr)?.[1];
}

/** Every small lie about the real cluster must show as exactly one difference to the same lab. */
function expectToBite(
  truth: LabDump,
  collected: LabDump,
  declared: readonly string[],
  contested: readonly string[],
): void {
  const lab = factsOf(collected, contested);
  for (const { what, dump, key } of mutationsOf(truth)) {
    const { differences } = compareFacts(factsOf(dump, contested), lab, declared);
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
