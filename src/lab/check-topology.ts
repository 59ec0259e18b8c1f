// Owns the meaning of a topology: routers, ports and racks that exist, each port once, router ids that can work.

import { parseAddress } from '../base/address.ts';
import { endpointOf } from './defaults.ts';
import { reservedInterfaceNames, reservedMachineNames } from './names.ts';
import type { ProblemList } from './problems.ts';
import type { MergedTopology } from './schema.ts';
import type { Path } from './tree.ts';

/** Checks routers, links and racks of a topology of the right shape; paths begin with `topology`. */
export function checkTopology(topology: MergedTopology, list: ProblemList): void {
  const routers = Object.entries(topology.routers);
  if (routers.length === 0) {
    list.add(['topology', 'routers'], { code: 'LAB_MISSING_KEY', message: 'a topology needs at least one router' });
  }
  for (const [name, router] of routers) {
    checkMachineName(['topology', 'routers', name], name, list);
    checkConfig(['topology', 'routers', name, 'config'], router.config ?? [], list);
  }
  checkRouterIds(routers, list);
  const { timers } = topology.bgp ?? {};
  if (timers !== undefined && timers.keepalive >= timers.hold) {
    const message = `a keepalive every ${timers.keepalive} s cannot hold a session of ${timers.hold} s`;
    const hint = 'a third of the hold time, as RFC 4271 section 4.4 has it';
    list.add(['topology', 'bgp', 'timers', 'keepalive'], { code: 'LAB_BAD_VALUE', message, hint });
  }
  checkPorts(topology, list);
  for (const name of Object.keys(topology.racks ?? {})) {
    const path = ['topology', 'racks', name];
    checkMachineName(path, name, list);
    if (Object.hasOwn(topology.routers, name)) {
      const message = `\`${name}\` is a router and a rack`;
      list.add(
        path,
        { code: 'LAB_DUPLICATE_NAME', message, hint: 'choose another name; names are unique in a lab' },
        { at: 'key' },
      );
    }
  }
}

function checkMachineName(path: Path, name: string, list: ProblemList): void {
  if (!reservedMachineNames.has(name)) return;
  const message = `\`${name}\` has a meaning of its own in labctl`;
  list.add(path, { code: 'LAB_BAD_NAME', message, hint: 'choose another name, for example leaf0' }, { at: 'key' });
}

/** FRR commands that write files: a router's own lines must not reach outside of it (faults.md S11). */
const writesFiles = /^\s*(log\s+file|dump\s|!?\s*include\s)/;

function checkConfig(path: Path, lines: readonly string[], list: ProblemList): void {
  for (const [i, line] of lines.entries()) {
    if (!writesFiles.test(line)) continue;
    list.add([...path, i], { code: 'LAB_BAD_VALUE', message: 'a router line cannot read or write files' });
  }
}

interface Port {
  readonly path: Path;
  readonly text: string;
}

function checkPorts(topology: MergedTopology, list: ProblemList): void {
  const ports: Port[] = [];
  for (const [i, link] of (topology.links ?? []).entries()) {
    for (const [k, text] of link.endpoints.entries())
      ports.push({ path: ['topology', 'links', i, 'endpoints', k], text });
    checkNetem(['topology', 'links', i, 'netem'], link.netem, list);
    const [a, b] = link.endpoints.map((text) => endpointOf(text).machine);
    if (a === b && link.endpoints[0] !== link.endpoints[1]) {
      const message = `the link joins \`${a}\` to itself`;
      list.add(['topology', 'links', i, 'endpoints', 1], { code: 'LAB_LINK_TO_SELF', message });
    }
  }
  for (const [name, rack] of Object.entries(topology.racks ?? {})) {
    ports.push({ path: ['topology', 'racks', name, 'leaf'], text: rack.leaf });
  }
  const seen = new Set<string>();
  for (const { path, text } of ports) {
    const end = endpointOf(text);
    if (!Object.hasOwn(topology.routers, end.machine)) {
      list.addUnknown(path, 'router', end.machine, Object.keys(topology.routers));
    } else if (reservedInterfaceNames.has(end.interface)) {
      const message = `\`${end.interface}\` cannot be a fabric port`;
      const why = end.interface === 'eth0' ? '; eth0 leads to the outside, as in a real lab' : '';
      list.add(path, { code: 'LAB_BAD_NAME', message, hint: `eth1 or higher${why}` });
    } else if (seen.has(text)) {
      const hint = `take another interface of \`${end.machine}\``;
      list.add(path, { code: 'LAB_PORT_TWICE', message: `\`${text}\` is already in use`, hint });
    }
    seen.add(text);
  }
}

/** As containerlab refuses it: jitter is a part of a delay. */
function checkNetem(path: Path, netem: NonNullable<MergedTopology['links']>[number]['netem'], list: ProblemList): void {
  for (const [k, end] of (Array.isArray(netem) ? netem : [netem]).entries()) {
    if (end?.jitter === undefined || end.delay !== undefined) continue;
    const at = Array.isArray(netem) ? [...path, k] : path;
    const message = 'jitter is by how much a delay differs, and there is no delay';
    list.add([...at, 'jitter'], { code: 'LAB_BAD_VALUE', message, hint: 'add `delay:`' }, { at: 'key' });
  }
}

/** RFC 6286 section 2.2: two speakers of one AS must not share an identifier; of different AS they may. */
function checkRouterIds(
  routers: readonly (readonly [string, MergedTopology['routers'][string]])[],
  list: ProblemList,
): void {
  const seen = new Map<string, { name: string; as: number | undefined }[]>();
  for (const [name, router] of routers) {
    const id = router['router-id'];
    if (id === undefined) continue;
    const path = ['topology', 'routers', name, 'router-id'];
    const address = parseAddress(id);
    if (address === undefined || address.value === 0n) {
      list.add(path, { code: 'LAB_BAD_VALUE', message: `\`${id}\` is not a router id such as 10.1.5.1` });
      continue;
    }
    const others = seen.get(id) ?? [];
    const sameAs = others.find((other) => other.as === router.as);
    const other = sameAs ?? others[0];
    if (other !== undefined) {
      const message = `\`${name}\` has the router id of \`${other.name}\``;
      const why = 'give each its own id: iBGP speakers with equal ids refuse each other (RFC 6286)';
      if (sameAs !== undefined) list.add(path, { code: 'LAB_ROUTER_ID', message, hint: why });
      else
        list.add(
          path,
          {
            code: 'LAB_ROUTER_ID',
            message,
            hint: 'give each its own id, unless the lab shows that this works between different AS',
          },
          { severity: 'warning' },
        );
    }
    seen.set(id, [...others, { name, as: router.as }]);
  }
}
