// Owns the question which prefixes of this machine are somebody's: Docker's networks and the host's routes.

import type { Shell } from '../../base/shell.ts';
import type { Connect } from '../../host/docker/connect.ts';
import { dockerNetworks } from '../../host/docker/networks.ts';
import { networkOf, outsideOf } from './names.ts';

/** A prefix and whose it is: `Docker's network kind`, `the host's route by wg0`. */
export interface UsedPrefix {
  readonly prefix: string;
  readonly by: string;
}

interface Row {
  readonly dst: string;
  readonly dev?: string;
}

/** Everything in use but the lab's own networks; what cannot be asked is left out. Default routes overlap everything and nothing. */
export async function networksInUse(host: Shell, connect: Connect, lab: string): Promise<readonly UsedPrefix[]> {
  const own = new Set([networkOf(lab), outsideOf(lab)]);
  const [networks, routes, routes6] = await Promise.all([
    connect()
      .then((docker) => dockerNetworks(docker))
      .catch(() => []),
    hostRoutes(host, '-4'),
    hostRoutes(host, '-6'),
  ]);
  const found = networks.flatMap(({ name, subnets }) =>
    subnets.map((prefix) => ({ prefix, by: `Docker's network ${name}`, isOwn: own.has(name) })),
  );
  const ownPrefixes = new Set(found.filter(({ isOwn }) => isOwn).map(({ prefix }) => prefix));
  const foreign = found.filter(({ isOwn }) => !isOwn).map(({ prefix, by }) => ({ prefix, by }));
  const known = new Set(foreign.map(({ prefix }) => prefix));
  const others = [...routes, ...routes6].filter(({ prefix }) => !ownPrefixes.has(prefix) && !known.has(prefix));
  return [...foreign, ...others];
}

async function hostRoutes(host: Shell, family: '-4' | '-6'): Promise<readonly UsedPrefix[]> {
  const ran = await host.run(['ip', family, '-j', 'route', 'show'], { onFailure: 'return' }).catch(() => undefined);
  if (ran?.exitCode !== 0 || ran.stdout.trim() === '') return [];
  const rows = JSON.parse(ran.stdout) as readonly Row[];
  return rows.flatMap(({ dst, dev }) =>
    dst.includes('/') && !dst.startsWith('fe80:')
      ? [{ prefix: dst, by: `the host's route by ${dev ?? 'no device'}` }]
      : [],
  );
}
