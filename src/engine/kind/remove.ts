// Owns the end of a kind lab: each part recorded as begun is undone, last first, and then nothing of it may be left.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../base/errors.ts';
import type { Ran, Shell } from '../../base/shell.ts';
import { clabArgv, destroyWords } from '../../host/containerlab.ts';
import type { Docker } from '../../host/docker/connect.ts';
import { containersLabelled, inspectContainers, removeContainer } from '../../host/docker/containers.ts';
import { dockerLeftovers } from '../../host/docker/leftovers.ts';
import { dockerNetworks, removeNetwork } from '../../host/docker/networks.ts';
import { removeVolume } from '../../host/docker/volumes.ts';
import { builderMark, deleteClusterArgv, type KindPlace } from '../../host/kind.ts';
import { findByEnvironment, killNow } from '../../host/proc.ts';
import { hostTraces } from './host-traces.ts';
import { doorOf, labelsOf, outsideOf, ownLabel } from './names.ts';
import type { OwnedPart } from './step.ts';

/** How long one program may take; none of them is waited for longer. */
const patience = { onFailure: 'return', timeoutMs: 60_000 } as const;

/** What is removed, and where. */
export interface Removal {
  readonly host: Shell;
  readonly docker: Docker;
  readonly lab: string;
  readonly folder: string;
  readonly place: KindPlace;
}

/** What Docker refuses does not end the rest: it is still there at the end, and is named then with Docker's reason. */
type Attempt = (step: Promise<unknown>) => Promise<void>;

/** A part may be half-made, paused, or gone already: undoing it again is no error. */
const undo: Readonly<Record<OwnedPart, (removal: Removal, attempt: Attempt) => Promise<void>>> = {
  fabric: async ({ host, docker, lab, folder }, attempt) => {
    const { fabric } = labelsOf(lab);
    const isAlive = (await containersLabelled(docker, fabric)).length > 0;
    const destroy = clabArgv(docker, destroyWords(join(folder, 'fabric.clab.yml')));
    if (isAlive) await host.run(destroy, patience).catch(notInstalled);
    await removeContainers(docker, fabric, attempt);
    await attempt(removeNetwork(docker, outsideOf(lab)));
  },
  cluster: async ({ host, docker, lab, place }, attempt) => {
    await removeContainers(docker, labelsOf(lab).cluster, attempt);
    await host.run(deleteClusterArgv(place), patience).catch(notInstalled);
  },
  network: ({ docker, place }, attempt) => attempt(removeNetwork(docker, place.network)),
};

/** What Docker was asked for by a program that was ended may come this much later, in ms. */
const lateMs = 2000;

/** Undoes the recorded parts. Throws UNDO_FAILED naming everything that is still there, with the command that removes it. */
export async function removeParts(removal: Removal, owned: readonly OwnedPart[]): Promise<void> {
  let rounds = (await endBuilders(removal.folder)) ? 3 : 1;
  while (true) {
    const said = await removeOnce(removal, owned);
    if (said.length === 0) return;
    rounds -= 1;
    if (rounds === 0)
      throw new LabError('UNDO_FAILED', `things of lab ${removal.lab} are still there`, {
        facts: said,
        hint: `labctl down ${removal.lab} tries again`,
      });
    await sleep(lateMs);
  }
}

/** Ends the kind and the containerlab of a labctl that was killed while they worked; true where there were any. */
async function endBuilders(folder: string): Promise<boolean> {
  const builders = await findByEnvironment(builderMark(folder));
  for (const pid of builders) {
    try {
      killNow(pid);
    } catch {
      // It ended by itself.
    }
  }
  if (builders.length > 0) await sleep(lateMs);
  return builders.length > 0;
}

/** What is still there, and what Docker said of it; empty when nothing is. */
async function removeOnce(removal: Removal, owned: readonly OwnedPart[]): Promise<readonly string[]> {
  const { docker, lab } = removal;
  const traces = await tracesOf(removal);
  const refused: string[] = [];
  const attempt: Attempt = async (step) => {
    await step.catch((error: unknown) => {
      if (!(error instanceof LabError) || error.code === 'ENGINE_MISSING') throw error;
      refused.push(error.message);
    });
  };
  await attempt(removeContainer(docker, doorOf(lab)));
  for (const part of owned.toReversed()) await undo[part](removal, attempt);
  for (const volume of traces.volumes) await attempt(removeVolume(docker, volume));
  const left = await leftovers(removal, traces);
  return left.length === 0 ? [] : [...left, ...refused];
}

/** By force: a paused container, or one of a daemon that was restarted, is removed by neither kind nor containerlab. */
async function removeContainers(docker: Docker, label: string, attempt: Attempt): Promise<void> {
  const left = await containersLabelled(docker, label);
  await Promise.all(left.map((name) => attempt(removeContainer(docker, name))));
}

/** What bears no name of the lab's, and is known to be its own only while the lab stands. */
interface Traces {
  /** Docker's bridges in the host and the lab's containers: what a rule or a link there must name to be known as the lab's. */
  readonly marks: readonly string[];
  /** Anonymous volumes: each kind node keeps its /var in one. */
  readonly volumes: readonly string[];
}

async function tracesOf({ docker, lab, place }: Removal): Promise<Traces> {
  const networks = (await dockerNetworks(docker)).filter(({ name }) => [place.network, outsideOf(lab)].includes(name));
  const { fabric, cluster } = labelsOf(lab);
  const names = [...(await containersLabelled(docker, fabric)), ...(await containersLabelled(docker, cluster))];
  const containers = await inspectContainers(docker, names);
  return {
    marks: [...networks.map(({ id }) => `br-${id.slice(0, 12)}`), ...names],
    volumes: containers.flatMap(({ volumes }) => volumes),
  };
}

/** Containers, networks, volumes, links, and rules of the host's firewall that name one of them. */
async function leftovers({ host, docker, lab, place }: Removal, traces: Traces): Promise<readonly string[]> {
  const labels = [...Object.values(labelsOf(lab)), `${ownLabel}=${lab}`];
  const networks = [place.network, outsideOf(lab)];
  const found = await dockerLeftovers(docker, { labels, networks, volumes: traces.volumes });
  return [...found, ...(await hostTraces(host, traces.marks))];
}

/** The program is gone, and with force so are the containers it made. */
function notInstalled(error: unknown): Ran | undefined {
  if (error instanceof LabError && error.code === 'HOST_PROGRAM_MISSING') return undefined;
  throw error;
}
