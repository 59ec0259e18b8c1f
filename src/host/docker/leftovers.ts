// Owns the question what of a lab is still on a Docker, whatever became of labctl's own record.

import { type AskLimit, ask, type Docker } from './connect.ts';
import { containersLabelled } from './containers.ts';
import { dockerNetworks } from './networks.ts';

/** What tells a lab's things from others: labels (`labctl.lab=bgp-rr`), and names of what carries none. */
export interface Marks {
  readonly labels: readonly string[];
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
}

/** Containers (stopped ones too), networks and volumes, each with the command that removes it. */
export async function dockerLeftovers(docker: Docker, marks: Marks, limit: AskLimit = {}): Promise<readonly string[]> {
  const { labels, networks = [], volumes = [] } = marks;
  const isMarked = (found: Readonly<Record<string, string>> | null): boolean =>
    Object.entries(found ?? {}).some(([key, value]) => labels.includes(`${key}=${value}`));
  const [containers, ofNetworks, ofVolumes] = await Promise.all([
    Promise.all(labels.map((label) => containersLabelled(docker, label, limit))),
    dockerNetworks(docker, undefined, limit),
    ask(docker, 'volumes', limit, (abortSignal) => docker.api.listVolumes({ abortSignal })),
  ]);
  const left = [
    ...containers.flat().map((name) => ['container', name, 'rm --force --volumes'] as const),
    ...ofNetworks
      .filter(({ name, labels: own }) => networks.includes(name) || isMarked(own))
      .map(({ name }) => ['network', name, 'network rm'] as const),
    ...(ofVolumes.Volumes ?? [])
      .filter(({ Name, Labels }) => volumes.includes(Name) || isMarked(Labels))
      .map(({ Name }) => ['volume', Name, 'volume rm'] as const),
  ];
  return left.map(([kind, name, command]) => `${kind} ${name}: docker ${command} ${name}`);
}
