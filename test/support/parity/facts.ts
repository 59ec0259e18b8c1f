// Owns what is compared between a real cluster and a lab: raw output turned into single facts, chance taken out.

import { addressOf, containsPrefix, parseAddress, parsePrefix } from '../../../src/base/address.ts';
import { bgpFacts, sessionFacts } from './bgp-facts.ts';
import { type LabDump, type MachineDump, parseProbe } from './dump.ts';

/** `leaf0 route 10.1.8.0/24` to `via 10.1.10.2 dev eth1, via 10.1.12.2 dev eth2 proto bgp metric 20`. */
export type Facts = ReadonlyMap<string, string>;

/** Changes text so that what Docker gave by chance is named by its machine. */
export type Naming = (text: string) => string;

/** A route as `ip -j route` prints it. */
interface RouteEntry {
  readonly type?: string;
  readonly dst: string;
  readonly table?: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly protocol?: string;
  readonly scope?: string;
  readonly metric?: number;
  readonly prefsrc?: string;
  readonly flags?: readonly string[];
  readonly metrics?: readonly Readonly<Record<string, number>>[];
  readonly nexthops?: readonly { readonly gateway?: string; readonly dev?: string }[];
}

interface AddressEntry {
  readonly ifname: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly address?: string;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}

interface NeighborEntry {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr?: string;
  readonly state: readonly string[];
}

interface ForwardingEntry {
  readonly mac: string;
  readonly ifname: string;
  readonly dst?: string;
  readonly state?: string;
}

const dockerPrefixes = ['172.18.0.0/16', '172.20.20.0/24', 'fc00:f853:ccd:e793::/64', '3fff:172:20:20::/64'].map(
  parsePrefix,
);
/** iproute2 prints a number where /etc/iproute2/rt_protos lacks the name. */
const protocolNames: Readonly<Record<string, string>> = { '12': 'bird', '186': 'bgp', '2': 'kernel', '3': 'boot' };

/**
 * Every fact of a lab. `contested` nodes want the same block, and who came first was chance: their blocks are named by
 * their owner.
 */
export function factsOf(dump: LabDump, contested: readonly string[] = []): Facts {
  const owners = ownersOf(dump);
  const dockers = dockerNaming(owners);
  const blocks = blockNaming(dump, contested);
  const naming: Naming = (text) => blocks(dockers(text));
  const facts = new Map<string, string>();
  const add = (key: string, value: string): void => {
    facts.set(naming(key), naming(value));
  };
  for (const [name, machine] of dump.machines) {
    deviceFacts(name, machine, add);
    routeFacts(name, machine, naming, add);
    vtepFacts(name, machine, add);
    sysctlFacts(name, machine, add);
    if (machine.protocols !== '') sessionFacts(name, machine.protocols, add);
  }
  bgpFacts(dump, owners, naming, add);
  probeFacts(dump, owners, add);
  return facts;
}

/** Every address of a node or router to `eth0@worker`. */
function ownersOf(dump: LabDump): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const [name, machine] of dump.machines) {
    for (const link of parse<AddressEntry>(machine.addresses)) {
      for (const address of link.addr_info) {
        if (address.scope === 'global') owners.set(address.local, `${link.ifname}@${name}`);
      }
    }
  }
  return owners;
}

/** Names addresses on Docker's networks by their owner, as `ip` writes them and as in `Mesh_172_18_0_3`. */
function dockerNaming(owners: ReadonlyMap<string, string>): Naming {
  const isDockers = (text: string): boolean => {
    const address = parseAddress(text);
    return (
      address !== undefined && dockerPrefixes.some((prefix) => prefix !== undefined && containsPrefix(prefix, address))
    );
  };
  // Two sessions between the same machines differ by the family alone.
  const named = (address: string): string | undefined => {
    const owner = isDockers(address) ? owners.get(address) : undefined;
    return owner !== undefined && address.includes(':') ? `${owner} v6` : owner;
  };
  return (text) =>
    text
      .replace(/\d+\.\d+\.\d+\.\d+/g, (address) => named(address) ?? address)
      .replace(/(?:fc00:f853:ccd:e793|3fff:172:20:20)::[\da-f]+/g, (address) => named(address) ?? address)
      .replace(/\d+_\d+_\d+_\d+/g, (address) => named(address.replaceAll('_', '.')) ?? address)
      .replace(/fc00_f853_ccd_e793__[\da-f]+/g, (address) => named(address.replaceAll('_', ':')) ?? address);
}

