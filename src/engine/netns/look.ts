// Owns reading all machines at one time: few entries into the lab, every session, route and table entry.

import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import { hasCommunities } from '../../design/implied.ts';
import { parseBgpRoutes, parseProtocols } from '../../host/birdc.ts';
import { parseAddresses, parseForwarding, parseNeighbors, parseRoutes } from '../../host/ip.ts';
import { bgpTableQuestion, parseBgpSummary, parseBgpTable } from '../../host/vtysh.ts';
import type { Inspection, Tables } from '../../plan/observed.ts';
import { lookProgram } from './look-program.ts';
import { machineFolder } from './namespaces-script.ts';

/** What is read: sessions cost a client of each daemon, routes one `ip` a machine. */
export type LookAt = 'sessions' | 'routes' | 'both';

/** Before each machine's part in the script's output; no program prints it. */
const mark = '@labctl@';

/** Sessions and routes of all routers, nodes and pods, as their daemons and kernels show them now. */
export async function look(holder: Shell, design: Design, at: LookAt): Promise<Tables> {
  return readParts(
    await Promise.all([
      at === 'routes' ? '' : askDaemons(holder, design, { frr: ['show bgp summary json'], bird: ['show protocols'] }),
      ...(at === 'sessions' ? [] : askKernels(holder, design, ['route show table all'])),
    ]),
  );
}

/** What `look` gives with the sessions' AS numbers, BGP tables, interfaces, permanent neighbors and forwarding entries. */
export async function inspect(holder: Shell, design: Design): Promise<Inspection> {
  const families = new Set(design.expected.sessions.map(({ family }) => (family === 6 ? 'ipv6' : 'ipv4')));
  const questions = {
    frr: ['show bgp summary json', ...[...families].map((family) => bgpTableQuestion(family, hasCommunities(design)))],
    bird: ['show protocols all', 'show route all'],
  };
  const bridges = design.nodes.filter(({ tunnels }) => tunnels.some(({ name }) => name.startsWith('vxlan')));
  return readParts(
    await Promise.all([
      askDaemons(holder, design, questions),
      ...askKernels(holder, design, ['route show table all', 'addr show', 'neigh show nud permanent']),
      runFor(
        holder,
        ['sh', '-s'],
        bridges.map(({ name }) => `echo '${mark} fdb ${name}'; bridge -n ${name} -j fdb show\n`),
      ),
    ]),
  );
}

/** What each kind of daemon is asked, in its own client's words. */
interface Questions {
  readonly frr: readonly string[];
  readonly bird: readonly string[];
}

function askDaemons(holder: Shell, design: Design, { frr, bird }: Questions): Promise<string> {
  const { backend, routers, nodes } = design;
  const lines = [
    ...routers.flatMap(({ name }) => frr.map((ask) => `frr ${name} ${machineFolder(name)}/run/frr/bgpd.vty ${ask}\n`)),
    ...(backend === 'bird' ? nodes : []).flatMap(({ name }) =>
      bird.map((ask) => `bird ${name} ${machineFolder(name)}/run/calico/bird.ctl ${ask}\n`),
    ),
  ];
  return runFor(holder, ['perl', '-e', lookProgram], lines);
}

/** Asks every kernel by `ip -batch`, which answers in lines of JSON; two scripts keep two processors busy. */
function askKernels(holder: Shell, design: Design, questions: readonly string[]): readonly Promise<string>[] {
  const { routers, nodes, pods, hosts } = design;
  const lines = [...routers, ...nodes, ...pods, ...hosts].map(
    ({ name }) => `echo '${mark} ip ${name}'; ip -n ${name} -j -batch - <<'.'\n${questions.join('\n')}\n.\n`,
  );
  const half = Math.ceil(lines.length / 2);
  return [lines.slice(0, half), lines.slice(half)].map((part) => runFor(holder, ['sh', '-s'], part));
}

async function runFor(holder: Shell, argv: readonly string[], lines: readonly string[]): Promise<string> {
  if (lines.length === 0) return '';
  return (await holder.run(argv, { input: lines.join(''), onFailure: 'return' })).stdout;
}

/** Reads the scripts' outputs; a daemon's part is told by the shape of its answer. */
function readParts(outputs: readonly string[]): Inspection {
  const parts = outputs.flatMap((output) => output.split(`${mark} `).slice(1)).map(partOf);
  const of = <T>(kind: string, read: (machine: string, text: string) => readonly T[]): readonly T[] =>
    parts.filter((part) => part.kind === kind).flatMap(({ machine, text }) => read(machine, text));
  const ofLine = <T>(line: number, read: (machine: string, text: string) => readonly T[]): readonly T[] =>
    of('ip', (machine, text) => read(machine, text.split('\n')[line] ?? ''));
  return {
    sessions: [...of('frr', parseBgpSummary), ...of('bird', parseProtocols)],
    paths: [...of('frr', parseBgpTable), ...of('bird', parseBgpRoutes)],
    routes: ofLine(0, parseRoutes),
    interfaces: ofLine(1, parseAddresses),
    neighbors: ofLine(2, parseNeighbors),
    forwarding: of('fdb', parseForwarding),
  };
}

function partOf(part: string): { readonly kind: string; readonly machine: string; readonly text: string } {
  const end = part.indexOf('\n');
  const [kind = '', machine = ''] = part.slice(0, end).split(' ');
  return { kind, machine, text: part.slice(end + 1) };
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
    if (kind === 'route-watch') lines.push(`${isAlive('/run/labctl/routes.ready')} || echo ${resource}`);
    if (kind === 'pod-server') lines.push(`${isAlive('/run/labctl/pods.ready')} || echo ${resource}`);
    if (kind === 'router' || kind === 'node') lines.push(`${isAlive(`${folder}/pid`)} || echo ${resource}`);
  }
  const ran = await holder.run(['sh', '-s'], { input: `${lines.join('\n')}\n`, onFailure: 'return' });
  return new Set(ran.stdout.split('\n').filter((line) => line !== ''));
}
