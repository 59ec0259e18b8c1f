// Owns the forms in which FRR 8 to 10 and VyOS's vtysh print a BGP table and its summary as JSON, brought into one.

/** One path of a table. */
export interface FrrPath {
  readonly path: string;
  readonly origin: string;
  readonly pathFrom: string;
  readonly peerId: string;
  readonly locPrf?: number;
  readonly metric?: number;
  readonly valid?: boolean;
  readonly bestpath?: boolean;
  readonly multipath?: boolean;
  readonly nexthops: readonly { readonly ip: string }[];
}

/** `show bgp ipv4 unicast json`. */
export interface FrrTable {
  readonly routerId: string;
  readonly localAS: number;
  readonly defaultLocPrf: number;
  readonly routes: Readonly<Record<string, readonly FrrPath[]>>;
}

/** `show bgp ipv4 unicast summary json`. */
export interface FrrSummary {
  readonly peers: Readonly<
    Record<
      string,
      { readonly remoteAs: number; readonly localAs: number; readonly state: string; readonly pfxRcd: number }
    >
  >;
  readonly bestPath?: { readonly multiPathRelax?: string };
}

type Part = Readonly<Record<string, unknown>>;

/** The table in a text; throws when it is none. The detailed form nests paths, AS path, peer and choice. */
export function frrTable(text: string): FrrTable {
  const whole = unwrapped(text);
  const { routes } = whole;
  if (!isPart(routes)) throw new Error('no BGP table: "routes" is not there');
  const entries = Object.entries(routes).map(([prefix, entry]) => {
    const paths = isPart(entry) ? entry['paths'] : entry;
    if (!Array.isArray(paths)) throw new Error(`no BGP table: ${prefix} has no list of paths`);
    return [prefix, paths.map((path) => frrPath(prefix, path))] as const;
  });
  return { ...(whole as unknown as FrrTable), routes: Object.fromEntries(entries) };
}

/** The summary in a text; throws when it is none. A summary of all address families nests them. */
export function frrSummary(text: string, family: 4 | 6 = 4): FrrSummary {
  const whole = unwrapped(text);
  const nested = whole[`ipv${family}Unicast`];
  const summary = isPart(nested) ? nested : whole;
  if (!isPart(summary['peers'])) throw new Error('no BGP summary: "peers" is not there');
  return summary as unknown as FrrSummary;
}

function frrPath(prefix: string, path: unknown): FrrPath {
  if (!isPart(path)) throw new Error(`no BGP table: ${prefix} has a path that is no object`);
  const { aspath, peer, bestpath, nexthops } = path;
  if (!Array.isArray(nexthops)) throw new Error(`no BGP table: ${prefix} has a path without next hops`);
  const hops = nexthops.filter(isPart).map((hop) => ({ ip: String(hop['ip']) }));
  // An IPv6 next hop comes with the sender's link-local address, which is made of a MAC.
  const global = hops.filter(({ ip }) => !ip.startsWith('fe80:'));
  return {
    ...(path as unknown as FrrPath),
    path: String(path['path'] ?? (isPart(aspath) ? aspath['string'] : '')).replace(/^Local$/, ''),
    peerId: String(path['peerId'] ?? (isPart(peer) ? peer['peerId'] : '(unspec)')),
    bestpath: isPart(bestpath) ? bestpath['overall'] === true : bestpath === true,
    nexthops: global.length > 0 ? global : hops,
  };
}

/** `vrf all` puts the VRF's name around. */
function unwrapped(text: string): Part {
  const whole: unknown = JSON.parse(text);
  if (!isPart(whole)) throw new Error('an object is expected');
  return isPart(whole['default']) ? whole['default'] : whole;
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
