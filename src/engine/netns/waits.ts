// Owns what `up` waits for in the end: sessions, routes, and the first ping.

import { inFamily } from '../../base/address.ts';
import type { Design } from '../../design/design.ts';
import { reaches } from '../../design/walk.ts';
import type { ResourceId } from '../../plan/plan.ts';
import type { Wish } from './wish.ts';

/** Sessions, then routes, then a ping between pod-a and pod-b in each family in which the routes carry one. */
export function waits(design: Design, felix: readonly ResourceId[]): readonly Wish[] {
  const ready = [
    ...design.routers.flatMap((router) => [`frr:${router.name}`, `router:${router.name}`]),
    ...design.nodes.map((node) => `${design.backend === 'bird' ? 'bird' : 'node'}:${node.name}`),
  ];
  return [
    {
      verb: 'waitSessions',
      resource: 'sessions',
      phase: 'sessions',
      needs: ready,
      input: { count: design.expected.sessions.length },
      whenDifferent: 'wait',
    },
    {
      verb: 'waitRoutes',
      resource: 'routes',
      phase: 'routes',
      needs: ['sessions', 'switches', 'pods', ...felix],
      input: { count: design.expected.routes.length },
      whenDifferent: 'wait',
    },
    ...firstPings(design),
  ];
}

function firstPings(design: Design): readonly Wish[] {
  const first = design.pods.find((pod) => pod.name === 'pod-a') ?? design.pods[0];
  const last = design.pods.find((pod) => pod.name === 'pod-b') ?? design.pods.at(-1);
  if (first === undefined || last === undefined) return [];
  return last.addresses
    .filter(({ family }) => inFamily(first.addresses, family) !== undefined && reaches(design, first, last, family))
    .map(({ family, address }) => ({
      verb: 'waitPing',
      resource: family === 4 ? 'first-ping' : 'first-ping-v6',
      phase: 'first ping',
      needs: ['routes', 'pod-server'],
      input: { from: first.name, to: last.name, address },
      whenDifferent: 'wait',
    }));
}
