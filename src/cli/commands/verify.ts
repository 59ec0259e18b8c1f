// Owns the command `verify`.

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { attempt } from '../../app/render.ts';
import { verify } from '../../app/verify.ts';
import { verdictJson } from '../../report/verdict-json.ts';
import { verdictJunit } from '../../report/verdict-junit.ts';
import { verdictMarkdown } from '../../report/verdict-markdown.ts';
import { verdictText } from '../../report/verdict-text.ts';
import type { Call } from '../call.ts';

/** Flags of `verify`. */
export interface VerifyFlags {
  readonly timeout: number;
  readonly hold?: number;
  readonly junitFile?: string;
  readonly markdown?: boolean;
  readonly withFailover?: boolean;
}

/** `labctl verify [lab]`: 0 when every check is true, 1 when one is not. */
export async function verifyCommand(call: Call, [lab]: readonly string[], flags: VerifyFlags): Promise<number> {
  const verdict = await verify(call.context, {
    lab: lab ?? call.flags.lab,
    timeoutMs: flags.timeout,
    holdMs: flags.hold,
    withFailover: flags.withFailover,
  });
  if (flags.junitFile !== undefined) {
    const file = resolve(call.context.cwd, flags.junitFile);
    await attempt(file, () => writeFile(file, verdictJunit(verdict)));
  }
  const text = flags.markdown === true ? verdictMarkdown : verdictText;
  call.streams.stdout.write(call.flags.format === 'json' ? verdictJson(verdict) : text(verdict));
  return verdict.isTrue ? 0 : 1;
}
