// Owns the command `doctor`.

import { doctor, type Finding, fixOf, mend } from '../../app/doctor.ts';
import { exitCodes } from '../../base/errors.ts';
import { pasteable } from '../../base/shell.ts';
import { findingsText } from '../../report/findings-text.ts';
import { ask } from '../ask.ts';
import { type Call, print, say } from '../call.ts';
import { settingsOf } from '../flag-values.ts';

/** Flags of `doctor`. */
export interface DoctorFlags {
  readonly set?: readonly string[];
  readonly router?: string;
  readonly fix?: boolean;
}

/** `labctl doctor [lab]`: 4 when something is missing that `up` needs. */
export async function doctorCommand(call: Call, [lab]: readonly string[], flags: DoctorFlags): Promise<number> {
  const options = { reference: lab ?? call.flags.lab, set: settingsOf(flags), engine: call.flags.engine };
  let findings = await doctor(call.context, options);
  if (flags.fix === true && (await mendAll(call, findings))) findings = await doctor(call.context, options);
  const commands = findings.map((finding) => fixOf(call.context, finding));
  const items = findings.map((finding, index) => ({ ...finding, fix: commands[index] }));
  print(call, 'FindingList', { items }, () => findingsText(items));
  return findings.some(({ level }) => level === 'missing') ? exitCodes.prerequisite : exitCodes.ok;
}

/** Runs each fix that the user agrees to; true when one ran. */
async function mendAll(call: Call, findings: readonly Finding[]): Promise<boolean> {
  let isMended = false;
  for (const finding of findings) {
    const argv = fixOf(call.context, finding);
    if (finding.level === 'ok' || argv === undefined) continue;
    say(call, `[${finding.id}] ${finding.message}`);
    if (!(await ask(call, `Run ${pasteable(argv)}?`))) continue;
    await mend(call.context, finding);
    isMended = true;
  }
  return isMended;
}
