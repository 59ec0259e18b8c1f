// Owns the projectcalico.org/v3 objects labctl acts on: their types, and finding one in a list.

/** The API group and version of every object here (calico.md A.1). */
export const calicoApiVersion = 'projectcalico.org/v3';

/** Metadata as Kubernetes has it, the parts that matter to a data path. */
export interface ObjectMeta {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Never | Always | CrossSubnet (calico.md A.2). */
export type EncapsulationMode = 'Never' | 'Always' | 'CrossSubnet';

/** calico.md A.2. */
export interface IPPool {
  readonly apiVersion: typeof calicoApiVersion;
  readonly kind: 'IPPool';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly cidr: string;
    readonly blockSize?: number;
    readonly ipipMode?: EncapsulationMode;
    readonly vxlanMode?: EncapsulationMode;
    readonly natOutgoing?: boolean;
    readonly disabled?: boolean;
    readonly disableBGPExport?: boolean;
    readonly nodeSelector?: string;
    /** 3.31. */
    readonly namespaceSelector?: string;
    readonly allowedUses?: readonly string[];
    readonly assignmentMode?: 'Automatic' | 'Manual';
  };
}

/** A Secret's key (calico.md A.3, A.4). */
export interface SecretKeyRef {
  readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
}

/** calico.md A.3. Names: `default` or `node.<nodename>`. */
export interface BGPConfiguration {
  readonly apiVersion: typeof calicoApiVersion;
  readonly kind: 'BGPConfiguration';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly logSeverityScreen?: string;
    readonly nodeToNodeMeshEnabled?: boolean;
    readonly asNumber?: number | string;
    readonly listenPort?: number;
    readonly bindMode?: 'None' | 'NodeIP';
    readonly nodeMeshPassword?: SecretKeyRef;
    readonly nodeMeshMaxRestartTime?: string;
    readonly ignoredInterfaces?: readonly string[];
    readonly serviceClusterIPs?: readonly { readonly cidr: string }[];
    readonly serviceExternalIPs?: readonly { readonly cidr: string }[];
    readonly serviceLoadBalancerIPs?: readonly { readonly cidr: string }[];
    readonly communities?: readonly { readonly name: string; readonly value: string }[];
    readonly prefixAdvertisements?: readonly { readonly cidr: string; readonly communities: readonly string[] }[];
    /** 3.30. */
    readonly localWorkloadPeeringIPV4?: string;
    readonly localWorkloadPeeringIPV6?: string;
    /** 3.31. */
    readonly serviceLoadBalancerAggregation?: 'Enabled' | 'Disabled';
    /** 3.32; the last two values 3.33 (calico.md A.7). */
    readonly programClusterRoutes?: 'Enabled' | 'Disabled' | 'EnabledIPIPOnly' | 'EnabledNoEncapOnly';
    readonly ipv4NormalRoutePriority?: number;
    readonly ipv6NormalRoutePriority?: number;
  };
}

/** calico.md A.4. */
export interface BGPPeer {
  readonly apiVersion: typeof calicoApiVersion;
  readonly kind: 'BGPPeer';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly node?: string;
    readonly nodeSelector?: string;
    readonly peerIP?: string;
    readonly asNumber?: number | string;
    readonly peerSelector?: string;
    readonly keepOriginalNextHop?: boolean;
    readonly nextHopMode?: 'Auto' | 'Self' | 'Keep';
    readonly password?: SecretKeyRef;
    readonly sourceAddress?: 'UseNodeIP' | 'None';
    readonly maxRestartTime?: string;
    readonly keepaliveTime?: string;
    readonly numAllowedLocalASNumbers?: number;
    readonly ttlSecurity?: number;
    readonly reachableBy?: string;
    readonly filters?: readonly string[];
    readonly localWorkloadSelector?: string;
    readonly reversePeering?: 'Auto' | 'Manual';
    readonly localASNumber?: number | string;
  };
}

/** calico.md A.6. */
export interface CalicoNode {
  readonly apiVersion: typeof calicoApiVersion;
  readonly kind: 'Node';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly bgp?: {
      readonly asNumber?: number | string;
      /** With prefix length: it decides what "same subnet" means. */
      readonly ipv4Address?: string;
      readonly ipv6Address?: string;
      readonly routeReflectorClusterID?: string;
      readonly ipv4IPIPTunnelAddr?: string;
    };
    readonly ipv4VXLANTunnelAddr?: string;
    readonly vxlanTunnelMACAddr?: string;
    readonly ipv6VXLANTunnelAddr?: string;
    readonly vxlanTunnelMACAddrV6?: string;
  };
}

