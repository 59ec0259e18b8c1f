// Owns what must be done, in which order and why, to make a lab's namespaces equal to its design. Pure.

import type { Artifacts } from '../../artifact/artifacts.ts';
import { type Design, machinesOf, type RouterDesign } from '../../design/design.ts';
import { digestOf } from '../../plan/digest.ts';
import type { Observed } from '../../plan/observed.ts';
import type { Operation, Plan, ResourceId } from '../../plan/plan.ts';
import { birdFiles, daemonFiles, frrFiles } from './daemon-files.ts';
import { felixScripts } from './felix.ts';
import { firstSpeakers } from './first-speakers.ts';
import { linkBatch } from './links.ts';
import {
  felixRulesScript,
  hostScript,
  hostsFile,
  nodeScript,
  podRouteMetric,
  podScript,
  routerScript,
  startBirdScript,
  startFrrScript,
  switchScript,
} from './machine-scripts.ts';
import { needsPermanentNeighbors, neighborScripts } from './neighbors.ts';
import { netemScripts } from './netem.ts';
import { podList } from './pod-server-program.ts';
import { waits } from './waits.ts';
import type { Wish } from './wish.ts';

interface Named {
  readonly name: string;
}

/** Resources of `design` that cannot be changed under a running lab and differ from what was made. */
export function structureDifferences(design: Design, artifacts: Artifacts, seen: Observed): readonly ResourceId[] {
  return wishesOf(design, artifacts, seen, undefined)
    .filter((wish) => wish.whenDifferent === 'rebuild' && seen.made.get(wish.resource) !== digestOf(wish.input))
    .map((wish) => wish.resource);
}

/** The operations that turn what is seen into the design; none when nothing differs. */
export function planNetns(
  design: Design,
  artifacts: Artifacts,
  seen: Observed,
  neighborLimit: number | undefined,
): Plan {
  const wishes = wishesOf(design, artifacts, seen, neighborLimit);
  const causes = new Map<ResourceId, string>();
  for (const wish of wishes) {
    const cause = causeOf(wish, seen);
    if (cause !== undefined) causes.set(wish.resource, cause);
  }
  if (causes.size > 0)
    for (const wish of wishes)
      if (wish.whenDifferent === 'wait') causes.set(wish.resource, 'must hold before up is done');
  const known = new Set(wishes.map(({ resource }) => resource));
  const missing = wishes.flatMap(({ needs }) => needs.filter((resource) => !known.has(resource)));
  if (missing.length > 0) throw new TypeError(`nothing makes ${missing.join(', ')}`);
  const chosen = wishes.filter((wish) => causes.has(wish.resource));
  const ids = new Map(chosen.map((wish, index) => [wish.resource, index + 1]));
  const operations = chosen.map(
    (wish): Operation => ({
      id: ids.get(wish.resource) ?? 0,
      verb: wish.verb,
      resource: wish.resource,
      cause: causes.get(wish.resource) ?? '',
      needs: wish.needs.flatMap((resource) => ids.get(resource) ?? []),
      phase: wish.phase,
      input: wish.input,
    }),
  );
  return { lab: design.lab, engine: 'netns', operations };
}

function causeOf(wish: Wish, seen: Observed): string | undefined {
  if (wish.whenDifferent === 'wait') return undefined;
  const made = seen.made.get(wish.resource);
  if (made === undefined) return 'not there';
  if (seen.dead.has(wish.resource)) return 'no longer alive';
  return made === digestOf(wish.input) ? undefined : 'differs from the design';
}

