// Owns which files a lab becomes for kind and containerlab: a folder that can be taken away and run.

import type { CalicoObject } from '../calico/objects.ts';
import type { Design } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';
import type { Artifacts } from './artifacts.ts';
import { editCalicoManifest, kindsOf } from './calico-manifest.ts';
import { calicoResources } from './calico-resources.ts';
import { clabTopology } from './clab-topology.ts';
import { frrContainerConf, frrDaemons, vtyshConf } from './frr-container.ts';
import { kindConfig } from './kind-config.ts';
import { kindDocker } from './kind-docker.ts';
import { clusterObjects, firstObjects, nodeAnnotations } from './kind-objects.ts';
import { kindReadme } from './kind-readme.ts';
import { secretAccess } from './kind-secrets.ts';
import { kindServices } from './kind-services.ts';
import type { KindTools } from './kind-tools.ts';
import { kindWorkload } from './kind-workload.ts';
import { registryHosts } from './registry-hosts.ts';
import { routerRules } from './router-rules.ts';
import { vyosBoot } from './vyos-boot.ts';
import { vyosReleaseOf } from './vyos-container.ts';

/** A calico.yaml as it was got: its text, and its name as the user knows it. */
export interface Manifest {
  readonly name: string;
  readonly text: string;
}

/**
 * `kind.yaml`, `fabric.clab.yml` and `routers/…` where there is a fabric, `calico.yaml` where the release's manifest is at hand,
 * `calico/…`, `certs.d/…` where there are mirrors, `workload.yaml`, `services.yaml` where there are any, and `README.md`. Throws USAGE
 * when `manifest` is no Calico manifest.
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
    ['bin/docker', kindDocker(design)],
    ['workload.yaml', kindWorkload(design, cluster)],
    ['calico/objects.yaml', calicoResources(design.objects)],
    ...objectFiles('', design.objects, cluster),
    ...objectFiles('first-', firstObjects(design), cluster),
    ...registryHosts(cluster),
  ]);
  const optional = { 'services.yaml': kindServices(design), 'calico/secret-access.yaml': secretAccess(design) };
  for (const [name, text] of Object.entries(optional)) if (text !== undefined) files.set(name, text);
  const annotations = nodeAnnotations(design.objects);
  if (annotations !== '') files.set('calico/nodes.yaml', annotations);
  const fabric = clabTopology(design, cluster);
  if (fabric !== undefined) {
    files.set('fabric.clab.yml', fabric);
    for (const [name, text] of routerFiles(design, cluster)) files.set(`routers/${name}`, text);
    for (const router of design.routers) {
      const rules = cluster.routers === 'frr' ? routerRules(router) : undefined;
      if (rules !== undefined) files.set(`routers/${router.name}/rules.nft`, rules);
    }
  }
  if (manifest !== undefined) {
    const edited = editCalicoManifest(manifest.text, manifest.name, design, cluster);
    files.set('calico/kinds.yaml', kindsOf(edited));
    files.set('calico.yaml', edited);
  }
  return files;
}

function objectFiles(
  prefix: 'first-' | '',
  objects: readonly CalicoObject[] | undefined,
  cluster: KindCluster,
): readonly (readonly [string, string])[] {
  if (objects === undefined) return [];
  return [[`calico/${prefix}crd-objects.yaml`, clusterObjects(objects, cluster)]];
}

function routerFiles({ routers }: Design, cluster: KindCluster): readonly (readonly [string, string])[] {
  if (cluster.routers === 'vyos') {
    const release = vyosReleaseOf(cluster.images.router);
    return routers.map((router) => [`${router.name}/config.boot`, vyosBoot(router, release)]);
  }
  return [
    ['daemons', frrDaemons(routers)],
    ['vtysh.conf', vtyshConf],
    ...routers.map((router) => [`${router.name}/frr.conf`, frrContainerConf(router)] as const),
  ];
}
