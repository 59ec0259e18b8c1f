// Owns the command `calicoctl get`.

import { getObjects } from '../../app/calicoctl.ts';
import { type GetOutput, gotText } from '../../report/calicoctl-get.ts';
import type { Call } from '../call.ts';
import { inCalicoctlsWords } from './calicoctl-errors.ts';

/** Flags of `calicoctl get`. */
export interface GetFlags {
  readonly output?: GetOutput;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

/** `labctl calicoctl get <kind> [name…]`. */
export async function getCommand(
  call: Call,
  [kind = '', ...names]: readonly string[],
  flags: GetFlags,
): Promise<number> {
  return inCalicoctlsWords(call, async () => {
    const got = await getObjects(call.context, { lab: call.flags.lab, kind, names });
    const output = flags.output ?? (call.flags.format === 'json' ? 'json' : 'ps');
    const namespace = flags.allNamespaces === true ? 'all' : flags.namespace;
    call.streams.stdout.write(gotText(got.design, { kind: got.kind, names, output, namespace }));
  });
}
