// Scenarios of `labctl test`: two small labs tested side by side, interrupted, killed; a running lab of the same name.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, runnerKinds, type Workspace, workspace } from '../support/scenario.ts';
import { smallLab } from '../support/small-lab.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: tests of labctl test: ${why}`);
const kinds = why === undefined ? runnerKinds('tests of labctl test') : [];
if (kinds.length === 0) it.skip('tests of labctl test cannot run here', () => undefined);

/** Runs a test with two lab files, small-a whose checks are true and small-b with a false one. */
async function withTwoLabs(kind: Workspace['kind'], body: (place: Workspace) => Promise<void>): Promise<void> {
  const place = workspace(kind);
  try {
    writeFileSync(join(place.cwd, 'small-a.lab.yml'), smallLab('small-a', { ttl: 62 }));
    writeFileSync(join(place.cwd, 'small-b.lab.yml'), smallLab('small-b', { ttl: 61 }));
    place.own();
    await body(place);
    for (const file of readdirSync(place.cwd)) rmSync(join(place.cwd, file));
    expect(leaksToText(await place.leaks())).toBe('');
  } finally {
    place.remove();
  }
}

const both = ['test', './small-a.lab.yml', './small-b.lab.yml'];

/** Waits until both labs of a test run have their machines: neither is down again before it was checked. */
async function untilBothStand(place: Workspace): Promise<void> {
  const standing = () =>
    readdirSync(join(place.home, 'tests'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/holder.json'))
      .map((path) => path.split('/').at(-2));
  await expect.poll(() => standing().toSorted(), { timeout: 120_000 }).toEqual(['small-a', 'small-b']);
}

describe.each(kinds)('labctl test as %s', (kind) => {
  // How a report is written does not depend on whose labs they are, and a false check is asked for 15 s.
  if (kind === kinds[0])
    it('reports each lab in text, JSON, JUnit and Markdown, and exits 1 when a check is false', async () => {
      await withTwoLabs(kind, async (place) => {
        const files = ['--junit', 'labs.xml', '--markdown', 'labs.md'];
        const { stdout } = await place.must([...both, ...files, '--jobs', '2', '--format', 'json'], 1);

        const report = JSON.parse(stdout);
        expect(report).toMatchObject({ kind: 'TestReport', passed: 1, failed: 1, skipped: 0 });
        expect(report.labs).toMatchObject([
          { lab: './small-a.lab.yml', outcome: 'passed', problems: [] },
          { lab: './small-b.lab.yml', outcome: 'failed', problems: [] },
        ]);
        for (const { steps } of report.labs)
          expect(steps.map(({ step }: { step: string }) => step)).toEqual(['up', 'verify', 'capture', 'down']);
        const xml = readFileSync(join(place.cwd, 'labs.xml'), 'utf8');
        expect(junitCounts(xml)).toEqual({
          suites: 2,
          cases: totalOf(xml, 'tests'),
          failures: totalOf(xml, 'failures'),
        });
        expect(xml).toMatch(/<failure message="expected an answer with TTL 61, seen an answer with TTL 62">/);
        const markdown = readFileSync(join(place.cwd, 'labs.md'), 'utf8');
        expect(markdown).toContain('2 labs: 1 passed, 1 failed, 0 skipped');
        expect(markdown).toMatch(/\| \.\/small-a\.lab\.yml \| passed \| (\d+)\/\1 \|/);
      });
    });

  it('leaves a lab of the same name alone that runs already', async () => {
    await withTwoLabs(kind, async (place) => {
      await place.must(['up', './small-a.lab.yml']);
      const before = await place.must(['ps', '--format', 'json']);

      await place.must(['test', './small-a.lab.yml']);

      expect((await place.must(['ps', '--format', 'json'])).stdout).toBe(before.stdout);
      await place.must(['down', 'small-a']);
    });
  });

  it('takes all labs down when it is interrupted', async () => {
    await withTwoLabs(kind, async (place) => {
      const started = place.start([...both, '--jobs', '2']);
      await untilBothStand(place);
      started.kill('SIGINT', 'group');

      expect((await started.finished).exitCode).toBe(130);
    });
  });

  it('leaves labs behind only when killed, and `down --all` finds them', async () => {
    await withTwoLabs(kind, async (place) => {
      const started = place.start([...both, '--jobs', '2']);
      await untilBothStand(place);
      started.kill('SIGSTOP'); // or its labs would be down before they are looked at, on a fast machine
      const alive = await place.labctl(['down', '--all']);
      started.kill('SIGKILL');
      await started.finished;
      const removed = await place.must(['down', '--all']);

      expect([alive.exitCode, alive.stderr]).toEqual([6, expect.stringMatching(/another labctl works on test run/)]);
      expect(removed.stdout).toBe('removed: small-a (of a test), small-b (of a test)\n');
    });
  });
});

/** What stands in a JUnit file, counted element by element. */
function junitCounts(xml: string): { suites: number; cases: number; failures: number } {
  const count = (expression: RegExp): number => xml.match(expression)?.length ?? 0;
  return { suites: count(/<testsuite /g), cases: count(/<testcase /g), failures: count(/<failure /g) };
}

/** A total as the document's own head says it. */
function totalOf(xml: string, attribute: string): number {
  return Number(new RegExp(`<testsuites [^>]*\\b${attribute}="(\\d+)"`).exec(xml)?.[1]);
}
