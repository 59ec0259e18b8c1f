// Owns Calico's objects as a cluster without calicoctl takes them: by kubectl, in each of the two forms a cluster may serve.

import { stringify } from 'yaml';
import { asNumber } from '../calico/as-number.ts';
import { type CalicoNode, type CalicoObject, calicoApiVersion, type IPPool, objectsOf } from '../calico/objects.ts';
import type { Design } from '../design/design.ts';
import { firstPools } from '../design/earlier.ts';
import type { KindCluster } from '../design/kind-cluster.ts';

const storedForm = 'crd.projectcalico.org/v1';

/**
 * One document an object, without Nodes, which are Kubernetes' own, in the form in which Calico stores them: its fields have the
 * names of `projectcalico.org/v3` (calico.md A.1).
 */
export function clusterObjects(objects: readonly CalicoObject[], cluster: KindCluster): string {
  const calico = objects
    .filter(({ kind }) => kind !== 'Node')
    .map((object) => ({ ...object, apiVersion: storedForm, spec: withNumbers(object.spec) }));
  return [...calico, ...ipamConfiguration(cluster)].map(yamlText).join('---\n');
}

/** The same text where the cluster serves `projectcalico.org/v3`: by Calico's API server, or by CRDs of that group. */
export function servedAsV3(stored: string): string {
  return stored.replaceAll(storedForm, calicoApiVersion).replaceAll('kind: IPAMConfig\n', 'kind: IPAMConfiguration\n');
}

/** The objects with the pools that pods are made with; undefined where those are the lab's own. */
export function firstObjects(design: Design): readonly CalicoObject[] | undefined {
  if (design.earlier.length === 0) return undefined;
  const pools = new Map(firstPools(design).map((pool) => [pool.metadata.name, pool]));
  const firstOf = (pool: IPPool): IPPool => pools.get(pool.metadata.name) ?? pool;
  return design.objects.map((object) => (object.kind === 'IPPool' ? firstOf(object) : object));
}

/** What `calicoctl ipam configure` writes; nothing where the lab leaves it alone. */
function ipamConfiguration({ calico: { ipam } }: KindCluster): readonly object[] {
  if (!ipam.strictAffinity && ipam.maxBlocksPerHost === 0) return [];
  const spec = { ...ipam, autoAllocateBlocks: true };
  return [{ apiVersion: storedForm, kind: 'IPAMConfig', metadata: { name: 'default' }, spec }];
}

/**
 * Nodes are Kubernetes' own; Calico's part is annotations (calico.md A.6). Only they are named, so that
 * `kubectl apply --server-side` changes nothing else. Tunnel addresses are calico-node's to write: what IPAM gave it (calico.md D.4).
 */
export function nodeAnnotations(objects: readonly CalicoObject[]): string {
  return objectsOf(objects, 'Node')
    .map((node) => ({ name: node.metadata.name, annotations: annotationsOf(node) }))
    .filter(({ annotations }) => Object.keys(annotations).length > 0)
    .map((metadata) => yamlText({ apiVersion: 'v1', kind: 'Node', metadata }))
    .join('---\n');
}

function annotationsOf({ spec }: CalicoNode): Record<string, string> {
  const values: Readonly<Record<string, string | number | undefined>> = {
    IPv4Address: spec.bgp?.ipv4Address,
    IPv6Address: spec.bgp?.ipv6Address,
    ASNumber: spec.bgp?.asNumber,
    RouteReflectorClusterID: spec.bgp?.routeReflectorClusterID,
    VXLANTunnelMACAddr: spec.vxlanTunnelMACAddr,
    VXLANTunnelMACAddrV6: spec.vxlanTunnelMACAddrV6,
  };
  const said = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([key, value]) => [`projectcalico.org/${key}`, String(value)]));
}

/** Stored AS numbers are whole numbers; the v3 form also takes text (RFC 5396). */
function withNumbers(spec: object): object {
  const entries = Object.entries(spec).map(([key, value]) =>
    key === 'asNumber' || key === 'localASNumber' ? [key, asNumber(value) ?? value] : [key, value],
  );
  return Object.fromEntries(entries);
}

function yamlText(object: object): string {
  return stringify(object, { sortMapEntries: true, lineWidth: 0 });
}
