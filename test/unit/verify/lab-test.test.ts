import { expect, it } from 'vitest';
import { type LabTest, reportOf, wantsOtherKernel, withRepeated } from '../../../src/verify/lab-test.ts';

function test(lab: string, outcome: LabTest['outcome'], code?: string, facts: readonly string[] = []): LabTest {
  const problems = code === undefined ? [] : [{ step: 'up', code, message: '', facts, hint: undefined } as const];
  return { lab, outcome, steps: [], checks: [], problems };
}

const noIpip = 'this kernel has no IPIP tunnels [kernel-ipip]; mend it with: labctl test ipip --kernel uml';

it('offers another kernel only to a lab that lacks nothing else', () => {
  expect(wantsOtherKernel(test('ipip', 'skipped', 'ENGINE_MISSING', [noIpip]))).toBe(true);
  expect(wantsOtherKernel(test('ipip', 'failed', 'ENGINE_MISSING', [noIpip, 'no subordinate ids [subuid]']))).toBe(
    false,
  );
  expect(wantsOtherKernel(test('ipip', 'failed', 'NOT_CONVERGED', [noIpip]))).toBe(false);
  expect(wantsOtherKernel(test('vxlan', 'passed'))).toBe(false);
});

it('puts what was tested again in the place of the first attempt', () => {
  const first = reportOf([test('vxlan', 'passed'), test('ipip', 'skipped', 'ENGINE_MISSING', [noIpip])], 3_000);
  const again = reportOf([test('ipip', 'passed')], 40_000);

  const report = withRepeated(first, again);

  expect(report).toMatchObject({ passed: 2, failed: 0, skipped: 0, ms: 43_000 });
  expect(report.labs.map(({ lab }) => lab)).toEqual(['vxlan', 'ipip']);
});
