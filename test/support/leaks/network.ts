// Owns what the leak oracle reads of the host's network: links, addresses, routes, rules, sysctls, sockets; and cgroups.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Devices that a kernel module puts into every namespace when it is loaded; the module itself is reported. */
const fallbackDevices = /^(?:tunl0|gre0|gretap0|erspan0|sit0|ip6tnl0|ip6gre0|ip_vti0|ip6_vti0|dummy0)$/;
/** Ports of BGP, FRR's terminals and the pods' HTTP. */
const labPorts = (port: number): boolean => port === 179 || port === 80 || (port >= 2600 && port <= 2699);

type Found = ReadonlyMap<string, string>;
type Entry = Readonly<Record<string, unknown>>;

/** Links of the host's namespace: name, index and alias. */
export function links(): Found {
  const found = new Map<string, string>();
  for (const link of ip('-d', 'link', 'show')) {
    const name = String(link['ifname']);
    if (fallbackDevices.test(name)) continue;
    found.set(
      `${name} index ${link['ifindex']} ${link['ifalias'] ?? ''}`.trim(),
      `type ${link['link_type']}, mtu ${link['mtu']}`,
    );
  }
  return found;
}

/** Addresses of the host's namespace. */
export function addresses(): Found {
  const found = new Map<string, string>();
  for (const link of ip('addr', 'show')) {
    for (const address of link['addr_info'] as readonly Entry[]) {
      found.set(`${address['local']}/${address['prefixlen']} dev ${link['ifname']}`, String(address['scope']));
    }
  }
  return found;
}

/** Routes of every table and routing rules of the host's namespace. */
export function routes(): Found {
  const found = new Map<string, string>();
  for (const family of ['-4', '-6']) {
    for (const route of ip(family, 'route', 'show', 'table', 'all')) {
      const words = ['type', 'dst', 'gateway', 'dev', 'table', 'protocol', 'metric'].map((key) => route[key] ?? '');
      found.set(`${family} ${words.join(' ').replaceAll(/ +/g, ' ')}`, 'route');
    }
    for (const rule of ip(family, 'rule', 'show')) found.set(`${family} rule ${JSON.stringify(rule)}`, 'rule');
  }
  return found;
}

/** The host's nftables rules without counters; throws where there is no `nft` or no right to see them. */
export function nftRules(): Found {
  const text = nft('--stateless', 'list', 'ruleset');
  const found = new Map<string, string>();
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('table ')) table = line;
    if (line.trim() !== '' && line.trim() !== '}') found.set(`${table} | ${line.trim()}`, 'rule');
  }
  return found;
}

/** Values of net.* and of the few other settings a lab could be tempted to change. */
export function sysctls(): Found {
  const found = new Map<string, string>();
  const others = [
    'kernel/apparmor_restrict_unprivileged_userns',
    'kernel/unprivileged_userns_clone',
    'kernel/core_pattern',
  ];
  for (const key of [...others, 'fs/inotify/max_user_instances', 'fs/inotify/max_user_watches']) readValue(key, found);
  for (const folder of ['net', 'user']) walkValues(folder, found);
  return found;
}

/** Named unix sockets of the host's namespace whose name says that they are a lab's. */
export function sockets(prefixes: readonly string[]): Found {
  const found = new Map<string, string>();
  for (const line of readFileSync('/proc/net/unix', 'utf8').split('\n').slice(1)) {
    const name = line.split(/\s+/)[7] ?? '';
    const isOurs = /labctl|frr|bird|zebra|bgpd|\.vty/i.test(name) || prefixes.some((prefix) => name.includes(prefix));
    if (name !== '' && isOurs) found.set(name, 'unix socket');
  }
  return found;
}

/** TCP listeners of the host's namespace on the ports that routers and pods use. */
export function listeners(): Found {
  const found = new Map<string, string>();
  for (const family of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/net/${family}`, 'utf8').split('\n').slice(1)) {
      const [, , local = '', , state] = line.split(/\s+/);
      const port = Number.parseInt(local.split(':')[1] ?? '', 16);
      if (state === '0A' && labPorts(port)) found.set(`${family} ${local}`, `port ${port}`);
    }
  }
  return found;
}

/** Control groups that carry labctl's name, in any hierarchy. */
export function cgroups(): Found {
  const found = new Map<string, string>();
  const walk = (folder: string, depth: number): void => {
    for (const entry of entriesOf(folder)) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      if (entry.name.includes('labctl')) found.set(path, 'cgroup');
      if (depth < 6) walk(path, depth + 1);
    }
  };
  walk('/sys/fs/cgroup', 0);
  return found;
}

/** Loaded kernel modules; none where the kernel has no modules. */
export function modules(): Found {
  if (!existsSync('/proc/modules')) return new Map();
  const names = readFileSync('/proc/modules', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');
  return new Map(
    names.filter((name) => /^(?:ipip|ip_gre|vxlan|tunnel4|ip6_tunnel)$/.test(name)).map((name) => [name, 'module']),
  );
}

function ip(...argv: readonly string[]): readonly Entry[] {
  const text = execFileSync(program('ip'), ['-j', ...argv], { encoding: 'utf8', stdio: 'pipe' });
  return text.trim() === '' ? [] : (JSON.parse(text) as readonly Entry[]);
}

/** Runs the host's `nft`, or the one that labctl unpacked into its cache; throws where there is neither. */
export function nft(...argv: readonly string[]): string {
  const cache = join(process.env['LABCTL_CACHE'] ?? join(homedir(), '.cache', 'labctl'), 'programs');
  const folders = entriesOf(cache).map(({ name }) => join(cache, name, 'usr'));
  const usr = folders.find((folder) => existsSync(join(folder, 'sbin', 'nft')));
  if (usr === undefined) return execFileSync(program('nft'), argv, { encoding: 'utf8', stdio: 'pipe' });
  const libraries = [join(usr, 'lib'), ...entriesOf(join(usr, 'lib')).map(({ name }) => join(usr, 'lib', name))];
  const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(':') };
  return execFileSync(join(usr, 'sbin', 'nft'), argv, { encoding: 'utf8', stdio: 'pipe', env });
}

function program(name: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`this machine has no ${name}`);
  return found;
}

function walkValues(folder: string, found: Map<string, string>): void {
  for (const entry of entriesOf(join('/proc/sys', folder))) {
    const key = `${folder}/${entry.name}`;
    // Values of one interface appear and vanish with it; the interface itself is reported.
    if (/^net\/ipv[46]\/(?:conf|neigh)\/(?!all|default|lo)/.test(key) || /conntrack_count|tcp_fastopen_key/.test(key))
      continue;
    if (entry.isDirectory()) walkValues(key, found);
    else readValue(key, found);
  }
}

function readValue(key: string, found: Map<string, string>): void {
  try {
    found.set(`${key.replaceAll('/', '.')} = ${readFileSync(join('/proc/sys', key), 'utf8').trim()}`, 'sysctl');
  } catch {
    // Absent on this kernel, or only for writing.
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
