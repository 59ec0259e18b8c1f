// Owns what a lab on kind and containerlab consists of: each part, what it is made from, and what must be there before. Pure.

import type { Artifacts } from '../../artifact/artifacts.ts';
import { fabricWorkers } from '../../artifact/clab-topology.ts';
import { nodeNetworks } from '../../artifact/kind-config.ts';
import { loadBalancerAddresses } from '../../artifact/kind-services.ts';
import { clabNetem } from '../../artifact/netem.ts';
import type { Design } from '../../design/design.ts';
import type { KindCluster } from '../../design/kind-cluster.ts';
import { reaches } from '../../design/walk.ts';
import type { Json, Phase, ResourceId } from '../../plan/plan.ts';
import { clusterImages } from './names.ts';

/** One part. Waits are parts too; their verbs begin with `wait`. */
export interface Wish {
  readonly verb: string;
  readonly resource: ResourceId;
  readonly phase: Phase;
  /** Those that the lab does not have are left out. */
  readonly needs: readonly ResourceId[];
  readonly input: Json;
}

/**
 * Every part in order. While kubeadm makes a cluster of nodes that have booted, images are copied into them and the fabric is deployed:
 * kubelet waits for the address that the fabric gives. Where kind patches containerd it restarts it meanwhile, and images wait.
 * Calico comes after the fabric, because calico-node looks for its address when it starts, and after its objects. The lab's pods come
 * while nothing else is scheduled, so they are first in their blocks, and after calico-node: the CNI takes a pod's MTU from what Felix
 * wrote when it started (/var/lib/calico/mtu), and 1500 where it has not yet.
 */
export function wishesOf(design: Design, cluster: KindCluster, artifacts: Artifacts): readonly Wish[] {
  const text = (name: string): string => artifacts.get(name) ?? '';
  const filesOf = (ending: RegExp): Record<string, string> =>
    Object.fromEntries([...artifacts].filter(([name]) => name.startsWith('routers/') && ending.test(name)));
  const isPatched = text('kind.yaml').includes('containerdConfigPatches:');
  const isSwitched = artifacts.has('calico/first-crd-objects.yaml');
  const firstObjects = isSwitched ? 'first-objects' : 'objects';
  return [
    wish('writeFiles', 'files', 'namespaces', [], { files: Object.fromEntries(artifacts), secrets: design.secrets }),
    wish('createNetwork', 'network', 'namespaces', [], nodeNetworks(design, cluster) as unknown as Json),
    wish('createCluster', 'cluster', 'namespaces', ['files', 'network'], {
      config: text('kind.yaml'),
      docker: text('bin/docker'),
    }),
    wish('waitNodes', 'booted', 'namespaces', ['network', 'files'], null),
    // Nodes that were started again are there before their API is.
    wish('waitApi', 'api', 'namespaces', ['cluster'], null),
    wish('loadImages', 'images', 'namespaces', [isPatched ? 'cluster' : 'booted'], {
      images: clusterImages(cluster.images.pod, artifacts.get('calico.yaml')),
      nodes: design.nodes.map(({ name }) => name),
    }),
    ...when(artifacts.has('fabric.clab.yml'), () => [
      wish('deployFabric', 'fabric', 'links', ['files', 'booted'], {
        fabric: text('fabric.clab.yml'),
        routers: filesOf(/(\.conf|\.boot|daemons)$/),
        workers: fabricWorkers(design),
        impairments: clabNetem(design),
      }),
    ]),
    ...Object.entries(filesOf(/\/rules\.nft$/)).map(([name, rules]) => {
      const router = name.split('/')[1] ?? '';
      return wish('loadRules', `rules:${router}`, 'links', ['fabric'], { router, rules });
    }),
    wish('holdPods', 'held', 'daemons', ['api'], null),
    ...when(artifacts.has('calico/nodes.yaml'), () => [applied('calico/nodes.yaml', 'nodes', ['api'], 'server')]),
    ...when(artifacts.has('calico/secret-access.yaml'), () => [
      applied('calico/secret-access.yaml', 'secret-access', ['api'], 'client'),
      wish('createSecrets', 'secrets', 'daemons', ['api'], design.secrets),
    ]),
    applied('calico/kinds.yaml', 'calico-kinds', ['api'], 'server'),
    wish('waitKinds', 'kinds', 'daemons', ['api', 'calico-kinds'], null),
    // Felix takes the MTU from the pools that it finds when it starts.
    objects(isSwitched ? 'first-' : '', firstObjects, []),
    applied('calico.yaml', 'calico', ['api', 'fabric', 'nodes', 'images', 'secrets', firstObjects], 'server'),
    wish('waitCalico', 'calico-node', 'daemons', ['api', 'fabric', 'calico'], null),
    applied('workload.yaml', 'workload', ['api', 'images', 'held', 'calico-node'], 'client'),
    ...when(artifacts.has('services.yaml'), () => [
      applied('services.yaml', 'services', ['api', 'workload'], 'client'),
      wish(
        'giveAddresses',
        'load-balancers',
        'daemons',
        ['services'],
        loadBalancerAddresses(design) as unknown as Json,
      ),
    ]),
    // In a cluster that is started again nothing is applied, and pods live before calico-node does.
    wish(
      'waitPods',
      'pods',
      'daemons',
      ['api', 'fabric', 'calico-node', 'workload'],
      design.pods.map(({ namespace, name }) => `${namespace}/${name}`),
    ),
    // Where the pools are switched on the live cluster, pods are made with those before.
    ...when(isSwitched, () => [objects('', 'objects', ['pods'])]),
    wish('releasePods', 'released', 'daemons', ['pods'], null),
    wish('waitSessions', 'sessions', 'sessions', ['pods', 'objects', 'fabric'], null),
    wish('waitRoutes', 'routes', 'routes', ['sessions'], null),
    ...firstPing(design),
  ];

  function applied(file: string, resource: ResourceId, needs: readonly ResourceId[], side: 'client' | 'server'): Wish {
    return wish('applyFile', resource, 'daemons', ['files', ...needs], { file, text: text(file), side });
  }

  function objects(prefix: 'first-' | '', resource: ResourceId, needs: readonly ResourceId[]): Wish {
    const stored = text(`calico/${prefix}crd-objects.yaml`);
    const names = design.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    return wish('applyObjects', resource, 'daemons', ['files', 'kinds', ...needs], { prefix, text: stored, names });
  }
}

function firstPing(design: Design): readonly Wish[] {
  const [from, to] = ['pod-a', 'pod-b'].map((name) => design.pods.find((pod) => pod.name === name));
  if (from === undefined || to === undefined || !reaches(design, from, to)) return [];
  const input = { from: from.name, to: to.name, address: to.addresses[0].address };
  return [wish('waitPing', 'ping', 'first ping', ['routes'], input)];
}

function when(condition: boolean, wishes: () => readonly Wish[]): readonly Wish[] {
  return condition ? wishes() : [];
}

function wish(verb: string, resource: ResourceId, phase: Phase, needs: readonly ResourceId[], input: Json): Wish {
  return { verb, resource, phase, needs, input };
}
