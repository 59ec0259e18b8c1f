// Owns where Calico publishes the manifest of a release.

import type { Design } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';

/**
 * The user's own file or address, else the release's calico.yaml. Up to 3.23 it was published with the documentation,
 * whose archive keeps the last patch; from 3.24 on it is in the repository.
 */
export function manifestSource(version: Design['version'], cluster: KindCluster): string {
  if (cluster.manifest !== undefined) return cluster.manifest;
  if (version.minor <= 23) return `https://docs.tigera.io/archive/v3.${version.minor}/manifests/calico.yaml`;
  const release = /^v3\.\d+\.\d+$/.test(version.text) ? version.text : `${version.text}.0`;
  return `https://raw.githubusercontent.com/projectcalico/calico/${release}/manifests/calico.yaml`;
}
