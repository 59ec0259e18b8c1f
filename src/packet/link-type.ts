// Owns the link types that are read (LINKTYPE_ numbers of tcpdump.org), with their names.

/** What a file says its frames begin with. */
export const linkType = {
  loopback: 0,
  ethernet: 1,
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  openLoopback: 108,
  cooked: 113,
  ipv4: 228,
  ipv6: 229,
  cooked2: 276,
} as const;

const names: Readonly<Record<number, string>> = {
  [linkType.loopback]: 'null',
  [linkType.ethernet]: 'Ethernet',
  [linkType.rawBsd]: 'raw IP',
  [linkType.rawOpenBsd]: 'raw IP',
  [linkType.raw]: 'raw IP',
  [linkType.openLoopback]: 'loopback',
  [linkType.cooked]: 'Linux cooked',
  [linkType.ipv4]: 'raw IPv4',
  [linkType.ipv6]: 'raw IPv6',
  [linkType.cooked2]: 'Linux cooked v2',
};

/** Whether frames of a link type are decoded; of others only their number, times and lengths are known. */
export function isLinkTypeRead(type: number): boolean {
  return type in names;
}

/** The name of a link type: `Ethernet`, `raw IP`; `link type 147` for one that is not read. */
export function linkTypeName(type: number): string {
  return names[type] ?? `link type ${type}`;
}
