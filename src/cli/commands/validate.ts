// Owns the command `validate`.

import { type ValidateResult, validate } from '../../app/validate.ts';
import { isBootFile } from '../../app/validate-boot.ts';
import { LabError } from '../../base/errors.ts';
import { count } from '../../report/plan-text.ts';
import { type Call, labOf, print } from '../call.ts';
import { problemData, sayWarnings } from '../warnings.ts';
import type { SetFlags } from './plan.ts';
import { validateBootCommand } from './validate-boot.ts';

/** `labctl validate [lab]`, or a router's VyOS configuration. With `--format json` an invalid lab is a document too, not an error page. */
export async function validateCommand(call: Call, [lab]: readonly string[], flags: SetFlags): Promise<number> {
  const choice = { reference: labOf(call, lab, 'validate'), set: flags.set ?? [] };
  try {
    if (isBootFile(choice.reference)) return await validateBootCommand(call, choice.reference);
    const { warnings, ...result } = await validate(call.context, choice);
    if (call.flags.format === 'table') await sayWarnings(call, warnings);
    const data = { isValid: true, ...result, problems: warnings.map(problemData) };
    print(call, 'Validation', data, () => sentence({ ...result, warnings }));
    return 0;
  } catch (error) {
    if (!(error instanceof LabError) || error.problems.length === 0 || call.flags.format === 'table') throw error;
    print(call, 'Validation', { isValid: false, problems: error.problems.map(problemData) }, '');
    return error.exitCode;
  }
}

function sentence(result: ValidateResult): string {
  const counts = [
    count(result.nodes, 'node'),
    count(result.routers, 'router'),
    count(result.pods, 'pod'),
    count(result.sessions, 'BGP session'),
    count(result.routes, 'expected route'),
    count(result.checks, 'check'),
  ];
  return `${result.source}: valid; ${counts.join(', ')}\n`;
}
