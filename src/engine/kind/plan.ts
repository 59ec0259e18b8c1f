// Owns what must be done, in which order and why, to have a lab on kind and containerlab. Pure.

import type { Artifacts } from '../../artifact/artifacts.ts';
import { fabricNodes, fabricSwitches } from '../../artifact/clab-topology.ts';
import { nodeNetworks } from '../../artifact/kind-config.ts';
import { clabNetem } from '../../artifact/netem.ts';
import type { Design } from '../../design/design.ts';
import type { KindCluster } from '../../design/kind-cluster.ts';
import { reaches } from '../../design/walk.ts';
import { digestOf } from '../../plan/digest.ts';
import type { Observed } from '../../plan/observed.ts';
import type { Json, Operation, Phase, Plan, ResourceId } from '../../plan/plan.ts';
import { clusterImages } from './names.ts';

interface Wish {
  readonly verb: string;
  readonly resource: ResourceId;
  readonly phase: Phase;
  readonly needs: readonly ResourceId[];
  readonly input: Json;
}

/** Resources that a running cluster cannot change: another input means another cluster. */
const structural: ReadonlySet<ResourceId> = new Set(['network', 'cluster', 'fabric']);

/** Resources of the design that differ from what was made and cannot be changed under a running lab. */
export function kindStructureDifferences(
  design: Design,
  cluster: KindCluster,
  artifacts: Artifacts,
  seen: Observed,
): readonly ResourceId[] {
  return wishesOf(design, cluster, artifacts)
    .filter(({ resource, input }) => structural.has(resource) && seen.made.get(resource) !== digestOf(input))
    .map(({ resource }) => resource);
}

/**
 * The operations that turn what is seen into the lab. Images are copied and the fabric is deployed at the same time; Calico comes after
 * the fabric, because calico-node looks for its address when it starts, and after the lab's pods, which so are first in their blocks.
 */
export function planKind(design: Design, cluster: KindCluster, artifacts: Artifacts, seen: Observed): Plan {
  const wishes = wishesOf(design, cluster, artifacts);
  const differing = wishes.filter(
    ({ verb, resource, input }) => !verb.startsWith('wait') && seen.made.get(resource) !== digestOf(input),
  );
  const chosen =
    differing.length === 0 ? [] : wishes.filter((wish) => wish.verb.startsWith('wait') || differing.includes(wish));
  const ids = new Map(chosen.map(({ resource }, index) => [resource, index + 1]));
  const operations = chosen.map(
    (wish, index): Operation => ({
      id: index + 1,
      verb: wish.verb,
      resource: wish.resource,
      cause: wish.verb.startsWith('wait') ? 'must hold before up is done' : causeOf(wish, seen),
      needs: wish.needs.flatMap((resource) => ids.get(resource) ?? []),
      phase: wish.phase,
      input: wish.input,
    }),
  );
  return { lab: design.lab, engine: 'kind', operations };
}

function causeOf({ resource }: Wish, seen: Observed): string {
  return seen.made.has(resource) ? 'differs from the design' : 'not there';
}

function wishesOf(design: Design, cluster: KindCluster, artifacts: Artifacts): readonly Wish[] {
  const text = (name: string): string => artifacts.get(name) ?? '';
  const routerFiles = [...artifacts].filter(([name]) => name.startsWith('routers/'));
  const fabric = artifacts.get('fabric.clab.yml');
  const impairments = clabNetem(design);
  const nodes = artifacts.get('calico/nodes.yaml');
  const workers = design.routers.length + fabricSwitches(design).length + fabricNodes(design).length;
  const images = clusterImages(cluster.images.pod, artifacts.get('calico.yaml'));
  const [from, to] = pair(design);
  return [
    wish('writeFiles', 'files', 'namespaces', [], Object.fromEntries(artifacts)),
    wish(
      'createNetwork',
      'network',
      'namespaces',
      [],
      nodeNetworks(design, cluster).map(({ prefix, gateway }) => ({ prefix, gateway })),
    ),
    wish('createCluster', 'cluster', 'namespaces', ['files', 'network'], { config: text('kind.yaml') }),
    wish('loadImages', 'images', 'namespaces', ['cluster'], { images }),
    ...(fabric === undefined
      ? []
      : [
          wish('deployFabric', 'fabric', 'links', ['files', 'cluster'], {
            fabric,
            routers: Object.fromEntries(routerFiles),
            workers,
            ...(impairments.length === 0 ? {} : { impairments }),
          }),
        ]),
    wish('applyFile', 'workload', 'daemons', ['files', 'cluster', 'images'], {
      file: 'workload.yaml',
      text: text('workload.yaml'),
      side: 'client',
    }),
    ...(nodes === undefined
      ? []
      : [
          wish('applyFile', 'nodes', 'daemons', ['files', 'cluster'], {
            file: 'calico/nodes.yaml',
            text: nodes,
            side: 'server',
          }),
        ]),
    wish('applyFile', 'calico', 'daemons', ['files', 'fabric', 'workload', 'nodes', 'images'], {
      file: 'calico.yaml',
      text: text('calico.yaml'),
      side: 'server',
    }),
    wish('waitKinds', 'kinds', 'daemons', ['calico'], null),
    wish('applyFile', 'objects', 'daemons', ['files', 'calico', 'kinds'], {
      file: 'calico/crd-objects.yaml',
      text: text('calico/crd-objects.yaml'),
      side: 'server',
    }),
    wish(
      'waitPods',
      'pods',
      'daemons',
      ['objects'],
      design.pods.map(({ namespace, name }) => `${namespace}/${name}`),
    ),
    wish('waitSessions', 'sessions', 'sessions', ['pods'], null),
    wish('waitRoutes', 'routes', 'routes', ['sessions'], null),
    ...(from === undefined || to === undefined || !reaches(design, from, to)
      ? []
      : [
          wish('waitPing', 'ping', 'first ping', ['routes'], {
            from: from.name,
            to: to.name,
            address: to.addresses[0].address,
          }),
        ]),
  ];
}

function pair(design: Design): readonly [Design['pods'][number] | undefined, Design['pods'][number] | undefined] {
  return [design.pods.find(({ name }) => name === 'pod-a'), design.pods.find(({ name }) => name === 'pod-b')];
}

function wish(verb: string, resource: ResourceId, phase: Phase, needs: readonly ResourceId[], input: Json): Wish {
  return { verb, resource, phase, needs, input };
}
