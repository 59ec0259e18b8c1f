// Owns the commands `fail` and `heal`.

import { fail, heal } from '../../app/fail.ts';
import { type Flap, flap, measureFailure } from '../../app/measure-failure.ts';
import { measuredFigures, measuredText } from '../../report/convergence-text.ts';
import { type Call, print, say } from '../call.ts';

/** Flags of `fail`. */
export interface FailFlags {
  readonly measure?: boolean;
  readonly pods?: string;
  readonly for: number;
  readonly repeat?: number;
  readonly flap?: Flap;
}

/** `labctl fail <what> <target>`. */
export async function failCommand(
  call: Call,
  [kind = '', target = '']: readonly string[],
  flags: FailFlags,
): Promise<number> {
  const { context } = call;
  const options = { lab: call.flags.lab, kind, target };
  if (flags.measure === true || flags.repeat !== undefined) {
    const pods = flags.pods?.split(',').map((pod) => pod.trim());
    const { for: ms, repeat = 1 } = flags;
    const onStep = (line: string): void => say(call, line);
    const measured = await measureFailure(context, {
      ...options,
      pods,
      seconds: ms / 1000,
      repeat,
      flap: flags.flap,
      onStep,
    });
    const { design, ...told } = measured;
    const changes = measuredFigures(measured);
    print(call, 'Convergence', { lab: design.lab, ...told, changes }, () => measuredText(measured));
    return 0;
  }
  if (flags.flap !== undefined) {
    const failure = await flap(context, { ...options, flap: flags.flap });
    print(
      call,
      'Flapped',
      { failure, ...flags.flap },
      () => `broken and mended ${flags.flap?.count} times: ${failure}\n`,
    );
    return 0;
  }
  const result = await fail(context, options);
  const names = result.failures.map(({ name }) => name);
  print(call, 'Failures', result, () => `broken in ${result.lab}: ${names.join(', ')}\nlabctl heal mends it\n`);
  return 0;
}

/** `labctl heal [what] [target]`. */
export async function healCommand(call: Call, [kind, target]: readonly string[]): Promise<number> {
  const result = await heal(call.context, { lab: call.flags.lab, kind, target });
  const names = result.healed.map((failure) => failure.name);
  for (const line of result.missing.slice(0, 5)) say(call, `still missing: ${line}`);
  for (const failure of result.failures) say(call, `still broken: ${failure.name}`);
  print(call, 'Healed', result, () => (names.length === 0 ? 'nothing to mend\n' : `mended: ${names.join(', ')}\n`));
  return 0;
}