/** What an accepting rule does to a route (3.32): exactly one of the three. */
export interface BGPFilterOperation {
  readonly addCommunity?: { readonly value: string };
  readonly prependASPath?: { readonly prefix: readonly (number | string)[] };
  readonly setPriority?: { readonly value: number };
}

/** One rule of a BGPFilter (calico.md A.5). */
export interface BGPFilterRule {
  readonly action: 'Accept' | 'Reject';
  readonly cidr?: string;
  readonly matchOperator?: 'Equal' | 'NotEqual' | 'In' | 'NotIn';
  readonly prefixLength?: { readonly min?: number; readonly max?: number };
  readonly source?: 'RemotePeers';
  readonly interface?: string;
  readonly peerType?: 'eBGP' | 'iBGP';
  /** Matches where the route has it; Calico takes one value only. */
  readonly communities?: { readonly values: readonly string[] };
  /** The path begins so. Over eBGP an export rule sees the node's own AS in front. */
  readonly asPathPrefix?: readonly (number | string)[];
  /** 2147483647 minus LOCAL_PREF. */
  readonly priority?: number;
  readonly operations?: readonly BGPFilterOperation[];
}

/** calico.md A.5. */
export interface BGPFilter {
  readonly apiVersion: typeof calicoApiVersion;
  readonly kind: 'BGPFilter';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly exportV4?: readonly BGPFilterRule[];
    readonly importV4?: readonly BGPFilterRule[];
    readonly exportV6?: readonly BGPFilterRule[];
    readonly importV6?: readonly BGPFilterRule[];
  };
}

/** calico.md A.7, the fields that a lab acts on. Names: `default` or `node.<nodename>`, whose fields win one by one. */
export interface FelixConfiguration {
  readonly apiVersion: typeof calicoApiVersion;
  readonly kind: 'FelixConfiguration';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly vxlanVNI?: number;
    readonly vxlanMTU?: number;
    readonly vxlanMTUV6?: number;
    readonly ipipMTU?: number;
    readonly vxlanPort?: number;
    readonly allowVXLANPacketsFromWorkloads?: boolean;
    readonly allowIPIPPacketsFromWorkloads?: boolean;
    /** A regular expression for the interfaces that decide the host's MTU (calico.md C.5). */
    readonly mtuIfacePattern?: string;
    /** 3.31; the last two values 3.33. */
    readonly programClusterRoutes?: BGPConfiguration['spec']['programClusterRoutes'];
  };
}

/**
 * What Calico's IPAM holds of one block, the part that says which address comes next (calico.md A.9, D.3): Calico's own object, which no
 * user writes.
 */
export interface IPAMBlock {
  readonly kind: 'IPAMBlock';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly cidr: string;
    /** `host:<node>`, or undefined for a block of nobody. */
    readonly affinity?: string | undefined;
    /** Free ordinals: the first is given next, released ones come last. */
    readonly unallocated: readonly number[];
    /** For each ordinal whose it is: an index of `attributes`, or null. */
    readonly allocations: readonly (number | null)[];
    readonly attributes: readonly {
      /** Of a tunnel's address `node`, and `type`: ipipTunnelAddress, vxlanTunnelAddress or vxlanV6TunnelAddress (calico.md D.4). */
      readonly secondary?: Readonly<Record<string, string>> | undefined;
    }[];
  };
}

/** Every object labctl acts on; `kind` tells which. */
export type CalicoObject = IPPool | BGPConfiguration | BGPPeer | CalicoNode | BGPFilter | FelixConfiguration;

/** The kinds labctl acts on. Others are refused with their place, never ignored. */
export type CalicoKind = CalicoObject['kind'];

/** What a cluster holds: the objects of users, and IPAM's blocks. */
export type StoredObject = CalicoObject | IPAMBlock;

/** All objects of one kind, in the order given. */
export function objectsOf<K extends StoredObject['kind']>(
  objects: readonly StoredObject[],
  kind: K,
): readonly Extract<StoredObject, { kind: K }>[] {
  return objects.filter((object): object is Extract<StoredObject, { kind: K }> => object.kind === kind);
}

/** The object of a kind and name, or undefined. */
export function findObject<K extends StoredObject['kind']>(
  objects: readonly StoredObject[],
  kind: K,
  name: string,
): Extract<StoredObject, { kind: K }> | undefined {
  return objectsOf(objects, kind).find((object) => object.metadata.name === name);
}
