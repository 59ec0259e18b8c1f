// Owns reading the nodes of a containerlab topology: which are routers, switches, or kind nodes under another name.

import { entryOf, type Span, type Tree } from '../tree.ts';
import { type Account, entriesOf, itemsOf, textOf } from './account.ts';

/** A node, what its kind and the defaults say filled in. */
export interface ClabNode {
  readonly name: string;
  readonly span: Span;
  readonly means: /** `bridges`: by port, where the switch is a container with several; else it is one. */
    | { readonly kind: 'switch'; readonly bridges: ReadonlyMap<string, string> }
    | { readonly kind: 'router'; readonly dialect: 'vyos' | 'frr'; readonly file: string; readonly at: Span }
    /** A container with an address and a default route, and no router's configuration. */
    | { readonly kind: 'host' }
    | ClusterMeans
    | { readonly kind: 'unknown' };
}

/** A kind node, or a container in its network. */
export interface ClusterMeans {
  readonly kind: 'cluster';
  readonly container: string;
  readonly addresses: readonly NodeAddress[];
  /** The next hops of its IPv4 default route. */
  readonly gateways: readonly string[];
}

/** What `ip addr add` gives a kind node. */
export interface NodeAddress {
  readonly address: string;
  readonly device: string;
  readonly span: Span;
}

const silent = new Set(
  'kind image image-pull-policy binds exec network-mode startup-config cmd entrypoint user labels mgmt-ipv4 mgmt-ipv6 mgmt_ipv4 group position type env ports memory cpu license auto-remove startup-delay wait-for stages dns restart-policy'.split(
    ' ',
  ),
);
/** The end of a wire that believes in another MTU than the link states. */
export const portMtu = /^ip link set dev (\S+) mtu (\d+)$/;

const bootTarget = /:\/(opt\/vyatta\/etc\/config|config)\/config\.boot(:\w+)?$/;
const frrTarget = /:\/etc\/frr\/frr\.conf(:\w+)?$/;

/** Reads all nodes. A container that shares another's network (`network-mode: container:x`) is followed to a kind node. */
export function readClabNodes(topology: Tree, containers: ReadonlySet<string>, account: Account): readonly ClabNode[] {
  const nodes = new Map(
    entriesOf(entryOf(topology, 'nodes')?.value).map(([name, tree, span]) => [name, { tree, span }]),
  );
  return [...nodes].map(([name, { tree, span }]) => {
    const all = layersOf(topology, tree);
    const value = (key: string): string | undefined =>
      textOf(all.map((layer) => entryOf(layer, key)?.value).find((found) => found !== undefined));
    for (const [key, , at] of entriesOf(tree)) if (!silent.has(key)) refuseKey(name, key, at, account);
    const kind = value('kind') ?? 'linux';
    if (kind === 'bridge' || kind === 'ovs-bridge')
      return { name, span, means: { kind: 'switch', bridges: new Map() } };
    const container = containerOf(name, kind, value('network-mode'), nodes, topology, containers, span, account);
    if (container !== undefined)
      return { name, span, means: { kind: 'cluster', container, ...readExec(name, all, account) } };
    if (value('network-mode')?.startsWith('container:') === true) return { name, span, means: { kind: 'unknown' } };
    const boot = bootFile(all);
    if (boot !== undefined) {
      for (const { text, span: at } of commandsOf(all))
        if (!/^\s*(sleep|echo)\b/.test(text) && !portMtu.test(text))
          account.refuse(
            at,
            `${name} runs \`${text}\`, which no file of it says`,
            'say it in the VyOS configuration, or leave it out',
          );
      return { name, span, means: { kind: 'router', ...boot } };
    }
    const bridges = bridgesOf(all);
    if (bridges.size > 0) return { name, span, means: { kind: 'switch', bridges } };
    if (value('network-mode') === 'none' && readExec(name, all, account).addresses.length > 0)
      return { name, span, means: { kind: 'host' } };
    account.refuse(
      span,
      `${name} is no switch, no kind node and has no VyOS configuration: what it does is not known`,
      'bind a config.boot to /opt/vyatta/etc/config/config.boot, or write it as a router of the topology yourself',
    );
    return { name, span, means: { kind: 'unknown' } };
  });
}

function refuseKey(name: string, key: string, at: Span, account: Account): void {
  if (key === 'sysctls') account.refuse(at, `${name} sets sysctls, which labctl sets itself`, 'leave them out');
  else account.leave(at, `\`${key}\` of ${name} is left out`);
}

