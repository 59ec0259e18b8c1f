// Owns the commands `fail` and `heal`.

import { fail, heal, measureFailure } from '../../app/fail.ts';
import { convergenceText } from '../../report/convergence-text.ts';
import { type Call, print } from '../call.ts';

/** Flags of `fail`. */
export interface FailFlags {
  readonly measure?: boolean;
  readonly pods?: string;
  readonly for: number;
}

/** `labctl fail <what> <target>`. */
export async function failCommand(
  call: Call,
  [kind = '', target = '']: readonly string[],
  flags: FailFlags,
): Promise<number> {
  if (flags.measure === true) {
    const pods = flags.pods?.split(',').map((pod) => pod.trim());
    const seconds = flags.for / 1000;
    const measured = await measureFailure(call.context, { lab: call.flags.lab, kind, target, pods, seconds });
    const { design, failure, broken, mended } = measured;
    print(call, 'Convergence', { lab: design.lab, failure, broken, mended }, () =>
      [convergenceText(`${failure} broken`, design, broken), convergenceText(`${failure} mended`, design, mended)].join(
        '\n',
      ),
    );
    return 0;
  }
  const result = await fail(call.context, { lab: call.flags.lab, kind, target });
  const names = result.failures.map(({ name }) => name);
  print(call, 'Failures', result, () => `broken in ${result.lab}: ${names.join(', ')}\nlabctl heal mends it\n`);
  return 0;
}

/** `labctl heal [what] [target]`. */
export async function healCommand(call: Call, [kind, target]: readonly string[]): Promise<number> {
  const name = kind === undefined ? undefined : [kind, target].filter((word) => word !== undefined).join(' ');
  const result = await heal(call.context, { lab: call.flags.lab, name });
  const names = result.healed.map((failure) => failure.name);
  print(call, 'Healed', result, () => (names.length === 0 ? 'nothing to mend\n' : `mended: ${names.join(', ')}\n`));
  return 0;
}
