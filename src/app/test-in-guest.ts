// Owns the test of a lab that asks for a guest's kernel: the same test, done by the labctl in a guest of its own.

import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { LabError } from '../base/errors.ts';
import type { LabTest, TestReport, TestStep } from '../verify/lab-test.ts';
import type { Context } from './context.ts';
import { inGuest } from './in-guest.ts';

/** What of a run of tests a guest is told. */
interface GuestTest {
  readonly timeoutMs: number;
  readonly evidence?: string | undefined;
  readonly yes: boolean;
}

/**
 * Tests a lab in a guest; its steps after `up` are told as they begin. What it keeps is on this machine. Throws HOST_COMMAND_FAILED with the
 * guest's last words when it ends without a report.
 */
export async function testInGuest(
  context: Context,
  lab: string,
  { timeoutMs, evidence, yes }: GuestTest,
  onStep: (step: TestStep) => void,
): Promise<LabTest> {
  let report = '';
  const said: string[] = [];
  const stderr = byLine((line) => {
    said.push(line);
    const step = steps.find((name) => line === `${lab}: ${name}`);
    if (step !== undefined) onStep(step);
  });
  const kept = evidence === undefined ? [] : ['--evidence', evidence];
  const argv = ['test', lab, '--no-skip', '--format', 'json', '--timeout', `${timeoutMs}ms`, ...kept];
  const writable = evidence === undefined ? [] : [dirname(evidence)];
  const stdout = new Writable({
    write: (chunk, _, done) => {
      report += chunk;
      done();
    },
  });
  const note = (line: string): void => void said.push(line);
  const exitCode = await inGuest(context, { argv, writable, yes, color: false, stdout, stderr, note });
  const [test] = report === '' ? [] : (JSON.parse(report) as TestReport).labs;
  if (test !== undefined) return test;
  throw new LabError('HOST_COMMAND_FAILED', `the test in the guest ended with status ${exitCode} and no report`, {
    facts: said.slice(-5),
    hint: `labctl test ${lab} --kernel uml`,
  });
}

/** `up` began with the guest. */
const steps: readonly TestStep[] = ['verify', 'capture', 'failover', 'down'];

function byLine(tell: (line: string) => void): Writable {
  let rest = '';
  return new Writable({
    write: (chunk, _, done) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) tell(line);
      done();
    },
  });
}
