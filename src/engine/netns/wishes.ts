// Owns what a lab of this engine consists of: every resource, what it needs, and what to do when it differs. Pure.

import type { Artifacts } from '../../artifact/artifacts.ts';
import { type Design, machinesOf, type NodeDesign, type RouterDesign } from '../../design/design.ts';
import type { Observed } from '../../plan/observed.ts';
import type { Json, ResourceId } from '../../plan/plan.ts';
import { birdFiles, daemonFiles, frrFiles } from './daemon-files.ts';
import { felixScripts } from './felix.ts';
import { firstSpeakers } from './first-speakers.ts';
import { linkBatch } from './links.ts';
import {
  felixRulesScript,
  hostScript,
  hostsFile,
  type MachineScript,
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

/**
 * Everything that must be there or hold, in the order in which a reader would do it. `neighborLimit`: how many neighbors the
 * machine's kernel holds, unless that is unknown.
 */
export function wishesOf(
  design: Design,
  artifacts: Artifacts,
  seen: Observed,
  neighborLimit: number | undefined,
): readonly Wish[] {
  const nodes = design.nodes.map((node) => `node:${node.name}`);
  const switches = design.switches.map((device) => ({ machine: device.name, script: switchScript(device) }));
  const pods = [...design.pods.map(podScript), ...design.hosts.map(hostScript)];
  const felixRules = design.nodes.map((node) => ({
    machine: node.name,
    script: felixRulesScript(design, node, artifacts),
  }));
  const felixRoutes = felixScripts(design, seen.made.has('felix-routes'));
  const watched = design.nodes.map(({ name }) => `${name}\n`).join('');
  const neighbors = needsPermanentNeighbors(design, neighborLimit) ? neighborScripts(design) : [];
  return [
    made('startHolder', 'holder', [], { lab: design.lab }),
    ...namespacesAndLinks(design),
    ...routers(design, artifacts),
    inNamespaces('switches', ['links'], 'rebuild', switches),
    ...againIfAny('netem', ['links'], netemScripts(design, seen.made.has('netem'))),
    ...nodesAndBird(design, artifacts),
    inNamespaces('pods', ['links'], 'rebuild', pods),
    inNamespaces('felix-rules', nodes, 'again', felixRules),
    ...againIfAny('felix-routes', nodes, felixRoutes),
    ...againIfAny('neighbors', [...nodes, 'pods'], neighbors),
    running('startPodServer', 'pod-server', ['pods'], { pods: podList(design.pods) }),
    ...(design.backend === 'bird'
      ? [running('startRouteWatch', 'route-watch', ['roots:others'], { nodes: watched })]
      : []),
    ...waits(design, felixRoutes.length > 0 ? ['felix-rules', 'felix-routes'] : ['felix-rules']),
  ];
}

/**
 * The first routers wait for nothing that is not theirs: they have daemons before they have ports, for the start timers of their
 * sessions are the longest wait of all, and while those run, all that the sessions need is made.
 */
function namespacesAndLinks(design: Design): readonly Wish[] {
  const first = firstSpeakers(design).map(({ name }) => name);
  const isOther = ({ name }: { readonly name: string }): boolean => !first.includes(name);
  const others = machinesOf(design).filter(isOther);
  return [
    made('createNamespaces', 'namespaces:first', ['holder'], { machines: first, names: hostsFile(design) }),
    ...(first.length > 0 ? [made('createRoots', 'roots:first', ['namespaces:first'], { machines: first })] : []),
    made('createNamespaces', 'namespaces:others', ['namespaces:first', ...first.map((name) => `frr:${name}`)], {
      machines: others.map(({ name }) => name),
      names: '',
    }),
    made('createRoots', 'roots:others', ['links'], {
      machines: [...design.routers.filter(isOther), ...design.nodes].map(({ name }) => name),
    }),
    {
      verb: 'createLinks',
      resource: 'links',
      phase: 'links',
      needs: ['namespaces:others'],
      whenDifferent: 'rebuild',
      input: { batch: linkBatch(design) },
    },
  ];
}

/** What a lab stands in: another one means another lab. */
function made(verb: string, resource: ResourceId, needs: readonly ResourceId[], input: Json): Wish {
  return { verb, resource, phase: 'namespaces', needs, whenDifferent: 'rebuild', input };
}

function routers(design: Design, artifacts: Artifacts): readonly Wish[] {
  const first = new Set(firstSpeakers(design));
  const rootOf = (router: RouterDesign): ResourceId => (first.has(router) ? 'roots:first' : 'roots:others');
  return [
    ...design.routers.map((router) =>
      configured('router', router.name, ['links', rootOf(router)], routerScript(router, artifacts)),
    ),
    ...design.routers.map((router) =>
      started('frr', router.name, [rootOf(router)], {
        script: startFrrScript(router),
        ...daemonFiles(frrFiles(router, artifacts), design),
      }),
    ),
  ];
}

function nodesAndBird(design: Design, artifacts: Artifacts): readonly Wish[] {
  const podMetric = podRouteMetric(design);
  // BIRD does not try again what the kernel refused: tunl0 must be up before it has routes through it (calico.md B.7).
  const tunnelsOf = ({ tunnels }: NodeDesign): readonly ResourceId[] =>
    tunnels.some(({ name }) => name === 'tunl0') ? ['felix-routes'] : [];
  const speaking = design.backend === 'bird' ? design.nodes : [];
  return [
    ...design.nodes.map((node) => configured('node', node.name, ['roots:others'], nodeScript(node, podMetric))),
    ...speaking.map((node) =>
      started('bird', node.name, [`node:${node.name}`, ...tunnelsOf(node)], {
        script: startBirdScript(node),
        ...daemonFiles(birdFiles(node, artifacts), design),
      }),
    ),
  ];
}

/** A machine's own settings, in all its namespaces. */
function configured(kind: string, machine: string, needs: readonly ResourceId[], script: string): Wish {
  return {
    verb: 'configureMachine',
    resource: `${kind}:${machine}`,
    phase: 'links',
    needs,
    whenDifferent: 'rebuild',
    input: { machine, script },
  };
}

function started(
  kind: 'frr' | 'bird',
  machine: string,
  needs: readonly ResourceId[],
  input: { readonly script: string } & ReturnType<typeof daemonFiles>,
): Wish {
  return running('startDaemons', `${kind}:${machine}`, needs, { machine, kind, ...input });
}

/** Processes: other ones take their place. */
function running(verb: string, resource: ResourceId, needs: readonly ResourceId[], input: Json): Wish {
  return { verb, resource, phase: 'daemons', needs, whenDifferent: 'again', input };
}

/** A script in the network namespace of each machine. */
function inNamespaces(
  resource: ResourceId,
  needs: readonly ResourceId[],
  whenDifferent: 'rebuild' | 'again',
  machines: readonly MachineScript[],
): Wish {
  return { verb: 'configureNamespaces', resource, phase: 'links', needs, whenDifferent, input: { machines } };
}

function againIfAny(
  resource: ResourceId,
  needs: readonly ResourceId[],
  machines: readonly MachineScript[],
): readonly Wish[] {
  return machines.length > 0 ? [inNamespaces(resource, needs, 'again', machines)] : [];
}
