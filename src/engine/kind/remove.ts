// Owns the end of a kind lab: each part recorded as begun is undone, last first, and then nothing of it may be left.

import { join } from 'node:path';
import { LabError } from '../../base/errors.ts';
import type { Ran, Shell } from '../../base/shell.ts';
import { destroyArgv } from '../../host/containerlab.ts';
import { containersLabelled } from '../../host/docker.ts';
import { deleteClusterArgv, type KindPlace } from '../../host/kind.ts';
import { labelsOf, outsideOf } from './names.ts';
import type { OwnedPart } from './step.ts';

/** How long one program may take; none of them is waited for longer. */
const patience = { onFailure: 'return', timeoutMs: 60_000 } as const;

/** What is removed, and where. */
export interface Removal {
  readonly host: Shell;
  readonly lab: string;
  readonly folder: string;
  readonly place: KindPlace;
}

/** A part may be half-made, paused, or gone already: undoing it again is no error. */
const undo: Readonly<Record<OwnedPart, (removal: Removal) => Promise<void>>> = {
  fabric: async ({ host, lab, folder }) => {
    const { fabric } = labelsOf(lab);
    const isAlive = (await containersLabelled(host, fabric)).length > 0;
    if (isAlive) await host.run(destroyArgv(join(folder, 'fabric.clab.yml')), patience).catch(notInstalled);
    await removeContainers(host, fabric);
    await removeNetwork(host, outsideOf(lab));
  },
  cluster: async ({ host, lab, place }) => {
    await removeContainers(host, labelsOf(lab).cluster);
    await host.run(deleteClusterArgv(place), patience).catch(notInstalled);
  },
  network: ({ host, place }) => removeNetwork(host, place.network),
};

/** Undoes the recorded parts. Throws UNDO_FAILED naming everything that is still there, with the command that removes it. */
export async function removeParts(removal: Removal, owned: readonly OwnedPart[]): Promise<void> {
  const { host, lab } = removal;
  const bridges = await bridgesOf(host, [removal.place.network, outsideOf(lab)]);
  for (const part of owned.toReversed()) await undo[part](removal);
  const left = await leftovers(removal, bridges);
  if (left.length === 0) return;
  throw new LabError('UNDO_FAILED', `${left.length} things of lab ${lab} are still there`, {
    facts: left,
    hint: `labctl down ${lab} tries again`,
  });
}

/** By force: a paused container, or one of a daemon that was restarted, is removed by neither kind nor containerlab. */
async function removeContainers(host: Shell, label: string): Promise<void> {
  const left = await containersLabelled(host, label);
  if (left.length === 0) return;
  // Docker kills no paused container; of one that runs this says so, and that is all.
  await host.run(['docker', 'unpause', ...left], patience);
  await host.run(['docker', 'rm', '--force', '--volumes', ...left], patience);
}

/** Docker removes no network on which something hangs, be it a stranger's. */
async function removeNetwork(host: Shell, network: string): Promise<void> {
  const format = '{{range .Containers}}{{.Name}} {{end}}';
  const ran = await host.run(['docker', 'network', 'inspect', '--format', format, network], patience);
  if (ran.exitCode !== 0) return;
  for (const name of ran.stdout.trim().split(/\s+/).filter(Boolean))
    await host.run(['docker', 'network', 'disconnect', '--force', network, name], patience);
  await host.run(['docker', 'network', 'rm', network], patience);
}

/** The names of Docker's bridges in the host: the only thing by which a rule or a port there is known to be the lab's. */
async function bridgesOf(host: Shell, networks: readonly string[]): Promise<readonly string[]> {
  const ran = await host.run(['docker', 'network', 'inspect', '--format', '{{.Id}}', ...networks], patience);
  return ran.stdout.split('\n').flatMap((id) => (/^[0-9a-f]{12}/.test(id) ? [`br-${id.slice(0, 12)}`] : []));
}

/** Containers, networks, bridges, and rules of the host's firewall that name one of them. */
async function leftovers({ host, lab, place }: Removal, bridges: readonly string[]): Promise<readonly string[]> {
  const lines = async (argv: readonly string[]): Promise<readonly string[]> => {
    const ran = await host.run(argv, patience).catch(() => undefined);
    return ran?.exitCode === 0 ? ran.stdout.split('\n').filter((line) => line !== '') : [];
  };
  const { fabric, cluster } = labelsOf(lab);
  const networks = new Set([place.network, outsideOf(lab)]);
  const containers = [...(await containersLabelled(host, fabric)), ...(await containersLabelled(host, cluster))];
  const known = await lines(['docker', 'network', 'ls', '--format', '{{.Name}}']);
  const found = [
    ...containers.map((name) => `container ${name}: docker rm --force --volumes ${name}`),
    ...known.filter((name) => networks.has(name)).map((name) => `network ${name}: docker network rm ${name}`),
  ];
  if (bridges.length === 0) return found;
  const links = await lines(['ip', '-o', 'link', 'show']);
  const rules = [...(await lines(['iptables-save'])), ...(await lines(['ip6tables-save']))];
  const isOurs = (line: string): boolean => bridges.some((bridge) => line.includes(bridge));
  return [
    ...found,
    ...links.filter(isOurs).map((line) => `link ${line.split(':')[1]?.trim()} in the host's namespace`),
    ...rules.filter(isOurs).map((rule) => `rule of the host's firewall: ${rule}`),
  ];
}

/** The program is gone, and with force so are the containers it made. */
function notInstalled(error: unknown): Ran | undefined {
  if (error instanceof LabError && error.code === 'HOST_PROGRAM_MISSING') return undefined;
  throw error;
}