/** `10.244.186.5` to `worker's block+5`, for the blocks that contested nodes have now. */
function blockNaming(dump: LabDump, contested: readonly string[]): Naming {
  const blocks = contested.flatMap((node) => {
    const machine = dump.machines.get(node);
    const own = machine === undefined ? [] : mainRoutes(machine).filter(({ type }) => type === 'blackhole');
    return own.flatMap(({ dst }) => {
      const prefix = parsePrefix(dst);
      return prefix === undefined ? [] : [{ node, prefix }];
    });
  });
  if (blocks.length === 0) return (text) => text;
  return (text) =>
    text.replace(/\d+\.\d+\.\d+\.\d+/g, (written) => {
      const address = parseAddress(written);
      const block = blocks.find(({ prefix }) => address !== undefined && containsPrefix(prefix, address));
      if (address === undefined || block === undefined) return written;
      return `${block.node}'s block+${address.value - block.prefix.value}`;
    });
}

function deviceFacts(name: string, machine: MachineDump, add: (key: string, value: string) => void): void {
  for (const link of parse<AddressEntry>(machine.addresses)) {
    const state = link.flags
      .filter((flag) => ['UP', 'LOWER_UP', 'NOARP'].includes(flag))
      .toSorted()
      .join(' ');
    const mac = link.ifname.startsWith('cali') || link.ifname.startsWith('vxlan') ? `, address ${link.address}` : '';
    add(`${name} device ${link.ifname}`, `mtu ${link.mtu}, ${state}${mac}`);
    const texts = link.addr_info.map(({ scope, local, prefixlen }) =>
      scope === 'link' && local.startsWith('fe80') && !link.ifname.startsWith('cali')
        ? `link-local/${prefixlen}`
        : `${local}/${prefixlen}`,
    );
    const isV6 = (text: string): boolean => text.includes(':') || text.startsWith('link-local');
    add(
      `${name} addresses ${link.ifname}`,
      texts
        .filter((text) => !isV6(text))
        .toSorted()
        .join(' '),
    );
    add(`${name} addresses6 ${link.ifname}`, texts.filter(isV6).toSorted().join(' '));
  }
}

function routeFacts(
  name: string,
  machine: MachineDump,
  naming: Naming,
  add: (key: string, value: string) => void,
): void {
  for (const route of mainRoutes(machine)) {
    const family = route.dst.includes(':') || (route.gateway ?? '').includes(':') ? 'route6' : 'route';
    const isShared = route.dst === 'fe80::/64' || route.dst === 'ff00::/8';
    const key = `${name} ${family} ${route.dst}${isShared ? ` dev ${route.dev}` : ''}`;
    const hops = nextHopsOf(route).map(({ gateway, dev }) =>
      naming(`${gateway === undefined ? '' : `via ${gateway} `}dev ${dev}`),
    );
    const words = [
      route.type ?? 'unicast',
      ...(route.type === 'blackhole' ? [] : [hops.toSorted().join(', ')]),
      `proto ${protocolNames[route.protocol ?? ''] ?? route.protocol ?? 'boot'}`,
      ...(route.metric === undefined ? [] : [`metric ${route.metric}`]),
      ...(route.scope === undefined ? [] : [`scope ${route.scope}`]),
      ...(route.prefsrc === undefined ? [] : [`src ${route.prefsrc}`]),
      ...(route.flags ?? []).filter((flag) => flag === 'onlink'),
      ...(route.metrics ?? []).map((metrics) => JSON.stringify(metrics)),
    ];
    add(key, words.join(' '));
  }
}

/** Whom a VXLAN device knows: the far tunnel address's MAC, and the node behind that MAC (calico.md C.4). */
function vtepFacts(name: string, machine: MachineDump, add: (key: string, value: string) => void): void {
  for (const { dst, dev, lladdr, state } of parse<NeighborEntry>(machine.neighbors)) {
    if (dev.startsWith('vxlan')) add(`${name} neighbor ${dst} dev ${dev}`, `${lladdr} ${state.join(' ')}`);
  }
  for (const { mac, ifname, dst, state } of parse<ForwardingEntry>(machine.forwarding)) {
    if (ifname.startsWith('vxlan')) add(`${name} fdb ${mac} dev ${ifname}`, `dst ${dst} ${state}`);
  }
}

