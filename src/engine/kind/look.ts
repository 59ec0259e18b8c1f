// Owns reading all machines of a kind lab: vtysh in routers, birdcl in calico-node, ip and bridge in every namespace.

import { inFamily } from '../../base/address.ts';
import type { Shell } from '../../base/shell.ts';
import type { Design, Machine } from '../../design/design.ts';
import { hasCommunities } from '../../design/implied.ts';
import { parseBgpRoutes, parseProtocols } from '../../host/birdc.ts';
import { parseAddresses, parseForwarding, parseNeighbors, parseRoutes } from '../../host/ip.ts';
import { bgpTableQuestion, parseBgpSummary, parseBgpTable } from '../../host/vtysh.ts';
import type { Inspection, ObservedRoute, ObservedSession, Tables } from '../../plan/observed.ts';
import { argvIn, machinesRead, type Places } from './place.ts';

/** How a program's text becomes rows. */
type Parse<T> = (machine: string, text: string) => readonly T[];

/** Asks machines of a lab; one that does not run, or whose program fails, has no rows. */
interface Reader {
  readonly host: Shell;
  readonly places: Places;
  readonly design: Design;
}

/** Every session and main-table route, as daemons and kernels show them now. */
export async function lookKind(host: Shell, places: Places, design: Design): Promise<Tables> {
  const [sessions, routes] = await Promise.all([readSessions(host, places, design), readRoutes(host, places, design)]);
  return { sessions, routes };
}

/** What `lookKind` gives with BGP tables, interfaces, permanent neighbors and forwarding entries. */
export async function inspectKind(host: Shell, places: Places, design: Design): Promise<Inspection> {
  const reader = { host, places, design };
  const families = new Set(design.expected.sessions.map(({ family }) => (family === 6 ? 'ipv6' : 'ipv4')));
  const tables = [...families].map((family) =>
    askRouters(reader, bgpTableQuestion(family, hasCommunities(design)), parseBgpTable),
  );
  const tunneled = design.nodes.filter(({ tunnels }) => tunnels.some(({ name }) => name.startsWith('vxlan')));
  const machines = machinesRead(design);
  const [look, paths, interfaces, neighbors, forwarding] = await Promise.all([
    lookKind(host, places, design),
    Promise.all([...tables, askBird(reader, ['route', 'all'], parseBgpRoutes)]),
    askEach(reader, machines, ['ip', '-j', 'addr', 'show'], parseAddresses),
    askEach(reader, machines, ['ip', '-j', 'neigh', 'show', 'nud', 'permanent'], parseNeighbors),
    askEach(reader, tunneled, ['bridge', '-j', 'fdb', 'show'], parseForwarding),
  ]);
  return { ...look, paths: paths.flat(), interfaces, neighbors, forwarding };
}

/** Sessions of all routers, and of all nodes that run BIRD. */
export async function readSessions(host: Shell, places: Places, design: Design): Promise<readonly ObservedSession[]> {
  const reader = { host, places, design };
  const asked = [
    askRouters(reader, 'show bgp summary json', parseBgpSummary),
    askBird(reader, ['protocols', 'all'], parseProtocols),
  ];
  return (await Promise.all(asked)).flat();
}

/** Routes of all routers, nodes, pods and hosts. */
export function readRoutes(host: Shell, places: Places, design: Design): Promise<readonly ObservedRoute[]> {
  const argv = ['ip', '-j', 'route', 'show', 'table', 'all'];
  return askEach({ host, places, design }, machinesRead(design), argv, parseRoutes);
}

function askRouters<T>(reader: Reader, question: string, parse: Parse<T>): Promise<readonly T[]> {
  return askEach(reader, reader.design.routers, ['vtysh', '-c', question], parse);
}

/** calico-node's BIRD, by its client in the same container: a daemon for each address family (calico.md B.1). */
async function askBird<T>(reader: Reader, question: readonly string[], parse: Parse<T>): Promise<readonly T[]> {
  const { design, places } = reader;
  const asked = (design.backend === 'bird' ? design.nodes : []).filter(
    ({ name }) => places.calicoOf(name) !== undefined,
  );
  const answers = ([4, 6] as const).map((family) => {
    const speaking = asked.filter(({ addresses }) => inFamily(addresses, family) !== undefined);
    const [client, socket] = family === 4 ? ['birdcl', 'bird.ctl'] : ['birdcl6', 'bird6.ctl'];
    return askEach(reader, speaking, [client, '-s', `/var/run/calico/${socket}`, 'show', ...question], parse);
  });
  return (await Promise.all(answers)).flat();
}

async function askEach<T>(
  { host, places }: Reader,
  machines: readonly Machine[],
  argv: readonly string[],
  parse: Parse<T>,
): Promise<readonly T[]> {
  const answers = machines.map(async ({ name }) => {
    if (places.findArgv(name) === undefined) return [];
    const ran = await host.run(argvIn(places, name, argv), { onFailure: 'return', timeoutMs: 10_000 });
    return ran.exitCode === 0 ? parse(name, ran.stdout) : [];
  });
  return (await Promise.all(answers)).flat();
}
