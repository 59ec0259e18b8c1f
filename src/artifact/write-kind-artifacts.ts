// Owns which files a lab becomes for kind and containerlab: a folder that can be taken away and run.

import type { Design } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';
import type { Artifacts } from './artifacts.ts';
import { editCalicoManifest } from './calico-manifest.ts';
import { calicoResources } from './calico-resources.ts';
import { clabTopology } from './clab-topology.ts';
import { frrContainerConf, frrDaemons, vtyshConf } from './frr-container.ts';
import { kindConfig } from './kind-config.ts';
import { crdObjects, nodeAnnotations } from './kind-objects.ts';
import { kindReadme } from './kind-readme.ts';
import type { KindTools } from './kind-tools.ts';
import { kindWorkload } from './kind-workload.ts';
import { registryHosts } from './registry-hosts.ts';
import { vyosBoot } from './vyos-boot.ts';
import { vyosReleaseOf } from './vyos-container.ts';

/** A calico.yaml as it was got: its text, and its name as the user knows it. */
export interface Manifest {
  readonly name: string;
  readonly text: string;
}

/**
 * `kind.yaml`, `fabric.clab.yml` and `routers/…` where there is a fabric, `calico.yaml` where the release's manifest is at hand,
 * `calico/…`, `certs.d/…` where there are mirrors, `workload.yaml` and `README.md`. Throws USAGE when `manifest` is no Calico manifest.
 */
export function writeKindArtifacts(
  design: Design,
  cluster: KindCluster,
  tools: KindTools,
  manifest: Manifest | undefined,
): Artifacts {
  const files = new Map([
    ['README.md', kindReadme(design, cluster, tools, manifest !== undefined)],
    ['kind.yaml', kindConfig(design, cluster, tools)],
    ['workload.yaml', kindWorkload(design, cluster)],
    ['calico/objects.yaml', calicoResources(design.objects)],
    ['calico/crd-objects.yaml', crdObjects(design.objects)],
    ...registryHosts(cluster),
  ]);
  const annotations = nodeAnnotations(design.objects, design.routers.length > 0 ? 'stated' : 'detected');
  if (annotations !== '') files.set('calico/nodes.yaml', annotations);
  const fabric = clabTopology(design, cluster);
  if (fabric !== undefined) {
    files.set('fabric.clab.yml', fabric);
    for (const [name, text] of routerFiles(design, cluster)) files.set(`routers/${name}`, text);
  }
  if (manifest !== undefined) {
    files.set('calico.yaml', editCalicoManifest(manifest.text, manifest.name, design, cluster));
  }
  return files;
}

function routerFiles({ routers }: Design, cluster: KindCluster): readonly (readonly [string, string])[] {
  if (cluster.routers === 'vyos') {
    const release = vyosReleaseOf(cluster.images.router);
    return routers.map((router) => [`${router.name}/config.boot`, vyosBoot(router, release)]);
  }
  return [
    ['daemons', frrDaemons],
    ['vtysh.conf', vtyshConf],
    ...routers.map((router) => [`${router.name}/frr.conf`, frrContainerConf(router)] as const),
  ];
}
