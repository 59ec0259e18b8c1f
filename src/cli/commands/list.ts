// Owns the command `list`.

import { list } from '../../app/list.ts';
import { labTable } from '../../report/lab-table.ts';
import { textTable } from '../../report/text-table.ts';
import { type Call, print } from '../call.ts';

/** Flags of `list`. */
export interface ListFlags {
  readonly markdown?: boolean;
}

/** `labctl list`. */
export async function listCommand(call: Call, _: readonly string[], flags: ListFlags): Promise<number> {
  const labs = await list(call.context);
  const items = labs.map(({ name, title, file, variants, problem }) => ({ name, title, file, variants, problem }));
  print(call, 'LabList', { items }, () => {
    if (flags.markdown === true) return labTable(labs);
    return textTable(
      ['LAB', 'VARIANTS', 'TITLE'],
      labs.map(({ name, title, variants, problem }) => [
        name,
        variants.map((variant) => `${name}:${variant.name}`).join(' ') || '-',
        problem === undefined ? title : `cannot be read: ${problem}`,
      ]),
    );
  });
  return 0;
}
