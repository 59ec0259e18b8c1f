// Labs of the catalogue that no scenario of their own has must be what they say: up, verified, captured in, down, nothing left.

import { describe, expect, it } from 'vitest';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, type RunnerKind, runnerKinds, workspace } from '../support/scenario.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: labs of the catalogue: ${why}`);
const kinds = why === undefined ? runnerKinds('labs of the catalogue') : [];
if (kinds.length === 0) it.skip('labs of the catalogue cannot run here', () => undefined);

/** What is tested as whom; an ordinary user's labs are of each sort one. */
const labs: Readonly<Record<RunnerKind, readonly string[]>> = {
  root: [
    'bgp-rr-node',
    'bgp-rr-node:two',
    'bgp-tor',
    'bgp-tor:*',
    'fullmesh-routed',
    'fullmesh-routed:*',
    'vxlan',
    'vxlan-crosssubnet',
  ],
  user: ['bgp-rr-node:two', 'bgp-tor:one-as', 'vxlan-crosssubnet'],
};

describe.each(kinds)('labctl test of the catalogue as %s', (kind) => {
  it('finds every check true', async () => {
    const place = workspace(kind);
    try {
      const finished = await place.labctl(['test', ...labs[kind], '--format', 'json'], { timeoutMs: 590_000 });

      const report = JSON.parse(finished.stdout) as {
        readonly labs: readonly {
          readonly lab: string;
          readonly outcome: string;
          readonly checks: readonly object[];
        }[];
      };
      expect(report.labs.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
      expect(report.labs.length).toBeGreaterThanOrEqual(labs[kind].length);
      for (const { lab, checks } of report.labs) expect(checks.length, lab).toBeGreaterThan(15);
      expect(finished.exitCode).toBe(0);
      expect(leaksToText(await place.leaks())).toBe('');
    } finally {
      place.remove();
    }
  });
});
