// Owns the program `traceroute` (Dmitry Butskoy's, as Debian has it): how it is called and what its output says.

import type { Ran, Shell } from '../base/shell.ts';

/** One line of traceroute. */
export interface TraceHop {
  /** 1 for the first router. */
  readonly hop: number;
  /** The address that answered; undefined for `*`. */
  readonly address: string | undefined;
  /** `!H`, `!N`, `!X` where the answer says unreachable. */
  readonly mark: string | undefined;
}

/** What a run of traceroute found out. */
export interface TraceResult {
  readonly hops: readonly TraceHop[];
  /** What was said instead of a path: `connect: Network is unreachable`. */
  readonly errors: readonly string[];
}

/** Follows the path to an address with ICMP echoes, one probe a hop, one second of patience. */
export async function traceroute(shell: Shell, to: string, signal?: AbortSignal): Promise<TraceResult> {
  return readTraceroute(await shell.run(tracerouteArgv(to), { onFailure: 'return', signal }));
}

/** The argument list for `traceroute`; 16 hops are more than any lab has. */
export function tracerouteArgv(to: string): readonly string[] {
  return ['traceroute', '-n', '-I', '-q', '1', '-w', '1', '-m', '16', to];
}

/** Reads traceroute's output (one probe a hop). */
export function readTraceroute(ran: Pick<Ran, 'stdout' | 'stderr'>): TraceResult {
  const hops: TraceHop[] = [];
  for (const line of ran.stdout.split('\n')) {
    const match = /^\s*(\d+)\s+(\*|[0-9a-fA-F.:]+)(?:\s+[\d.]+ ms)?(?:\s+(!\S*))?/.exec(line);
    if (match === null) continue;
    hops.push({ hop: Number(match[1]), address: match[2] === '*' ? undefined : match[2], mark: match[3] });
  }
  const errors = ran.stderr.split('\n').map((line) => line.trim());
  return { hops, errors: errors.filter((line) => line !== '') };
}
