// Owns the way into namespaces for who is not root: a privileged container of the lab's, through which Docker's group is let in.

import { LabError } from '../../base/errors.ts';
import { type Docker, DockerRefusal } from '../../host/docker/connect.ts';
import { createContainer, inspectContainers, startContainer } from '../../host/docker/containers.ts';
import { doorOf, ownLabel } from './names.ts';

/**
 * The words that come before every command on namespaces of a lab: this machine's root, in its own mount namespace, so that the same
 * pids and the same programs are meant as without it, found by labctl's own PATH. A terminal stays one; a closed standard input is
 * told to the command.
 */
export function doorArgv(lab: string): readonly string[] {
  const script = '[ -t 0 ] && [ -t 1 ] && set -- --tty "$@"; exec docker exec --interactive --env PATH "$@"';
  return ['sh', '-c', script, 'labctl', doorOf(lab), 'nsenter', '--target', '1', '--mount', '--'];
}

/**
 * Makes the container, or starts the one that is there; made of the nodes' image, which has nsenter and is here in any case. Throws
 * ENGINE_MISSING where Docker does not give it what it needs.
 */
export async function openDoor(docker: Docker, lab: string, image: string): Promise<void> {
  const name = doorOf(lab);
  const [found] = await inspectContainers(docker, [name]);
  if (found?.isRunning) return;
  try {
    if (found === undefined) {
      const rights = { isPrivileged: true, pids: 'host', network: 'none' } as const;
      const program = ['sleep', 'infinity'];
      await createContainer(docker, { name, image, program, labels: { [ownLabel]: lab }, ...rights });
    }
    await startContainer(docker, name);
  } catch (error) {
    if (!(error instanceof DockerRefusal)) throw error;
    throw new LabError('ENGINE_MISSING', `labctl is not root, and Docker runs no helper container: ${error.reason}`, {
      facts: [`it enters namespaces by a privileged container with the host's pids, made of ${image}`],
      hint: 'run labctl as root; labctl images pull where the image is missing',
      cause: error,
    });
  }
}
