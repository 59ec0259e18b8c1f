// Owns what scripts of an original lab make of its wires: the `containerlab tools netem set` they type.

import type { Span } from '../tree.ts';
import type { Parts } from './parts.ts';

/** One port's `netem:` in a lab file, and who said it. */
export interface ImportedNetem {
  readonly keys: Readonly<Record<string, string | number>>;
  readonly span: Span;
}

const command = /\b(?:containerlab|clab)\s+tools\s+netem\s+set\s+(.*)/;

/** What each port does to what it sends, by `leaf0:eth1`; the last command for a port counts, as netem is set as a whole. */
export function readNetem({ commands, told }: Parts, topology: string): ReadonlyMap<string, ImportedNetem> {
  const ports = new Map<string, ImportedNetem>();
  for (const { text, span } of [...commands, ...told]) {
    const [, words] = command.exec(text) ?? [];
    if (words === undefined) continue;
    const said = (...flags: readonly string[]): string | undefined =>
      new RegExp(`(?:^|\\s)(?:${flags.join('|')})[\\s=]+["']?([^\\s"']+)`).exec(words)?.[1];
    const node = said('--node', '-n')?.replace(`clab-${topology}-`, '');
    const numbers = ['loss', 'rate', 'corruption'].map((flag) => [flag, Number(said(`--${flag}`) ?? 0)] as const);
    const times = ['delay', 'jitter'].map((flag) => [flag, said(`--${flag}`) ?? '0'] as const);
    const keys = [...times, ...numbers].filter(([, value]) => !/^0(\.0+)?(us|ms|s)?$/.test(String(value)));
    ports.set(`${node}:${said('--interface', '-i')}`, { keys: Object.fromEntries(keys), span });
  }
  return ports;
}
