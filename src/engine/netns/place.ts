// Owns how a command gets into a running lab: into the holder's namespaces, and from there into one machine.

import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import { localShell } from '../../host/local-shell.ts';
import { enterTree, readInTree } from '../../host/namespaces.ts';

/** Home folder of every command in a lab: in the lab's tmpfs, so that shells and vtysh keep their history there. */
const home = ['env', 'HOME=/run/labctl/home'] as const;

/** A pod has no UTS namespace of its own; a command in it gets one, named like the pod. */
const namedAs = 'hostname "$0"; exec "$@"';

/** A shell in the holder's own namespaces: all machines' network namespaces stand under /run/netns there. */
export function holderShell(pid: number, isRoot: boolean): Shell {
  return localShell('lab', [...enterTree(pid, isRoot), ...home]);
}

/** A shell in a router or node: network, mount and UTS namespace of its keeper. Throws LAB_GONE when it has none. */
export function hostShell(pid: number, isRoot: boolean, kind: string, machine: string): Shell {
  const keeper = readInTree(pid, `/run/labctl/machines/${machine}/pid`)?.trim();
  if (keeper === undefined || keeper === '') {
    throw new LabError('LAB_GONE', `${kind} ${machine} has no namespaces in this lab`, {
      hint: 'labctl down, then labctl up',
    });
  }
  return localShell(`${kind} ${machine}`, [...enterTree(pid, isRoot), ...home, 'nsenter', '-t', keeper, '-m', '-u', '-n', '--']);
}

/** A shell in a pod or switch: its network namespace, under its own name. */
export function plainShell(pid: number, isRoot: boolean, kind: string, machine: string): Shell {
  const enter = [
    'nsenter',
    `--net=/run/netns/${machine}`,
    '--',
    'unshare',
    '--uts',
    '--',
    'sh',
    '-c',
    namedAs,
    machine,
  ];
  return localShell(`${kind} ${machine}`, [...enterTree(pid, isRoot), ...home, ...enter]);
}
