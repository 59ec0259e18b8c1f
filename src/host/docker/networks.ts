// Owns Docker's networks as labctl needs them: which there are, a lab's own, and its end although something hangs on it.

import { type AskLimit, ask, type Docker, unlessAbsent } from './connect.ts';

/** A network and its prefixes. */
export interface DockerNetwork {
  readonly id: string;
  readonly name: string;
  readonly subnets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** A network to be made: a bridge, as kind makes its one. */
export interface NewNetwork {
  readonly name: string;
  readonly subnets: readonly { readonly prefix: string; readonly gateway: string }[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Every network of the daemon with its prefixes, or those that carry a label. */
export async function dockerNetworks(
  docker: Docker,
  label?: string,
  limit: AskLimit = {},
): Promise<readonly DockerNetwork[]> {
  const filters = label === undefined ? {} : { filters: { label: [label] } };
  const found = await ask(docker, 'networks', limit, (abortSignal) =>
    docker.api.listNetworks({ ...filters, abortSignal }),
  );
  return found.map(({ Id, Name, IPAM, Labels }) => ({
    id: Id,
    name: Name,
    subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet])),
    labels: Labels ?? {},
  }));
}

/** Makes a network; Docker allows two of one name unless asked not to. Throws HOST_COMMAND_FAILED with Docker's words. */
export async function createNetwork(docker: Docker, network: NewNetwork, limit: AskLimit = {}): Promise<void> {
  await ask(docker, `network ${network.name}`, limit, (abortSignal) =>
    docker.api.createNetwork({
      Name: network.name,
      Driver: 'bridge',
      CheckDuplicate: true,
      EnableIPv6: network.subnets.some(({ prefix }) => prefix.includes(':')),
      IPAM: { Config: network.subnets.map(({ prefix, gateway }) => ({ Subnet: prefix, Gateway: gateway })) },
      Options: { 'com.docker.network.driver.mtu': '1500' },
      Labels: { ...network.labels },
      abortSignal,
    }),
  );
}

/** Removes a network after everything that hangs on it was taken off; an absent one is no error. */
export async function removeNetwork(docker: Docker, name: string, limit: AskLimit = {}): Promise<void> {
  const network = docker.api.getNetwork(name);
  const found = await unlessAbsent(ask(docker, `network ${name}`, limit, () => network.inspect()));
  if (found === undefined) return;
  for (const id of Object.keys(found.Containers ?? {})) {
    await unlessAbsent(
      ask(docker, `disconnecting ${id.slice(0, 12)} from ${name}`, limit, () =>
        network.disconnect({ Container: id, Force: true }),
      ),
    );
  }
  await unlessAbsent(ask(docker, `removing network ${name}`, limit, () => network.remove()));
}
