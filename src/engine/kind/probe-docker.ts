// Owns what preflight says of Docker itself: whether it answers, and whether its containers are this machine's.

import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import type { Docker } from '../../host/docker/connect.ts';
import type { Finding } from '../../plan/finding.ts';

/** What starts a daemon where the system says that nobody listens at its address. */
const waysToDocker: Readonly<Record<string, readonly string[]>> = {
  ENOENT: ['systemctl', 'start', 'docker'],
  ECONNREFUSED: ['systemctl', 'start', 'docker'],
};

/** Why there is no Docker to speak to, with the command that helps where one does. */
export function noDocker(error: unknown): Finding {
  if (!(error instanceof LabError)) throw error;
  const { code = '' } = (error.cause ?? {}) as { readonly code?: string };
  const fix = waysToDocker[code];
  const cause = fix === undefined ? [...error.facts, error.hint].join('; ') : undefined;
  return { id: 'docker', level: 'missing', message: error.message, cause, fix, needsRoot: true };
}

/** The daemon that answered, and a word where it is elsewhere: its containers' pids are nothing here, or somebody else's. */
export async function dockerFindings(host: Shell, { address, daemon }: Docker): Promise<readonly Finding[]> {
  const { version, cgroup, machine, kernel } = daemon;
  const ok: Finding = { id: 'docker', level: 'ok', message: `Docker ${version}, cgroup v${cgroup}` };
  if (machine === undefined || kernel === undefined) return [ok];
  const ran = await host.run(['uname', '-n', '-r'], { onFailure: 'return' });
  const [name, release] = ran.stdout.trim().split(' ');
  if (name === machine && release === kernel) return [ok];
  const elsewhere: Finding = {
    id: 'docker-elsewhere',
    // A container with the host's pids and the daemon's socket has another name, and all is well.
    level: release === kernel ? 'warning' : 'missing',
    message: `the Docker at ${address} runs on ${machine} (kernel ${kernel}), and labctl on ${name} (${release})`,
    cause: "labctl enters containers by their pids, which are that machine's: a virtual machine counts as another",
    fix: ['docker', 'context', 'ls'],
  };
  return [ok, elsewhere];
}
