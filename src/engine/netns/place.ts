// Owns how a command gets into a running lab: into the holder's namespaces, and from there into one machine.

import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import { localShell } from '../../host/local-shell.ts';
import { endWithParent, enterTree, readInTree } from '../../host/namespaces.ts';

/** A living lab to enter. */
export interface Entrance {
  /** The holder's pid on the host. */
  readonly pid: number;
  readonly isRoot: boolean;
  /**
   * `command`: what a person or a check runs; it ends with labctl and has a home in the lab's tmpfs, so that shells and vtysh
   * keep their history there. `step`: a script of the engine's own, three processes leaner.
   */
  readonly purpose: 'command' | 'step';
}

/** A pod has no UTS namespace of its own; a command in it gets one, named like the pod. */
const namedAs = 'hostname "$0"; exec "$@"';

function enter({ pid, isRoot, purpose }: Entrance): readonly string[] {
  const command = [...endWithParent, 'env', 'HOME=/run/labctl/home'];
  return [...enterTree(pid, isRoot), ...(purpose === 'step' ? [] : command)];
}

/** A shell in the holder's own namespaces: all machines' network namespaces stand under /run/netns there. */
export function holderShell(entrance: Entrance): Shell {
  return localShell('lab', enter(entrance));
}

/** A shell in a router or node: network, mount and UTS namespace of its keeper. Throws LAB_GONE when it has none. */
export function hostShell(entrance: Entrance, kind: string, machine: string): Shell {
  const keeper = readInTree(entrance.pid, `/run/labctl/machines/${machine}/pid`)?.trim();
  if (keeper === undefined || keeper === '') {
    throw new LabError('LAB_GONE', `${kind} ${machine} has no namespaces in this lab`, {
      hint: 'labctl down, then labctl up',
    });
  }
  return localShell(`${kind} ${machine}`, [...enter(entrance), 'nsenter', '-t', keeper, '-m', '-u', '-n', '--']);
}

/** A shell in a pod or switch: its network namespace, under its own name. */
export function plainShell(entrance: Entrance, kind: string, machine: string): Shell {
  const name = ['unshare', '--uts', '--', 'sh', '-c', namedAs, machine];
  return localShell(`${kind} ${machine}`, [
    ...enter(entrance),
    'nsenter',
    `--net=/run/netns/${machine}`,
    '--',
    ...name,
  ]);
}
