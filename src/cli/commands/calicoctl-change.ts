// Owns the commands `calicoctl apply`, `create`, `replace`, `patch` and `delete`.

import { changeObjects, type ObjectChange, type ObjectChangeResult } from '../../app/calicoctl.ts';
import { LabError } from '../../base/errors.ts';
import { successText } from '../../report/calicoctl-objects.ts';
import { type Call, type Command, print, withView } from '../call.ts';
import { inCalicoctlsWords } from './calicoctl-errors.ts';

/** Flags of `apply`, `create` and `replace`. */
export interface FileFlags {
  readonly filename: string;
}

/** Flags of `delete`. */
export interface DeleteFlags {
  readonly filename?: string;
  readonly skipNotExists?: boolean;
}

/** Flags of `patch`. */
export interface PatchFlags {
  readonly patch: string;
}

/** `labctl calicoctl apply|create|replace -f <file>`. */
export function putCommand(verb: 'apply' | 'create' | 'replace'): Command<FileFlags> {
  return (call, _args, flags) => change(call, { verb, file: flags.filename });
}

/** `labctl calicoctl patch <kind> <name> -p <json>`. */
export async function patchCommand(
  call: Call,
  [kind = '', name = '']: readonly string[],
  flags: PatchFlags,
): Promise<number> {
  return change(call, { verb: 'patch', kind, name, patch: flags.patch });
}

/** `labctl calicoctl delete <kind> <name…>` or `-f <file>`. */
export async function deleteCommand(
  call: Call,
  [kind, ...names]: readonly string[],
  flags: DeleteFlags,
): Promise<number> {
  const skipAbsent = flags.skipNotExists ?? false;
  if (flags.filename !== undefined) return change(call, { verb: 'delete', file: flags.filename, skipAbsent });
  if (kind === undefined || names.length === 0) {
    throw new LabError('USAGE', 'delete needs a kind and a name, or -f', { hint: 'labctl calicoctl get bgppeer' });
  }
  return change(call, { verb: 'delete', kind, names, skipAbsent });
}

async function change(call: Call, wanted: ObjectChange): Promise<number> {
  return inCalicoctlsWords(call, async () => {
    const options = { lab: call.flags.lab, change: wanted };
    const result: ObjectChangeResult = await withView(call, (view) => changeObjects(call.context, options, view));
    print(call, 'ObjectChange', { ...result }, () => successText(result.verb, result.touched));
  });
}
