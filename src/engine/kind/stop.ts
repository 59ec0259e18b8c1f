// Owns stopping a kind lab: its containers end and keep their disks, their networks and their addresses.

import type { Docker } from '../../host/docker/connect.ts';
import { containersLabelled, stopContainer } from '../../host/docker/containers.ts';
import { labelsOf, ownLabel } from './names.ts';

/** A node ends as a machine does, by systemd; Docker gives each container 10 s. */
const limit = { timeoutMs: 120_000 };

/** Stops nodes, routers and switches, paused ones too; those that do not run are left as they are. */
export async function stopContainers(docker: Docker, lab: string): Promise<void> {
  const labels = [...Object.values(labelsOf(lab)), `${ownLabel}=${lab}`];
  const names = await Promise.all(labels.map((label) => containersLabelled(docker, label)));
  await Promise.all(names.flat().map((name) => stopContainer(docker, name, limit)));
}
