// Owns which lab on kind a verb means that only those have.

import { LabError } from '../base/errors.ts';
import type { Context } from './context.ts';
import { listRunning } from './running.ts';

/**
 * The lab named, or the only one on kind. Throws LAB_NOT_RUNNING, LAB_AMBIGUOUS, and `embedded`'s error where the lab that is meant runs on
 * the embedded engine.
 */
export async function labOnKind(
  context: Context,
  lab: string | undefined,
  embedded: (lab: string) => LabError,
): Promise<string> {
  const name = lab?.split(':', 1)[0];
  const rows = (await listRunning(context)).filter((row) => name === undefined || row.lab === name);
  const onKind = rows.filter(({ engine }) => engine === 'kind');
  const [found, other] = onKind;
  if (other !== undefined)
    throw new LabError('LAB_AMBIGUOUS', `several labs run on kind: ${onKind.map((row) => row.lab).join(', ')}`, {
      hint: `name one: --lab ${found?.lab}`,
    });
  if (found !== undefined) return found.lab;
  const [row] = rows;
  if (row !== undefined) throw embedded(row.lab);
  throw new LabError('LAB_NOT_RUNNING', name === undefined ? 'no lab runs on kind' : `lab ${name} is not running`, {
    hint: `labctl up ${name ?? '<lab>'} --engine kind`,
  });
}