function wishesOf(
  design: Design,
  artifacts: Artifacts,
  seen: Observed,
  neighborLimit: number | undefined,
): readonly Wish[] {
  const podMetric = podRouteMetric(design);
  const impairments = netemScripts(design, seen.made.has('netem'));
  const felixRoutesOfNodes = felixScripts(design, seen.made.has('felix-routes'));
  const first = firstSpeakers(design);
  const firstStarted = first.map(({ name }) => `frr:${name}`);
  const isFirst = (machine: Named): boolean => first.some(({ name }) => name === machine.name);
  const others = [...design.routers.filter((router) => !isFirst(router)), ...design.nodes];
  const rootOf = (router: RouterDesign): ResourceId => (isFirst(router) ? 'roots:first' : 'roots:others');
  const namespaces = (of: string, machines: readonly Named[], needs: readonly string[], names = ''): Wish => ({
    verb: 'createNamespaces',
    resource: `namespaces:${of}`,
    phase: 'namespaces',
    needs,
    whenDifferent: 'rebuild',
    input: { machines: machines.map(({ name }) => name), names },
  });
  const roots = (of: string, machines: readonly Named[], needs: readonly string[]): Wish => ({
    verb: 'createRoots',
    resource: `roots:${of}`,
    phase: 'namespaces',
    needs,
    whenDifferent: 'rebuild',
    input: { machines: machines.map(({ name }) => name) },
  });
  return [
    {
      verb: 'startHolder',
      resource: 'holder',
      phase: 'namespaces',
      needs: [],
      input: { lab: design.lab },
      whenDifferent: 'rebuild',
    },
    namespaces('first', first, ['holder'], hostsFile(design)),
    ...(first.length > 0 ? [roots('first', first, ['namespaces:first'])] : []),
    // The first routers wait for nothing that is not theirs.
    namespaces(
      'others',
      machinesOf(design).filter((machine) => !isFirst(machine)),
      ['namespaces:first', ...firstStarted],
    ),
    roots('others', others, ['links']),
    {
      verb: 'createLinks',
      resource: 'links',
      phase: 'links',
      needs: ['namespaces:others'],
      whenDifferent: 'rebuild',
      input: { batch: linkBatch(design) },
    },
    ...design.routers.map(
      (router): Wish => ({
        verb: 'configureMachine',
        resource: `router:${router.name}`,
        phase: 'links',
        needs: ['links', rootOf(router)],
        whenDifferent: 'rebuild',
        input: { machine: router.name, script: routerScript(router, artifacts) },
      }),
    ),
    // Before the first routers have ports, for the start timers of their sessions are the longest wait of all: while those run,
    // all that the sessions need is made.
    ...design.routers.map(
      (router): Wish => ({
        verb: 'startDaemons',
        resource: `frr:${router.name}`,
        phase: 'daemons',
        needs: [rootOf(router)],
        whenDifferent: 'again',
        input: {
          machine: router.name,
          kind: 'frr',
          script: startFrrScript(router),
          ...daemonFiles(frrFiles(router, artifacts), design),
        },
      }),
    ),
    {
      verb: 'configureNamespaces',
      resource: 'switches',
      phase: 'links',
      needs: ['links'],
      whenDifferent: 'rebuild',
      input: { machines: design.switches.map((device) => ({ machine: device.name, script: switchScript(device) })) },
    },
    ...(impairments.length > 0
      ? [
          {
            verb: 'configureNamespaces',
            resource: 'netem',
            phase: 'links',
            needs: ['links'],
            whenDifferent: 'again',
            input: { machines: impairments },
          } satisfies Wish,
        ]
      : []),
    ...design.nodes.map(
      (node): Wish => ({
        verb: 'configureMachine',
        resource: `node:${node.name}`,
        phase: 'links',
        needs: ['roots:others'],
        whenDifferent: 'rebuild',
        input: { machine: node.name, script: nodeScript(node, podMetric) },
      }),
    ),
    ...speakingNodes(design).map(
      (node): Wish => ({
        verb: 'startDaemons',
        resource: `bird:${node.name}`,
        phase: 'daemons',
        // BIRD does not try again what the kernel refused: tunl0 must be up before it has routes through it (calico.md B.7).
        needs: [`node:${node.name}`, ...(node.tunnels.some(({ name }) => name === 'tunl0') ? ['felix-routes'] : [])],
        whenDifferent: 'again',
        input: {
          machine: node.name,
          kind: 'bird',
          script: startBirdScript(node),
          ...daemonFiles(birdFiles(node, artifacts), design),
        },
      }),
    ),
    {
      verb: 'configureNamespaces',
      resource: 'pods',
      phase: 'links',
      needs: ['links'],
      whenDifferent: 'rebuild',
      input: { machines: [...design.pods.map(podScript), ...design.hosts.map(hostScript)] },
    },
    {
      verb: 'configureNamespaces',
      resource: 'felix-rules',
      phase: 'links',
      needs: design.nodes.map((node) => `node:${node.name}`),
      whenDifferent: 'again',
      input: {
        machines: design.nodes.map((node) => ({
          machine: node.name,
          script: felixRulesScript(design, node, artifacts),
        })),
      },
    },
    ...(felixRoutesOfNodes.length > 0
      ? [
          {
            verb: 'configureNamespaces',
            resource: 'felix-routes',
            phase: 'links',
            needs: design.nodes.map((node) => `node:${node.name}`),
            whenDifferent: 'again',
            input: { machines: felixRoutesOfNodes },
          } satisfies Wish,
        ]
      : []),
    ...(needsPermanentNeighbors(design, neighborLimit)
      ? [
          {
            verb: 'configureNamespaces',
            resource: 'neighbors',
            phase: 'links',
            needs: [...design.nodes.map((node) => `node:${node.name}`), 'pods'],
            whenDifferent: 'again',
            input: { machines: neighborScripts(design) },
          } satisfies Wish,
        ]
      : []),
    {
      verb: 'startPodServer',
      resource: 'pod-server',
      phase: 'daemons',
      needs: ['pods'],
      whenDifferent: 'again',
      input: {
        pods: podList(design.pods),
      },
    },
    ...(design.backend === 'bird' ? [routeWatch(design)] : []),
    ...waits(design, felixRoutesOfNodes.length > 0 ? ['felix-rules', 'felix-routes'] : ['felix-rules']),
  ];
}

function routeWatch({ nodes }: Design): Wish {
  return {
    verb: 'startRouteWatch',
    resource: 'route-watch',
    phase: 'daemons',
    needs: ['roots:others'],
    whenDifferent: 'again',
    input: { nodes: nodes.map(({ name }) => `${name}\n`).join('') },
  };
}

/** The nodes that run BIRD. */
function speakingNodes(design: Design): Design['nodes'] {
  return design.backend === 'bird' ? design.nodes : [];
}
