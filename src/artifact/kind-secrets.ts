// Owns what lets calico-node read the Secrets with BGP passwords: nothing in a release's manifest does.

import { stringify } from 'yaml';
import type { Design } from '../design/design.ts';

/** calico/secret-access.yaml (projectcalico.org: BGPPeer, "secretKeyRef"); undefined for a lab without passwords. */
export function secretAccess({ secrets }: Design): string | undefined {
  const names = secretNames(secrets);
  if (names.length === 0) return undefined;
  const metadata = { name: 'bgp-passwords', namespace: 'kube-system' };
  const apiGroup = 'rbac.authorization.k8s.io';
  const role = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'Role',
    metadata,
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: names, verbs: ['watch', 'list', 'get'] }],
  };
  const binding = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup, kind: 'Role', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: 'calico-node', namespace: 'kube-system' }],
  };
  return [role, binding].map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
}

/** The Secrets that hold them: `<secret>/<key>` names a key of one. */
export function secretNames(secrets: Design['secrets']): readonly string[] {
  return [...new Set(Object.keys(secrets).map((name) => name.split('/')[0] ?? ''))];
}
