// Owns what differs between Calico releases: one typed set of facts a minor release, asked for by every other file.

/** A Calico release, `v3.33` or `v3.23.2`; `minor` is 33 or 23. */
export interface Release {
  readonly text: string;
  readonly minor: number;
}

/** The oldest release calico.md describes. */
const oldestMinor = 23;

/** How a Calico release behaves (calico.md 0, A.8, A.10, B, C). */
export interface Generation {
  readonly minor: number;
  /** Metric of a pod's host route: 1024 from 3.32, none before (C.1, 0.3). */
  readonly podRouteMetric: number | undefined;
  /** BGP routes get the kernel metric 2147483647 - LOCAL_PREF (3.32; 0.4, B.5). */
  readonly metricFromLocalPref: boolean;
  /** LOCAL_PREF of a block that a node announces: 2147482623 from 3.32, BGP's own default 100 before (B.4). */
  readonly originLocalPref: number;
  /** Routes above normal priority are imported with preference 200 (3.32; B.4). */
  readonly importPreference: boolean;
  /** A pod /32 with a metric below normal escapes aggregation (3.32; B.4). */
  readonly liveMigrationEscape: boolean;
  /** Felix, not BIRD, writes the routes of IPIP pools (3.33; 0.5, B.5). */
  readonly felixOwnsIpip: boolean;
  /** Routes into tunnels carry `mtu N` (3.31; C.3, C.4). */
  readonly tunnelRouteMtu: boolean;
  /** VXLAN packets of the node itself are kept out of connection tracking (3.29; C.4). */
  readonly vxlanUntracked: boolean;
  /** Mesh peers are multihop even over eBGP (3.23 to 3.25 and 3.33; A.10). */
  readonly meshMultihop: boolean;
  /** Routes through `*.cali` and `*.calico` devices are kept from peers of the same AS (3.27; B.4). */
  readonly deviceRouteExportRule: boolean;
  /** Routes through `bpf*.cali` are kept from every peer (3.32; B.4). */
  readonly bpfDeviceExportRule: boolean;
  /** A BGPPeer with peerIP is mirrored only in that address family (3.24; A.4). */
  readonly reverseSameFamilyOnly: boolean;
  /** BIRD's sessions are one list sorted by name (3.32); before: mesh by node, global, node (B.3). */
  readonly peersSortedByName: boolean;
  /**
   * The AS of a mesh peer that states none: before 3.32 the global one, from 3.32 (confd's peers in Go) the asking
   * node's own, right only where both are the same (B.3).
   */
  readonly meshPeerAs: 'global' | 'own';
  /** A hashed router id avoids first bytes above 223 (3.25; A.8). */
  readonly routerIdHashLowered: boolean;
  /** BGPFilter exists (3.26; A.5). */
  readonly bgpFilters: boolean;
  /** Names hidden from `first-found` autodetection are anchored at their beginning (3.24; A.8). */
  readonly autodetectionAnchored: boolean;
  /** `first-found` also hides `podman` and `br-` (3.25; A.8). */
  readonly autodetectionHidesBridges: boolean;
  /** Felix takes an interface into account for the MTU only while it is up (3.32; C.5). */
  readonly mtuOnlyFromUpInterfaces: boolean;
  /** nft is written instead of iptables where the host asks for it (3.29; A.10). */
  readonly nftables: boolean;
  /** The name of the ipset and of labctl's nft set with the pools that are translated (C.6). */
  readonly natPoolsSet: 'cali40masq-ipam-pools';
  /** The name of the set with all pools (C.6). */
  readonly allPoolsSet: 'cali40all-ipam-pools' | 'cali40network-ip-pools';
}

/** The facts of a release. A minor outside 3.23..3.33 behaves as the nearest one. */
export function generationOf(version: { readonly minor: number }): Generation {
  const { minor } = version;
  return {
    minor,
    podRouteMetric: minor >= 32 ? 1024 : undefined,
    metricFromLocalPref: minor >= 32,
    originLocalPref: minor >= 32 ? 2147482623 : 100,
    importPreference: minor >= 32,
    liveMigrationEscape: minor >= 32,
    felixOwnsIpip: minor >= 33,
    tunnelRouteMtu: minor >= 31,
    vxlanUntracked: minor >= 29,
    meshMultihop: minor <= 25 || minor >= 33,
    deviceRouteExportRule: minor >= 27,
    bpfDeviceExportRule: minor >= 32,
    reverseSameFamilyOnly: minor >= 24,
    peersSortedByName: minor >= 32,
    meshPeerAs: minor >= 32 ? 'own' : 'global',
    routerIdHashLowered: minor >= 25,
    bgpFilters: minor >= 26,
    autodetectionAnchored: minor >= 24,
    autodetectionHidesBridges: minor >= 25,
    mtuOnlyFromUpInterfaces: minor >= 32,
    nftables: minor >= 29,
    natPoolsSet: 'cali40masq-ipam-pools',
    allPoolsSet: minor >= 32 ? 'cali40network-ip-pools' : 'cali40all-ipam-pools',
  };
}

/** First minor release of fields that 3.23 lacks, by kind and path below spec (calico.md A.2 to A.6). */
const firstMinors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  IPPool: { assignmentMode: 30, namespaceSelector: 31 },
  BGPConfiguration: {
    ignoredInterfaces: 25,
    localWorkloadPeeringIPV4: 30,
    localWorkloadPeeringIPV6: 30,
    serviceLoadBalancerAggregation: 31,
    programClusterRoutes: 32,
    ipv4NormalRoutePriority: 32,
    ipv6NormalRoutePriority: 32,
  },
  BGPPeer: {
    ttlSecurity: 25,
    reachableBy: 25,
    filters: 26,
    localWorkloadSelector: 30,
    reversePeering: 30,
    nextHopMode: 30,
    localASNumber: 31,
    keepaliveTime: 32,
  },
  BGPFilter: {
    source: 27,
    interface: 27,
    prefixLength: 29,
    peerType: 32,
    communities: 32,
    asPathPrefix: 32,
    priority: 32,
    operations: 32,
  },
  FelixConfiguration: { programClusterRoutes: 31, ipv4NormalRoutePriority: 32, ipv6NormalRoutePriority: 32 },
  Node: { interfaces: 31 },
};

/** First minor release of a kind; 23 for those that were always there (calico.md A.5). */
export function firstMinorOfKind(kind: string): number {
  return kind === 'BGPFilter' ? 26 : oldestMinor;
}

/** First minor release that has a field of a kind's spec (or of a BGPFilter's rule); 23 when it was always there. */
export function firstMinorOf(kind: string, field: string): number {
  return Math.max(firstMinorOfKind(kind), firstMinors[kind]?.[field] ?? oldestMinor);
}
