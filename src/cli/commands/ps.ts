// Owns the command `ps`.

import { ps, type RunningRow } from '../../app/ps.ts';
import { textTable } from '../../report/text-table.ts';
import { type Call, print } from '../call.ts';

/** `labctl ps`. */
export async function psCommand(call: Call): Promise<number> {
  const rows = await ps(call.context);
  print(call, 'RunningLabList', { items: rows }, () =>
    textTable(['LAB', 'ENGINE', 'STATE', 'HOLDER', 'NODES', 'ROUTERS', 'PODS'], rows.map(cells)),
  );
  return 0;
}

function cells(row: RunningRow): readonly string[] {
  const name = row.variant === undefined ? row.lab : `${row.lab}:${row.variant}`;
  const counts = [row.nodes, row.routers, row.pods].map(String);
  return [name, row.engine, row.state, row.pid === undefined ? '-' : String(row.pid), ...counts];
}
