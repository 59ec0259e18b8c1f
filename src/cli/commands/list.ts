// Owns the command `list`.

import { list } from '../../app/list.ts';
import { textTable } from '../../report/text-table.ts';
import { type Call, print } from '../call.ts';

/** `labctl list`. */
export async function listCommand(call: Call): Promise<number> {
  const labs = await list(call.context);
  const items = labs.map(({ name, title, file, variants, problem }) => ({ name, title, file, variants, problem }));
  print(call, 'LabList', { items }, () =>
    textTable(
      ['LAB', 'VARIANTS', 'TITLE'],
      labs.map(({ name, title, variants, problem }) => [
        name,
        variants.map((variant) => `${name}:${variant.name}`).join(' ') || '-',
        problem === undefined ? title : `cannot be read: ${problem}`,
      ]),
    ),
  );
  return 0;
}
