// Owns the rest of a kind lab: its containers are stopped and keep their disks, their networks and their addresses.

import type { Shell } from '../../base/shell.ts';
import { containersLabelled } from '../../host/docker.ts';
import { labelsOf } from './names.ts';

/** A node ends as a machine does, by systemd; Docker gives each container 10 s. */
const patienceMs = 120_000;

/** Stops nodes, routers and switches, paused ones too; those that do not run are left as they are. */
export async function stopContainers(host: Shell, lab: string): Promise<void> {
  const { cluster, fabric } = labelsOf(lab);
  const names = [...(await containersLabelled(host, cluster)), ...(await containersLabelled(host, fabric))];
  if (names.length === 0) return;
  // Docker stops no paused container; of one that runs this says so, and that is all.
  await host.run(['docker', 'unpause', ...names], { onFailure: 'return', timeoutMs: patienceMs });
  await host.run(['docker', 'stop', ...names], { timeoutMs: patienceMs });
}
