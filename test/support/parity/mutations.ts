// Owns small lies: copies of a cluster's state with one thing changed each, and the one fact that must then differ.

import type { LabDump, MachineDump } from './dump.ts';

/** A copy with one change. */
export interface Mutation {
  readonly what: string;
  readonly dump: LabDump;
  /** The key of the only fact that differs. */
  readonly key: RegExp;
}

type Entry = Record<string, unknown>;

/** One change of every sort that the state of this lab allows. */
export function mutationsOf(dump: LabDump): readonly Mutation[] {
  const first = (kind: MachineDump['kind']): string | undefined =>
    [...dump.machines].find(([, machine]) => machine.kind === kind)?.[0];
  const mutations: Mutation[] = [];
  const change = (
    what: string,
    name: string | undefined,
    key: RegExp,
    edit: (machine: MachineDump) => MachineDump,
  ): void => {
    const machine = name === undefined ? undefined : dump.machines.get(name);
    if (name === undefined || machine === undefined) return;
    const edited = edit(machine);
    // This lab has no such thing: no session of BIRD, no path that is the only one.
    if (JSON.stringify(edited) === JSON.stringify(machine)) return;
    const machines = new Map([...dump.machines, [name, edited] as const]);
    mutations.push({ what: `${what} of ${name}`, key, dump: { ...dump, machines } });
  };
  const node = first('node');
  const router = first('router');
  const pod = first('pod');
  const isToPool = (route: Entry): boolean =>
    route['gateway'] !== undefined && String(route['dst']).startsWith('10.244.');
  const isBlackhole = (route: Entry): boolean => route['type'] === 'blackhole';
  const ofPool = new RegExp(`^${node} route (?:10\\.244\\.|\\S+'s block)`);
  change('a missing route', node, ofPool, (machine) => ({
    ...machine,
    routes: editFirst(machine.routes, isToPool, () => undefined),
  }));
  change('a metric', node, ofPool, (machine) => ({
    ...machine,
    routes: editFirst(machine.routes, isToPool, (route) => ({ ...route, metric: Number(route['metric'] ?? 0) + 1 })),
  }));
  change('a next hop', node, ofPool, (machine) => ({
    ...machine,
    routes: editFirst(machine.routes, isToPool, (route) => ({ ...route, gateway: '10.99.0.1' })),
  }));
  change('a missing blackhole', node, ofPool, (machine) => ({
    ...machine,
    routes: editFirst(machine.routes, isBlackhole, () => undefined),
  }));
  change('an AS number of a session', node, new RegExp(`^${node} session `), (machine) => ({
    ...machine,
    protocols: machine.protocols.replace(/Neighbor AS: +(\d+)/, (_, as) => `Neighbor AS: ${Number(as) + 1}`),
  }));
  change('a sysctl', node, new RegExp(`^${node} sysctl `), (machine) => ({
    ...machine,
    sysctls: machine.sysctls.replace(/rp_filter = (\d)/, (_, value) => `rp_filter = ${1 - Number(value)}`),
  }));
  change('an MTU', node, new RegExp(`^${node} device eth0$`), (machine) => ({
    ...machine,
    addresses: editFirst(
      machine.addresses,
      (link) => link['ifname'] === 'eth0',
      (link) => ({ ...link, mtu: 1450 }),
    ),
  }));
  change('the node behind a tunnel', node, new RegExp(`^${node} fdb `), (machine) => ({
    ...machine,
    forwarding: editFirst(
      machine.forwarding,
      (entry) => String(entry['ifname']).startsWith('vxlan') && entry['dst'] !== undefined,
      (entry) => ({ ...entry, dst: '10.99.0.1' }),
    ),
  }));
  change('the default route', pod, new RegExp(`^${pod} route default$`), (machine) => ({
    ...machine,
    routes: editFirst(
      machine.routes,
      (route) => route['dst'] === 'default',
      (route) => ({ ...route, gateway: '169.254.1.2' }),
    ),
  }));
  change("a peer's AS number", router, new RegExp(`^${router} peer `), (machine) => ({
    ...machine,
    summary: machine.summary.replace(/"remoteAs":(\d+)/, (_, as) => `"remoteAs":${Number(as) + 1}`),
  }));
  change(
    'a next hop in the BGP table',
    router,
    new RegExp(`^${router} table `),
    editPath((path) => ({ ...path, nexthops: [{ ip: '10.99.0.1' }] })),
  );
  change(
    'an AS path',
    router,
    new RegExp(`^${router} table `),
    editPath((path) => ({ ...path, path: `${path['path']} 65999`.trim() })),
  );
  change(
    'a local preference',
    router,
    new RegExp(`^${router} table `),
    editPath((path) => ({ ...path, locPrf: 99 })),
  );
  for (const [name, text] of dump.probes) {
    const changed = name.startsWith('ping')
      ? text
          .replaceAll(/ttl=(\d+)/g, (_, ttl) => `ttl=${Number(ttl) - 1}`)
          .replace('100% packet loss', '50% packet loss')
      : text.replace(/^( *2 +)\S+/m, (_, number) => `${number}10.99.0.1`);
    if (changed === text) continue;
    const key = new RegExp(`^${name.startsWith('ping') ? 'ping' : 'trace'}6? .*${name.split('-').at(-1)}$`);
    mutations.push({
      what: `the answer of ${name}`,
      key,
      dump: { ...dump, probes: new Map([...dump.probes, [name, changed]]) },
    });
  }
  return mutations;
}

/** Changes or removes the first entry of a JSON list that fits. */
function editFirst(text: string, fits: (entry: Entry) => boolean, edit: (entry: Entry) => Entry | undefined): string {
  if (text === '') return text;
  const entries = JSON.parse(text) as Entry[];
  const index = entries.findIndex(fits);
  const entry = entries[index];
  if (entry === undefined) return text;
  const edited = edit(entry);
  return JSON.stringify(entries.toSpliced(index, 1, ...(edited === undefined ? [] : [edited])));
}

/** Changes a path that no other router's choice depends on: the last of the table that is its prefix's only one. */
function editPath(edit: (path: Entry) => Entry): (machine: MachineDump) => MachineDump {
  return (machine) => {
    if (machine.table === '') return machine;
    const table = JSON.parse(machine.table) as { readonly routes: Record<string, Entry[]> };
    const [prefix, paths] =
      Object.entries(table.routes).findLast(([, paths]) => Array.isArray(paths) && paths.length === 1) ?? [];
    if (prefix === undefined || paths?.[0] === undefined) return machine;
    return { ...machine, table: JSON.stringify({ ...table, routes: { ...table.routes, [prefix]: [edit(paths[0])] } }) };
  };
}
