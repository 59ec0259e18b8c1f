// Owns a cheap look at another network namespace: /proc/PID/net, read without starting a process in it.

import { readFile } from 'node:fs/promises';

/** Host pid by the pid inside the innermost namespace, of the children of a namespace's pid 1 (NSpid, proc(5)). */
export async function pidsInside(first: number): Promise<ReadonlyMap<string, number>> {
  const children = await readFile(`/proc/${first}/task/${first}/children`, 'utf8').catch(() => '');
  const pids = children.split(' ').filter((text) => text !== '');
  const pairs = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return [/^NSpid:.*\s(\d+)$/m.exec(status)?.[1] ?? '', Number(pid)] as const;
    }),
  );
  return new Map(pairs);
}

/** How many TCP connections with that port at one end are ESTABLISHED in the process's network namespace, both families. */
export async function countConnections(pid: number, port: number): Promise<number> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let count = 0;
  for (const file of ['tcp', 'tcp6']) {
    const text = await readFile(`/proc/${pid}/net/${file}`, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const [, local = '', remote = '', state] = line.trim().split(/\s+/);
      if (state === '01' && (local.endsWith(suffix) || remote.endsWith(suffix))) count++;
    }
  }
  return count;
}

/** The IPv4 prefixes in the main table of the process's network namespace, as `10.1.5.0/24`; blackholes too. */
export async function listPrefixes(pid: number): Promise<ReadonlySet<string>> {
  const text = await readFile(`/proc/${pid}/net/route`, 'utf8').catch(() => '');
  const prefixes = new Set<string>();
  for (const line of text.split('\n').slice(1)) {
    const fields = line.split('\t');
    const [destination, mask] = [fields[1], fields[7]];
    if (destination !== undefined && mask !== undefined) prefixes.add(`${dotted(destination)}/${bitsOf(mask)}`);
  }
  return prefixes;
}

/** The kernel prints the four bytes in the machine's order: little-endian on every machine labctl runs on. */
function dotted(hex: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
}

function bitsOf(hex: string): number {
  let bits = 0;
  for (let value = Number.parseInt(hex, 16); value > 0; value = Math.floor(value / 2)) bits += value % 2;
  return bits;
}
