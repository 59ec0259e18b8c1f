// What is broken on purpose is known and mended: measured, interrupted, and after labctl was killed in the midst of it.

import { expect, it } from 'vitest';
import { missingBuild, runnerKinds, withLab } from '../support/scenario.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: failures: ${why}`);
const kinds = why === undefined ? runnerKinds('failures') : [];
if (kinds.length === 0) it.skip('failures cannot run here', () => undefined);

interface Measured {
  readonly broken: {
    readonly pairs: readonly { readonly from: string; readonly lost: number; readonly transmitted: number }[];
    readonly tables: readonly { readonly machine: string }[];
  };
}

it.each(kinds)('fail and heal as %s', { timeout: 90_000 }, async (kind) => {
  await withLab('bgp-rr', { kind }, async (running) => {
    const link = ['fail', 'link', 'pod-b:eth0', '--measure', '--pods', 'pod-a,pod-b'];
    const measured = await running.must([...link, '--for', '1s', '--format', 'json']);
    const { pairs, tables } = (JSON.parse(measured.stdout) as Measured).broken;
    for (const { lost, transmitted } of pairs) {
      expect(lost).toBeGreaterThan(20);
      expect(lost).toBeLessThan(transmitted);
    }
    expect(tables.map(({ machine }) => machine)).toContain('bgp-rr-worker3');
    await running.exec('pod-a', 'ping', '-c', '1', '-W', '2', '10.244.142.0');

    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const started = running.start([...link, '--for', '4s']);
      while (!(await running.must(['status'])).stdout.includes('broken on purpose')) {}
      started.kill(signal);
      expect((await started.finished).exitCode).toBe(signal === 'SIGINT' ? 130 : 137);
      const healed = (await running.must(['heal'])).stdout;
      expect(healed).toBe(signal === 'SIGINT' ? 'nothing to mend\n' : 'mended: link pod-b:eth0\n');
      await running.exec('pod-b', 'ping', '-c', '1', '-W', '2', '10.244.238.192');
    }

    await running.must(['fail', 'daemon', 'worker3/bird']);
    await running.must(['heal', 'daemon', 'worker3/bird']);
    await running.must(['verify', '--timeout', '20s']);
  });
});
