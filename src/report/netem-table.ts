// Owns what wires do as a table, in the columns of `containerlab tools netem show`.

import { textTable } from './text-table.ts';

/** A port and what it does to what it sends. */
export interface NetemFacts {
  readonly node: string;
  readonly interface: string;
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  readonly rateKbit: number | undefined;
  readonly corruptionPercent: number;
}

/** The table, or a line where no port does anything. */
export function netemTable(rows: readonly NetemFacts[]): string {
  if (rows.length === 0) return 'no interface delays, loses, slows or corrupts what it sends\n';
  return textTable(
    ['NODE', 'INTERFACE', 'DELAY', 'JITTER', 'PACKET LOSS', 'RATE (KBIT)', 'CORRUPTION'],
    rows.map((row) => [
      row.node,
      row.interface,
      `${row.delayMs}ms`,
      `${row.jitterMs}ms`,
      `${row.lossPercent}%`,
      String(row.rateKbit ?? '-'),
      `${row.corruptionPercent}%`,
    ]),
  );
}
