// Owns reading all machines of a kind lab: vtysh in routers, birdcl in calico-node, ip everywhere.

import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import { parseProtocols } from '../../host/birdc.ts';
import { parseRoutes } from '../../host/ip.ts';
import { parseBgpSummary } from '../../host/vtysh.ts';
import type { ObservedRoute, ObservedSession, Tables } from '../../plan/observed.ts';
import { machinesRead, type Places } from './place.ts';

/** calico-node's BIRD (calico.md B.1). */
const birdcl = ['birdcl', '-s', '/var/run/calico/bird.ctl', 'show', 'protocols', 'all'];

/** Every session and main-table route, as daemons and kernels show them now. A machine that does not answer has none. */
export async function lookKind(host: Shell, places: Places, design: Design): Promise<Tables> {
  const [sessions, routes] = await Promise.all([readSessions(host, places, design), readRoutes(host, places, design)]);
  return { sessions, routes };
}

/** Sessions of all routers, and of all nodes that run BIRD. */
export async function readSessions(host: Shell, places: Places, design: Design): Promise<readonly ObservedSession[]> {
  const routers = design.routers.map(async ({ name }) =>
    parseBgpSummary(name, await said(host, places, name, ['vtysh', '-c', 'show bgp summary json'])),
  );
  const nodes = (design.backend === 'bird' ? design.nodes : []).map(async ({ name }) => {
    const id = places.calicoOf(name);
    return id === undefined
      ? []
      : parseProtocols(name, await said(host, places, name, ['crictl', 'exec', id, ...birdcl]));
  });
  return (await Promise.all([...routers, ...nodes])).flat();
}

/** Routes of all routers, nodes and pods. */
export async function readRoutes(host: Shell, places: Places, design: Design): Promise<readonly ObservedRoute[]> {
  const tables = machinesRead(design).map(async ({ name }) =>
    parseRoutes(name, await said(host, places, name, ['ip', '-j', 'route', 'show', 'table', 'all'])),
  );
  return (await Promise.all(tables)).flat();
}

async function said(host: Shell, places: Places, machine: string, argv: readonly string[]): Promise<string> {
  let enter: readonly string[];
  try {
    enter = places.argvOf(machine);
  } catch {
    return '';
  }
  const ran = await host.run([...enter, ...argv], { onFailure: 'return', timeoutMs: 10_000 });
  return ran.exitCode === 0 ? ran.stdout : '';
}
