// Owns the question what of a lab is still on a Docker: by label, whatever became of labctl's own record.

import { type AskLimit, ask, type Docker } from './connect.ts';
import { containersLabelled } from './containers.ts';
import { dockerNetworks } from './networks.ts';

/** Containers (stopped ones too), networks and volumes that carry a label (`labctl.lab=bgp-rr`): `container leaf0`, … */
export async function dockerLeftovers(docker: Docker, label: string, limit: AskLimit = {}): Promise<readonly string[]> {
  const [containers, networks, volumes] = await Promise.all([
    containersLabelled(docker, label, limit),
    dockerNetworks(docker, label, limit),
    ask(docker, 'volumes', limit, (abortSignal) =>
      docker.api.listVolumes({ filters: { label: [label] }, abortSignal }),
    ),
  ]);
  return [
    ...containers.map((name) => `container ${name}`),
    ...networks.map(({ name }) => `network ${name}`),
    ...(volumes.Volumes ?? []).map(({ Name }) => `volume ${Name}`),
  ];
}
