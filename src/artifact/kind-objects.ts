// Owns Calico's objects as a cluster without calicoctl takes them: by kubectl, in the form in which Calico stores them.

import { stringify } from 'yaml';
import { asNumber } from '../calico/as-number.ts';
import { type CalicoNode, type CalicoObject, objectsOf } from '../calico/objects.ts';

/** One document an object, `crd.projectcalico.org/v1` (calico.md A.1): the fields have the names of projectcalico.org/v3. */
export function crdObjects(objects: readonly CalicoObject[]): string {
  return objects
    .filter(({ kind }) => kind !== 'Node')
    .map((object) => ({ ...object, apiVersion: 'crd.projectcalico.org/v1', spec: withNumbers(object.spec) }))
    .map(yamlText)
    .join('---\n');
}

/**
 * Nodes are Kubernetes' own; Calico's part is annotations (calico.md A.6). Only they are named, so that
 * `kubectl apply --server-side` changes nothing else. `addresses: 'detected'` leaves the node's address to calico-node, where
 * Docker chose it.
 */
export function nodeAnnotations(objects: readonly CalicoObject[], addresses: 'stated' | 'detected'): string {
  return objectsOf(objects, 'Node')
    .map((node) => ({ name: node.metadata.name, annotations: annotationsOf(node, addresses) }))
    .filter(({ annotations }) => Object.keys(annotations).length > 0)
    .map((metadata) => yamlText({ apiVersion: 'v1', kind: 'Node', metadata }))
    .join('---\n');
}

function annotationsOf({ spec }: CalicoNode, addresses: 'stated' | 'detected'): Record<string, string> {
  const isStated = addresses === 'stated';
  const values: Readonly<Record<string, string | number | undefined>> = {
    IPv4Address: isStated ? spec.bgp?.ipv4Address : undefined,
    IPv6Address: isStated ? spec.bgp?.ipv6Address : undefined,
    ASNumber: spec.bgp?.asNumber,
    RouteReflectorClusterID: spec.bgp?.routeReflectorClusterID,
    IPv4IPIPTunnelAddr: spec.bgp?.ipv4IPIPTunnelAddr,
    IPv4VXLANTunnelAddr: spec.ipv4VXLANTunnelAddr,
    VXLANTunnelMACAddr: spec.vxlanTunnelMACAddr,
    IPv6VXLANTunnelAddr: spec.ipv6VXLANTunnelAddr,
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
