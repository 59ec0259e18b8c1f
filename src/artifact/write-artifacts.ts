// Owns which files a lab becomes: a name and a text each, nothing is written here.

import type { Design } from '../design/design.ts';
import type { Artifacts } from './artifacts.ts';
import { birdConf } from './bird-conf.ts';
import { calicoResources } from './calico-resources.ts';
import { felixRules } from './felix-rules.ts';
import { frrConf } from './frr-conf.ts';
import { kubeProxyRules } from './kube-proxy-rules.ts';
import { routerRules } from './router-rules.ts';

/**
 * Every file of a lab: `nodes/<node>/bird.conf` (where the backend is BIRD) and `rules.nft`, `routers/<router>/frr.conf` and, on routers that
 * translate addresses, `rules.nft`, and `calico/objects.yaml`. Same design, same bytes.
 */
export function writeArtifacts(design: Design): Artifacts {
  const files = new Map<string, string>();
  for (const router of design.routers) {
    files.set(`routers/${router.name}/frr.conf`, frrConf(router));
    const rules = routerRules(router);
    if (rules !== undefined) files.set(`routers/${router.name}/rules.nft`, rules);
  }
  for (const node of design.nodes) {
    if (design.backend === 'bird') files.set(`nodes/${node.name}/bird.conf`, birdConf(design, node));
    files.set(`nodes/${node.name}/rules.nft`, felixRules(design, node));
    const services = kubeProxyRules(design, node);
    if (services !== undefined) files.set(`nodes/${node.name}/services.nft`, services);
  }
  files.set('calico/objects.yaml', calicoResources(design.objects));
  return files;
}