/** The node itself, its group, its kind, the defaults: the first that says something wins. */
function layersOf(topology: Tree, node: Tree): readonly Tree[] {
  const kind =
    textOf(entryOf(node, 'kind')?.value) ?? textOf(entryOf(entryOf(topology, 'defaults')?.value, 'kind')?.value) ?? '';
  const group = textOf(entryOf(node, 'group')?.value) ?? '';
  const layers = [
    node,
    entryOf(entryOf(topology, 'groups')?.value, group)?.value,
    entryOf(entryOf(topology, 'kinds')?.value, kind)?.value,
    entryOf(topology, 'defaults')?.value,
  ];
  return layers.filter((layer) => layer !== undefined);
}

function containerOf(
  name: string,
  kind: string,
  mode: string | undefined,
  nodes: ReadonlyMap<string, { readonly tree: Tree }>,
  topology: Tree,
  containers: ReadonlySet<string>,
  span: Span,
  account: Account,
): string | undefined {
  if (kind === 'ext-container') return containers.has(name) ? name : undefined;
  const chain = [name];
  let next = /^container:(.+)$/.exec(mode ?? '')?.[1];
  while (next !== undefined && !containers.has(next)) {
    if (chain.includes(next)) {
      account.refuse(
        span,
        `containers share each other's network in a circle: ${[...chain, next].join(' > ')}`,
        'one of them must have a network of its own',
      );
      return undefined;
    }
    chain.push(next);
    const tree = nodes.get(next)?.tree;
    if (tree === undefined) {
      account.refuse(
        span,
        `${chain.at(-2)} shares the network of ${next}, and no kind node has that name`,
        `known: ${[...containers].join(', ')}`,
      );
      return undefined;
    }
    const said = layersOf(topology, tree)
      .map((layer) => textOf(entryOf(layer, 'network-mode')?.value))
      .find((found) => found !== undefined);
    next = /^container:(.+)$/.exec(said ?? '')?.[1];
  }
  return next;
}

/** The bridges that a container makes of its ports, by port. */
function bridgesOf(layers: readonly Tree[]): ReadonlyMap<string, string> {
  const ports = commandsOf(layers).flatMap(({ text }): [string, string][] => {
    const [, port, bridge] = /^ip link set (?:dev )?(\S+) master (\S+)$/.exec(text.trim()) ?? [];
    return port === undefined || bridge === undefined ? [] : [[port, bridge]];
  });
  return new Map(ports);
}

function bootFile(layers: readonly Tree[]): { dialect: 'vyos' | 'frr'; file: string; at: Span } | undefined {
  for (const layer of layers) {
    for (const bind of itemsOf(entryOf(layer, 'binds')?.value)) {
      const said = textOf(bind) ?? '';
      const dialect = bootTarget.test(said) ? 'vyos' : frrTarget.test(said) ? 'frr' : undefined;
      if (dialect !== undefined) return { dialect, file: said.split(':')[0] ?? '', at: bind.span };
    }
    const startup = entryOf(layer, 'startup-config')?.value;
    const file = textOf(startup);
    if (startup !== undefined && file !== undefined) return { dialect: 'vyos', file, at: startup.span };
  }
  return undefined;
}

function commandsOf(layers: readonly Tree[]): readonly { readonly text: string; readonly span: Span }[] {
  return layers
    .flatMap((layer) => itemsOf(entryOf(layer, 'exec')?.value))
    .map((item) => ({ text: textOf(item) ?? '', span: item.span }));
}

/** The lines of `exec:` of a kind node: addresses and the default route are carried over. */
function readExec(
  name: string,
  layers: readonly Tree[],
  account: Account,
): { addresses: readonly NodeAddress[]; gateways: readonly string[] } {
  const addresses: NodeAddress[] = [];
  let gateways: readonly string[] = [];
  for (const { text, span } of commandsOf(layers)) {
    const [, address, device] =
      /\bip\s+(?:-\d\s+)?addr(?:ess)?\s+(?:add|replace)\s+(\S+\/\d+)\s+dev\s+(\S+)/.exec(text) ?? [];
    const [, hops] =
      /\bip\s+(?:-\d\s+)?r(?:oute)?\s+(?:replace|add|change)\s+default\s+((?:nexthop\s+)?via\s.*)/.exec(text) ?? [];
    if (address !== undefined && device !== undefined) addresses.push({ address, device, span });
    else if (hops !== undefined) {
      const next = [...hops.matchAll(/\bvia\s+(\S+)/g)].map(([, via = '']) => via);
      if (!hops.includes(':')) gateways = next;
    } else if (!/\bip\s+link\s+set\s+\S+\s+up\b|\bip\s+(-\d\s+)?r(oute)?\s+del\s+default|^\s*(sleep|echo)\b/.test(text))
      account.refuse(
        span,
        `${name} runs \`${text}\`: labctl carries over addresses and the default route only`,
        'leave it out, and see whether the lab still shows what it should',
      );
  }
  return { addresses, gateways };
}
