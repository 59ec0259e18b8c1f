// Owns what this host's control groups are: kubelet and systemd of a kind node depend on it.

import { access } from 'node:fs/promises';

/** 2 where the unified hierarchy is mounted, 1 otherwise. */
export async function cgroupVersion(): Promise<1 | 2> {
  const isUnified = await access('/sys/fs/cgroup/cgroup.controllers').then(
    () => true,
    () => false,
  );
  return isUnified ? 2 : 1;
}
