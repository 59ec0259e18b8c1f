// Owns reading all machines at one time: one entry into the lab, one script, every session and route.

import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import { parseProtocols } from '../../host/birdc.ts';
import { parseRoutes } from '../../host/ip.ts';
import { parseBgpSummary } from '../../host/vtysh.ts';
import type { ObservedRoute, ObservedSession, Tables } from '../../plan/observed.ts';
import { lookProgram } from './look-program.ts';
import { machineFolder } from './namespaces-script.ts';

/** What is read: sessions cost a client of each daemon, routes one `ip` a machine. */
export type LookAt = 'sessions' | 'routes' | 'both';

/** Before each machine's part in the script's output; no program prints it. */
const mark = '@labctl@';

/** Sessions and routes of all routers, nodes and pods, as their daemons and kernels show them now. */
export async function look(holder: Shell, design: Design, at: LookAt): Promise<Tables> {
  const { backend, routers, nodes, pods, hosts } = design;
  const daemons = [
    ...routers.map(({ name }) => `frr ${name} ${machineFolder(name)}/run/frr/bgpd.vty\n`),
    ...(backend === 'bird' ? nodes : []).map(({ name }) => `bird ${name} ${machineFolder(name)}/run/calico/bird.ctl\n`),
  ];
  const tables = [...routers, ...nodes, ...pods, ...hosts].map(
    ({ name }) => `echo '${mark} route ${name}'; ip -n ${name} -j route show table all\n`,
  );
  const half = Math.ceil(tables.length / 2);
  const output = await Promise.all([
    at === 'routes' ? '' : runFor(holder, ['perl', '-e', lookProgram], daemons),
    at === 'sessions' ? '' : runFor(holder, ['sh', '-s'], tables.slice(0, half)),
    at === 'sessions' ? '' : runFor(holder, ['sh', '-s'], tables.slice(half)),
  ]);
  return readParts(output.join(''));
}

async function runFor(holder: Shell, argv: readonly string[], lines: readonly string[]): Promise<string> {
  return (await holder.run(argv, { input: lines.join(''), onFailure: 'return' })).stdout;
}

function readParts(output: string): Tables {
  const sessions: ObservedSession[] = [];
  const routes: ObservedRoute[] = [];
  for (const part of output.split(`${mark} `).slice(1)) {
    const end = part.indexOf('\n');
    const [kind, machine = ''] = part.slice(0, end).split(' ');
    const text = part.slice(end + 1);
    if (kind === 'frr') sessions.push(...parseBgpSummary(machine, text));
    if (kind === 'bird') sessions.push(...parseProtocols(machine, text));
    if (kind === 'route') routes.push(...parseRoutes(machine, text));
  }
  return { sessions, routes };
}

/** Resources whose process or namespace is no longer there although the lab's holder lives. */
export async function deadResources(holder: Shell, made: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
  const lines: string[] = [];
  const isAlive = (pidFile: string): string => `kill -0 "$(cat ${pidFile} 2>/dev/null)" 2>/dev/null`;
  for (const resource of made.keys()) {
    const [kind = '', machine = ''] = resource.split(':');
    const folder = machineFolder(machine);
    if (kind === 'frr')
      lines.push(
        `{ ${isAlive(`${folder}/run/frr/zebra.pid`)} && ${isAlive(`${folder}/run/frr/bgpd.pid`)} && { [ ! -e ${folder}/run/frr/bfdd.pid ] || ${isAlive(`${folder}/run/frr/bfdd.pid`)}; }; } || echo ${resource}`,
      );
    if (kind === 'bird') lines.push(`${isAlive(`${folder}/run/calico/bird.pid`)} || echo ${resource}`);
    if (kind === 'pod-server') lines.push(`${isAlive('/run/labctl/pods.ready')} || echo ${resource}`);
    if (kind === 'router' || kind === 'node') lines.push(`${isAlive(`${folder}/pid`)} || echo ${resource}`);
  }
  const ran = await holder.run(['sh', '-s'], { input: `${lines.join('\n')}\n`, onFailure: 'return' });
  return new Set(ran.stdout.split('\n').filter((line) => line !== ''));
}
