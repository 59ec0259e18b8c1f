// Owns which fields each kind's spec has and what each holds (calico.md A.2 to A.6; the published CRDs agree).

/** What a field holds; nested tables are mappings, one-element arrays are lists of that. */
export type FieldType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'as-number'
  /** 0 is none, as Go's `omitempty` has it. */
  | 'as-number-or-0'
  | 'cidr'
  | 'address'
  | 'selector'
  | 'duration'
  | 'anything'
  | { readonly oneOf: readonly string[] }
  | { readonly from: number; readonly to: number }
  | { readonly list: FieldType }
  | { readonly fields: FieldTable };

/** Field name to type. */
export type FieldTable = Readonly<Record<string, FieldType>>;

const encapsulationMode: FieldType = { oneOf: ['Never', 'Always', 'CrossSubnet'] };
const cidrs: FieldType = { list: { fields: { cidr: 'cidr' } } };
const password: FieldType = {
  fields: { secretKeyRef: { fields: { name: 'string', key: 'string', optional: 'boolean' } } },
};
const port: FieldType = { from: 1, to: 65535 };
const programClusterRoutes: FieldType = { oneOf: ['Enabled', 'Disabled', 'EnabledIPIPOnly', 'EnabledNoEncapOnly'] };
const priority: FieldType = { from: 1, to: 2147483646 };

function filterRules(longest: 32 | 128): FieldType {
  const length: FieldType = { from: 0, to: longest };
  return {
    list: {
      fields: {
        action: { oneOf: ['Accept', 'Reject'] },
        cidr: 'cidr',
        matchOperator: { oneOf: ['Equal', 'NotEqual', 'In', 'NotIn'] },
        prefixLength: { fields: { min: length, max: length } },
        source: { oneOf: ['RemotePeers'] },
        interface: 'string',
        peerType: { oneOf: ['eBGP', 'iBGP'] },
        communities: { fields: { values: { list: 'string' } } },
        asPathPrefix: { list: 'as-number' },
        priority,
        operations: {
          list: {
            fields: {
              addCommunity: { fields: { value: 'string' } },
              prependASPath: { fields: { prefix: { list: 'as-number' } } },
              setPriority: { fields: { value: priority } },
            },
          },
        },
      },
    },
  };
}

/** The spec of every kind labctl acts on. */
export const specFields = {
  IPPool: {
    cidr: 'cidr',
    blockSize: 'integer',
    ipipMode: encapsulationMode,
    vxlanMode: encapsulationMode,
    natOutgoing: 'boolean',
    disabled: 'boolean',
    disableBGPExport: 'boolean',
    nodeSelector: 'selector',
    namespaceSelector: 'selector',
    allowedUses: { list: { oneOf: ['Workload', 'Tunnel', 'LoadBalancer'] } },
    assignmentMode: { oneOf: ['Automatic', 'Manual'] },
  },
  BGPConfiguration: {
    logSeverityScreen: 'string',
    nodeToNodeMeshEnabled: 'boolean',
    asNumber: 'as-number',
    listenPort: port,
    bindMode: { oneOf: ['None', 'NodeIP'] },
    nodeMeshPassword: password,
    nodeMeshMaxRestartTime: 'duration',
    ignoredInterfaces: { list: 'string' },
    serviceClusterIPs: cidrs,
    serviceExternalIPs: cidrs,
    serviceLoadBalancerIPs: cidrs,
    serviceLoadBalancerAggregation: { oneOf: ['Enabled', 'Disabled'] },
    communities: { list: { fields: { name: 'string', value: 'string' } } },
    prefixAdvertisements: { list: { fields: { cidr: 'cidr', communities: { list: 'string' } } } },
    localWorkloadPeeringIPV4: 'address',
    localWorkloadPeeringIPV6: 'address',
    programClusterRoutes,
    ipv4NormalRoutePriority: priority,
    ipv6NormalRoutePriority: priority,
  },
  BGPPeer: {
    node: 'string',
    nodeSelector: 'selector',
    peerIP: 'string',
    asNumber: 'as-number-or-0',
    peerSelector: 'selector',
    keepOriginalNextHop: 'boolean',
    nextHopMode: { oneOf: ['Auto', 'Self', 'Keep'] },
    password,
    sourceAddress: { oneOf: ['UseNodeIP', 'None'] },
    maxRestartTime: 'duration',
    keepaliveTime: 'duration',
    numAllowedLocalASNumbers: 'integer',
    ttlSecurity: { from: 0, to: 255 },
    reachableBy: 'address',
    filters: { list: 'string' },
    localWorkloadSelector: 'selector',
    reversePeering: { oneOf: ['Auto', 'Manual'] },
    localASNumber: 'as-number-or-0',
  },
  BGPFilter: {
    exportV4: filterRules(32),
    importV4: filterRules(32),
    exportV6: filterRules(128),
    importV6: filterRules(128),
  },
  FelixConfiguration: {
    vxlanVNI: { from: 1, to: 16777215 },
    vxlanMTU: { from: 0, to: 65535 },
    vxlanMTUV6: { from: 0, to: 65535 },
    ipipMTU: { from: 0, to: 65535 },
    vxlanPort: port,
    allowVXLANPacketsFromWorkloads: 'boolean',
    allowIPIPPacketsFromWorkloads: 'boolean',
    removeExternalRoutes: 'boolean',
    deviceRouteProtocol: 'integer',
    ipv4NormalRoutePriority: priority,
    ipv6NormalRoutePriority: priority,
    mtuIfacePattern: 'string',
    programClusterRoutes,
  },
  Node: {
    bgp: {
      fields: {
        asNumber: 'as-number',
        ipv4Address: 'string',
        ipv6Address: 'string',
        ipv4IPIPTunnelAddr: 'address',
        routeReflectorClusterID: 'string',
      },
    },
    ipv4VXLANTunnelAddr: 'address',
    vxlanTunnelMACAddr: 'string',
    ipv6VXLANTunnelAddr: 'address',
    vxlanTunnelMACAddrV6: 'string',
    orchRefs: 'anything',
    addresses: 'anything',
    interfaces: 'anything',
  },
} as const satisfies Readonly<Record<string, FieldTable>>;

/** Metadata as a datastore shows it; only name, labels and annotations matter. */
export const metadataFields: FieldTable = {
  name: 'string',
  labels: 'anything',
  annotations: 'anything',
  namespace: 'string',
  uid: 'string',
  resourceVersion: 'string',
  creationTimestamp: 'anything',
  generation: 'integer',
  generateName: 'string',
  finalizers: 'anything',
  managedFields: 'anything',
  ownerReferences: 'anything',
};
