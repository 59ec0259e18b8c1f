// Owns asking the user a question on the terminal.

import { open } from 'node:fs/promises';
import { LabError } from '../base/errors.ts';
import type { Call } from './call.ts';

/** Asks a question that yes answers. `--yes` answers it; without a terminal that is the only way (throws USAGE). */
export async function ask(call: Call, question: string): Promise<boolean> {
  if (call.flags.yes) return true;
  if (!call.context.isStdinTty) {
    throw new LabError('USAGE', `cannot ask without a terminal: ${question}`, { hint: 'give --yes to agree' });
  }
  call.streams.stderr.write(`${question} [y/N] `);
  const terminal = await open('/dev/tty', 'r');
  try {
    for await (const line of terminal.readLines({ autoClose: false })) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    await terminal.close();
  }
}
