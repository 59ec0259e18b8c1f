// Owns what Calico reads from objects that are not its own: Kubernetes' Nodes, Pods and Secrets, and its own stored forms.

import { addressOf } from '../base/address.ts';
import { isMapping, type Mapping } from './check-fields.ts';
import { calicoApiVersion } from './objects.ts';
import type { LocalWorkload } from './peerings.ts';

/** Annotations of a Kubernetes Node that are its Calico Node, by field of `spec.bgp` (calico.md A.6). */
const bgpAnnotations = {
  asNumber: 'projectcalico.org/ASNumber',
  ipv4Address: 'projectcalico.org/IPv4Address',
  ipv6Address: 'projectcalico.org/IPv6Address',
  routeReflectorClusterID: 'projectcalico.org/RouteReflectorClusterID',
  ipv4IPIPTunnelAddr: 'projectcalico.org/IPv4IPIPTunnelAddr',
} as const;

/**
 * An object as projectcalico.org/v3 has it: the stored form `crd.projectcalico.org/v1` has the same fields (calico.md
 * A.1), and a Kubernetes Node is a Calico Node whose spec is written in annotations (A.6). Anything else as it is.
 */
export function inCalicoForm(raw: unknown): unknown {
  if (!isMapping(raw)) return raw;
  if (raw['apiVersion'] === 'crd.projectcalico.org/v1') return { ...raw, apiVersion: calicoApiVersion };
  if (raw['apiVersion'] !== 'v1' || raw['kind'] !== 'Node') return raw;
  const metadata = mappingAt(raw, 'metadata');
  const annotations = mappingAt(metadata, 'annotations');
  const bgp = Object.entries(bgpAnnotations).flatMap(([field, annotation]) =>
    annotations[annotation] === undefined ? [] : [[field, annotations[annotation]]],
  );
  const spec = bgp.length === 0 ? {} : { bgp: Object.fromEntries(bgp) };
  return { apiVersion: calicoApiVersion, kind: 'Node', metadata, spec };
}

/**
 * `<secret>/<key>` of every key of a Secret in calico-node's namespace that holds something: what a BGP password may
 * refer to (calico.md A.4). The values are not read out.
 */
export function secretKeys(raw: unknown, namespace: string): readonly string[] {
  if (!isMapping(raw) || raw['kind'] !== 'Secret') return [];
  const metadata = mappingAt(raw, 'metadata');
  if ((metadata['namespace'] ?? namespace) !== namespace) return [];
  return Object.entries({ ...mappingAt(raw, 'data'), ...mappingAt(raw, 'stringData') })
    .filter(([, value]) => value !== '' && value !== null)
    .map(([key]) => `${String(metadata['name'])}/${key}`);
}

/** A Pod that runs on a node, or a WorkloadEndpoint, with the first address of each family (calico.md A.4, 3.30). */
export function localWorkload(raw: unknown): LocalWorkload | undefined {
  if (!isMapping(raw) || (raw['kind'] !== 'Pod' && raw['kind'] !== 'WorkloadEndpoint')) return undefined;
  const metadata = mappingAt(raw, 'metadata');
  const spec = mappingAt(raw, 'spec');
  const isPod = raw['kind'] === 'Pod';
  const node = isPod ? spec['nodeName'] : spec['node'];
  const texts = isPod
    ? listAt(mappingAt(raw, 'status'), 'podIPs').map((entry) => (isMapping(entry) ? entry['ip'] : undefined))
    : listAt(spec, 'ipNetworks');
  const addresses = texts.filter((text) => typeof text === 'string').map(addressOf);
  if (typeof node !== 'string' || addresses.length === 0) return undefined;
  const labels = Object.entries(mappingAt(metadata, 'labels')).map(([key, value]) => [key, String(value)]);
  const first = (isV6: boolean) => addresses.filter((address) => address.includes(':') === isV6).slice(0, 1);
  return {
    node,
    labels: {
      'projectcalico.org/namespace': String(metadata['namespace'] ?? 'default'),
      'projectcalico.org/orchestrator': 'k8s',
      ...Object.fromEntries(labels),
    },
    addresses: [...first(false), ...first(true)],
  };
}

function mappingAt(mapping: Mapping, key: string): Mapping {
  const value = mapping[key];
  return isMapping(value) ? value : {};
}

function listAt(mapping: Mapping, key: string): readonly unknown[] {
  const value = mapping[key];
  return Array.isArray(value) ? value : [];
}