function sysctlFacts(name: string, machine: MachineDump, add: (key: string, value: string) => void): void {
  for (const line of machine.sysctls.split('\n')) {
    const [key, value] = line.split(' = ');
    if (key !== undefined && value !== undefined) add(`${name} sysctl ${key}`, value.trim());
  }
}

function probeFacts(
  dump: LabDump,
  owners: ReadonlyMap<string, string>,
  add: (key: string, value: string) => void,
): void {
  for (const [name, text] of dump.probes) {
    const asked = parseProbe(name);
    if (asked === undefined) continue;
    const six = asked.family === 6 ? '6' : '';
    const target = /^(?:PING|traceroute to) [^\s(]+ ?\(([^)]+)\)/m.exec(text)?.[1] ?? 'unknown';
    if (asked.program === 'ping') {
      const ttls = [...text.matchAll(/ ttl=(\d+)/g)].map(([, ttl]) => ttl);
      const loss = /([\d.]+% packet loss)/.exec(text)?.[1];
      add(`ping${six} ${asked.from} ${asked.to}`, `${target}: ttl ${[...new Set(ttls)].join(' and ')}, ${loss}`);
      continue;
    }
    const hops = [...text.matchAll(/^ *\d+ +(\S+)/gm)].map(([, hop]) => hop ?? '*');
    add(
      `trace${six} ${asked.program} ${asked.from} ${asked.to}`,
      `${target}: ${nameHops(dump, owners, hops, target).join(' > ')}`,
    );
  }
}

/**
 * The hops of a trace. After a machine with several equal next hops the set of machines behind them stands for the one
 * that the hash took, and the hop after that by its name, since it answers from the interface facing that one.
 */
function nameHops(
  dump: LabDump,
  owners: ReadonlyMap<string, string>,
  hops: readonly string[],
  target: string,
): readonly string[] {
  const machineOf = (address: string): string => owners.get(address)?.split('@')[1] ?? address;
  const named: string[] = [];
  let choice: readonly string[] = [];
  for (const [index, hop] of hops.entries()) {
    const wasChoice = choice.length > 1;
    const before = index === 0 ? undefined : dump.machines.get(machineOf(hops[index - 1] ?? ''));
    choice = before === undefined ? [] : nextMachines(before, target, machineOf);
    if (before?.kind === 'router' && before.routes === '') choice = ['any', 'machine'];
    if (before?.kind === 'router' && before.routes === '') named.push('{any machine}');
    else if (choice.length > 1)
      named.push(choice.includes(machineOf(hop)) ? `{${choice.join(' ')}}` : `${hop} beside {${choice.join(' ')}}`);
    else named.push(wasChoice ? machineOf(hop) : hop);
  }
  return named;
}

/** The machines behind the next hops that a machine has for an address: longest prefix wins. */
function nextMachines(machine: MachineDump, target: string, machineOf: (address: string) => string): readonly string[] {
  const address = parseAddress(target);
  if (address === undefined) return [];
  let best: { readonly length: number; readonly route: RouteEntry } | undefined;
  for (const route of mainRoutes(machine)) {
    const isV6 = route.dst.includes(':') || nextHopsOf(route).some(({ gateway = '' }) => gateway.includes(':'));
    const whole = isV6 ? '::/0' : '0.0.0.0/0';
    const prefix = parsePrefix(
      route.dst === 'default' ? whole : route.dst.includes('/') ? route.dst : `${route.dst}/${isV6 ? 128 : 32}`,
    );
    if (prefix === undefined || !containsPrefix(prefix, address)) continue;
    if (best === undefined || prefix.length > best.length) best = { length: prefix.length, route };
  }
  const gateways = best === undefined ? [] : nextHopsOf(best.route).map(({ gateway }) => gateway);
  return gateways
    .filter((gateway) => gateway !== undefined)
    .map(machineOf)
    .toSorted();
}

function mainRoutes(machine: MachineDump): readonly RouteEntry[] {
  const routes = parse<RouteEntry>(machine.routes).filter(
    ({ table, type }) => table === undefined && type !== 'multicast',
  );
  return routes.map((route) => (route.dst.endsWith('/32') ? { ...route, dst: addressOf(route.dst) } : route));
}

function nextHopsOf(route: RouteEntry): readonly { readonly gateway?: string; readonly dev?: string }[] {
  return route.nexthops ?? [route];
}

function parse<Entry>(text: string): readonly Entry[] {
  return text.trim() === '' ? [] : (JSON.parse(text) as readonly Entry[]);
}
