// Owns how calicoctl's failures are shown: its own `Error: …` line, then labctl's places and hints.

import { LabError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import { renderProblems } from '../view/error-page.ts';
import { escapeText } from '../view/safe-text.ts';

/** Runs a command of calicoctl; what calicoctl itself would refuse is shown in its words and exits with 1. */
export async function inCalicoctlsWords(call: Call, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    const isRefusal = error instanceof LabError && ['OBJECT_INVALID', 'UNKNOWN_OBJECT'].includes(error.code);
    if (!isRefusal) throw error;
    const helpful = error.problems.filter(({ at, hint }) => at !== undefined || hint !== undefined);
    const lines = [`Error: ${escapeText(error.message)}`, ...error.facts.map((fact) => `  ${fact}`)];
    if (error.hint !== undefined) lines.push(`  ${error.hint}`);
    if (helpful.length > 0) lines.push('', renderProblems(helpful, { color: call.flags.color }));
    call.streams.stderr.write(`${lines.join('\n')}\n`);
    return 1;
  }
}
