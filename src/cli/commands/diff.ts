// Owns the command `diff`: two labs in, what differs out; exit status 1 when something does, as diff(1).

import { diff } from '../../app/diff.ts';
import { exitCodes } from '../../base/errors.ts';
import { labDiffMarkdown, labDiffText } from '../../report/lab-diff-text.ts';
import { type Call, print, withView } from '../call.ts';

/** Flags of `diff`. */
export interface DiffFlags {
  readonly markdown?: boolean;
}

/** `labctl diff <lab> <lab>`. */
export async function diffCommand(call: Call, [a = '', b = '']: readonly string[], flags: DiffFlags): Promise<number> {
  const result = await withView(call, (view) => diff(call.context, a, b, view));
  print(call, 'LabDiff', { ...result }, () =>
    flags.markdown === true ? labDiffMarkdown(result) : labDiffText(result),
  );
  return result.isEqual ? exitCodes.ok : exitCodes.failed;
}
