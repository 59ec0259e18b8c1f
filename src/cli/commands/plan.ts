// Owns the command `plan`.

import { planLab } from '../../app/plan-lab.ts';
import { planText } from '../../report/plan-text.ts';
import { type Call, labOf, print } from '../call.ts';
import { settingsOf } from '../flag-values.ts';
import { sayWarnings } from '../warnings.ts';

/** Flags of verbs that read a lab. */
export interface SetFlags {
  readonly set?: readonly string[];
  readonly router?: string;
}

/** `labctl plan [lab]`. */
export async function planCommand(call: Call, [lab]: readonly string[], flags: SetFlags): Promise<number> {
  const choice = { reference: labOf(call, lab, 'plan'), set: settingsOf(flags), engine: call.flags.engine };
  const { plan, warnings } = await planLab(call.context, choice);
  await sayWarnings(call, warnings);
  print(call, 'Plan', { ...plan }, () => planText(plan));
  return 0;
}
