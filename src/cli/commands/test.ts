// Owns the command `test`.

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { chooseLabs, type Shard } from '../../app/choose-labs.ts';
import { attempt } from '../../app/render.ts';
import { testWithConsent } from '../../app/test-with-consent.ts';
import { LabError } from '../../base/errors.ts';
import { testJunit } from '../../report/test-junit.ts';
import { testMarkdown } from '../../report/test-markdown.ts';
import { testText } from '../../report/test-text.ts';
import { ask } from '../ask.ts';
import { type Call, print } from '../call.ts';
import { testViewFor } from '../view/test-view.ts';

/** Flags of `test`. */
export interface TestFlags {
  readonly all?: boolean;
  readonly jobs?: number;
  readonly shard?: Shard;
  readonly junit?: string;
  readonly markdown?: string;
  readonly evidence?: string;
  readonly kernel?: 'host';
  readonly timeout: number;
  /** False with `--no-skip`. */
  readonly skip: boolean;
}

/** `labctl test [labs...]`: 0 when no lab failed, 1 when one did. */
export async function testCommand(call: Call, patterns: readonly string[], flags: TestFlags): Promise<number> {
  const { context } = call;
  if (patterns.length === 0 && flags.all !== true) {
    throw new LabError('USAGE', 'labctl test needs labs', { hint: "labctl test --all, or labctl test 'bgp-*'" });
  }
  const labs = await chooseLabs(context, { patterns, all: flags.all ?? false, shard: flags.shard });
  const canAsk = context.isStdinTty && context.isStderrTty && !call.flags.yes;
  const report = await testWithConsent(
    context,
    {
      labs,
      jobs: flags.jobs,
      timeoutMs: flags.timeout,
      verifyTimeoutMs: 15_000,
      incapable: flags.skip ? 'skipped' : 'failed',
      yes: call.flags.yes,
      kernel: flags.kernel,
      evidence: flags.evidence === undefined ? undefined : resolve(context.cwd, flags.evidence),
    },
    { view: () => testViewFor(call), ask: canAsk ? (question) => ask(call, question) : undefined },
  );
  print(call, 'TestReport', report, () => testText(report));
  for (const [file, write] of [
    [flags.junit, testJunit],
    [flags.markdown, testMarkdown],
  ] as const) {
    if (file === undefined) continue;
    const path = resolve(context.cwd, file);
    await attempt(path, () => writeFile(path, write(report)));
  }
  return report.failed === 0 ? 0 : 1;
}
