// Owns how the command line gets into a guest: what is left of it there, and which folders it may write.

import { dirname, resolve } from 'node:path';
import { inGuest } from '../app/in-guest.ts';
import { LabError } from '../base/errors.ts';
import { type Call, say } from './call.ts';

/** Runs `argv` in a guest. `files` are those it writes, or the reason why its verb makes no sense there. Throws USAGE for that. */
export function runInGuest(
  call: Call,
  argv: readonly string[],
  files: readonly (string | undefined)[] | string | undefined,
): Promise<number> {
  if (files === undefined || typeof files === 'string') {
    throw new LabError('USAGE', `this verb does not run in a guest: ${files ?? 'it needs no kernel'}`, {
      hint: 'labctl test <lab> --kernel uml brings a lab up, verifies it, captures in it and removes it, in one guest',
    });
  }
  return inGuest(call.context, {
    argv: withoutKernel(argv),
    writable: files.flatMap((file) => (file === undefined ? [] : [dirname(resolve(call.context.cwd, file))])),
    yes: call.flags.yes,
    color: call.flags.color,
    ...call.streams,
    note: (line) => say(call, line),
  });
}

/** The guest is not asked for another guest. */
function withoutKernel(argv: readonly string[]): readonly string[] {
  return argv.filter((word, i) => word !== '--kernel' && argv[i - 1] !== '--kernel' && !word.startsWith('--kernel='));
}
