// Owns names: which are allowed where, and the known name that is nearest to a mistyped one.

/** Routers and racks: short enough for an interface of the same name, no word that a shell or `ip` reads otherwise. */
export const machineName = /^[a-z][a-z0-9-]{0,14}$/;

/** Interfaces: at most 15 characters (IFNAMSIZ is 16 with the final zero). */
export const interfaceName = /^[a-z][a-z0-9-]{0,14}$/;

/** Pods: an RFC 1123 label, at most 63 characters, that begins with a letter. */
export const podName = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Labs: `<lab>-control-plane1024` must still be an RFC 1123 label of 63 characters. */
export const labName = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** Variants may begin with a digit: `100-nodes`. */
export const variantName = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** Names that labctl, the kernel or the command line use otherwise. */
export const reservedMachineNames: ReadonlySet<string> = new Set([
  'all',
  'host',
  'localhost',
  'node',
  'outside',
  'pod',
  'reflectors',
  'router',
  'switch',
]);

/** `lo` and the names of sysctl folders; `eth0` is every machine's port to the outside. */
export const reservedInterfaceNames: ReadonlySet<string> = new Set(['all', 'default', 'eth0', 'lo']);

/** The known name that was probably meant, or undefined when none is near. */
export function nearestName(word: string, known: Iterable<string>): string | undefined {
  const plain = plainOf(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const name of known) {
    const candidate = plainOf(name);
    if (Math.abs(candidate.length - plain.length) >= bestDistance) continue;
    const distance = distanceOf(plain, candidate, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** `nextHopSelf`, `next_hop_self` and `next-hop-self` are one word to a reader. */
function plainOf(name: string): string {
  return name.toLowerCase().replaceAll('-', '').replaceAll('_', '').slice(0, 64);
}

/** Edits between two words (insert, delete, replace, swap neighbors), or `limit` when there are at least that many. */
function distanceOf(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    if (Math.min(...row) >= limit) return limit;
    [before, last] = [last, row];
  }
  return last[b.length] ?? limit;
}

/** The sentence that follows an unknown name: what was probably meant, else what is known. */
export function hintForName(word: string, known: Iterable<string>): string | undefined {
  const names = [...new Set(known)];
  const nearest = nearestName(word, names);
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  if (names.length === 0) return undefined;
  const shown = names.slice(0, 12).join(', ');
  return `known: ${shown}${names.length > 12 ? `, and ${names.length - 12} more` : ''}`;
}
