// Owns asking the kernel by doing: a command in a network namespace that ends with it, and the way out when it refuses.

import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import type { Design } from '../../design/design.ts';
import { localShell } from '../../host/local-shell.ts';
import { unshareArguments } from '../../host/namespaces.ts';

/** What is said against a command in a throw-away network namespace; undefined when it can be done. */
export async function refusalOf(isRoot: boolean, command: string): Promise<string | undefined> {
  const argv = ['unshare', ...unshareArguments(isRoot), '--', ...command.split(' ')];
  const ran = await localShell('host').run(argv, { onFailure: 'return', timeoutMs: 60_000 });
  return ran.exitCode === 0 ? undefined : ran.stderr.trim();
}

/** Whether this machine has a module for its kernel, loaded or not. */
export async function isLoadable(module: string): Promise<boolean> {
  const modules = await readFile(`/lib/modules/${release()}/modules.dep`, 'utf8').catch(() => '');
  return modules.includes(`/${module}.ko`);
}

/** The command that runs the lab on a kernel which has everything. */
export function guestCommand({ lab, variant }: Pick<Design, 'lab' | 'variant'>): string {
  return `labctl test ${variant === undefined ? lab : `${lab}:${variant}`} --kernel uml`;
}
