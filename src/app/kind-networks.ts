// Owns giving a lab on kind networks of its own: what Docker and this machine use already is left alone.

import type { Lab } from '../lab/lab.ts';
import { stateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { readState } from './saved-lab.ts';
import { type LoadedDesign, workOutAgain } from './work-out.ts';

/**
 * The lab with networks that nobody has. A lab that stands keeps those it has. One that states other networks than labctl's own keeps what
 * it states: preflight names whoever is in the way.
 */
export async function withFreeNetworks(context: Context, loaded: LoadedDesign): Promise<LoadedDesign> {
  const { lab } = loaded;
  const { saved } = await readState(stateFolder(context.stateHome, lab.name));
  const own = lab.cluster.network;
  const network = saved?.engine === 'kind' ? saved.lab.cluster.network : await freeFor(context, lab);
  if (JSON.stringify(network) === JSON.stringify(own) || !(await isUsual(own))) return loaded;
  return workOutAgain(loaded, { ...lab, cluster: { ...lab.cluster, network } });
}

async function isUsual(network: Lab['cluster']['network']): Promise<boolean> {
  const { defaultNetwork, defaultNetwork6, defaultOutside } = await import('../lab/defaults.ts');
  const { prefix, prefix6, outside } = network;
  return prefix === defaultNetwork && prefix6 === defaultNetwork6 && outside === defaultOutside;
}

async function freeFor({ env }: Context, { name, cluster, topology }: Lab): Promise<Lab['cluster']['network']> {
  const { localShell } = await import('../host/local-shell.ts');
  const { connectOnce } = await import('../host/docker/connect.ts');
  const { freeNetworks } = await import('../engine/kind/free-networks.ts');
  const { networksInUse } = await import('../engine/kind/networks-in-use.ts');
  const wires = [...(topology?.links ?? []), ...(topology?.racks ?? [])].map(({ prefix }) => prefix);
  const used = await networksInUse(localShell(), connectOnce(env), name);
  return freeNetworks(cluster.network, [
    ...used.map(({ prefix }) => prefix),
    ...wires,
    cluster.podSubnet,
    cluster.serviceSubnet,
  ]);
}
