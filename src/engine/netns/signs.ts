// Owns the first signs of convergence, read from /proc at no cost; what they announce is then proven by daemons and kernels.

import type { Design } from '../../design/design.ts';
import { readInTree } from '../../host/namespaces.ts';
import { countConnections, listPrefixes, pidsInside } from '../../host/proc-net.ts';

/** BGP's port (RFC 4271). */
const bgpPort = 179;

/** Asks for the signs; each answer costs a few file reads and disturbs no daemon. */
export interface Signs {
  /** Every expected session has a TCP connection at both ends. */
  haveConnections(): Promise<boolean>;
  /** Every router and node has every expected IPv4 prefix. */
  havePrefixes(): Promise<boolean>;
}

/** Signs of a lab whose holder has this pid. Where /proc tells nothing (another user's namespaces) every sign is given. */
export async function signsOf(holder: number, design: Design): Promise<Signs> {
  const inside = await pidsInside(holder);
  const watched = new Map<string, number>();
  for (const { name } of [...design.routers, ...design.nodes]) {
    const keeper = readInTree(holder, `/run/labctl/machines/${name}/pid`)?.trim();
    const pid = keeper === undefined ? undefined : inside.get(keeper);
    if (pid !== undefined) watched.set(name, pid);
  }
  const sessions = new Map<string, number>();
  for (const { a, b } of design.expected.sessions) {
    for (const { machine } of [a, b]) sessions.set(machine, (sessions.get(machine) ?? 0) + 1);
  }
  const prefixes = new Map<string, string[]>();
  for (const { machine, prefix } of design.expected.routes) {
    if (prefix.includes(':')) continue;
    const list = prefixes.get(machine);
    if (list === undefined) prefixes.set(machine, [prefix]);
    else list.push(prefix);
  }
  const all = async (isTrue: (name: string, pid: number) => Promise<boolean>): Promise<boolean> => {
    for (const [name, pid] of watched) if (!(await isTrue(name, pid))) return false;
    return true;
  };
  return {
    haveConnections: () =>
      all(async (name, pid) => (await countConnections(pid, bgpPort)) >= (sessions.get(name) ?? 0)),
    havePrefixes: () =>
      all(async (name, pid) => {
        const there = await listPrefixes(pid);
        return (prefixes.get(name) ?? []).every((prefix) => there.has(prefix));
      }),
  };
}
