// Owns what preflight says of ports of this machine that the lab states and somebody else has.

import type { Shell } from '../../base/shell.ts';
import type { KindCluster } from '../../design/kind-cluster.ts';
import type { Finding } from '../../plan/finding.ts';

/** A port of this machine that a lab wants, and the key that says so. */
interface Wanted {
  readonly port: number;
  readonly key: string;
}

/** Who listens on ports of 127.0.0.1 that the cluster states; a port that is left to kind is free by kind's own choice. */
export async function portFindings(
  host: Shell,
  lab: string,
  { apiServerPort, hostPorts }: Pick<KindCluster, 'apiServerPort' | 'hostPorts'>,
): Promise<readonly Finding[]> {
  const wanted: readonly Wanted[] = [
    ...(apiServerPort === undefined ? [] : [{ port: apiServerPort, key: 'engines.kind.apiServerPort' }]),
    ...Object.keys(hostPorts).map((port) => ({ port: Number(port), key: `engines.kind.hostPorts.${port}` })),
  ];
  if (wanted.length === 0) return [];
  const argv = ['ss', '--no-header', '--listening', '--tcp', '--numeric', '--processes'];
  const ran = await host.run(argv, { onFailure: 'return', timeoutMs: 5000 }).catch(() => undefined);
  const taken = takenPorts(ran?.exitCode === 0 ? ran.stdout : '');
  return wanted.flatMap(({ port, key }): readonly Finding[] => {
    const by = taken.get(port);
    if (by === undefined) return [];
    return [
      {
        id: 'port',
        level: 'missing',
        message: `port ${port} of this machine is taken by ${by}`,
        cause: key.endsWith('apiServerPort')
          ? `${key} states it; a lab that states none gets a free one`
          : `${key} states it`,
        fix: key.endsWith('apiServerPort')
          ? ['labctl', 'up', lab, '--engine', 'kind', '--set', `${key}=${freePort(port, taken)}`]
          : ['ss', '--listening', '--tcp', '--processes', 'sport', '=', `:${port}`],
      },
    ];
  });
}

/** Ports on which 127.0.0.1 is listened to, and by whom, as `ss` prints it: `127.0.0.1:6443 0.0.0.0:* users:(("docker-proxy",pid=7,fd=4))`. */
function takenPorts(text: string): ReadonlyMap<number, string> {
  const taken = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [, address = '', port] = /\s(\S+):(\d+)\s+\S+:\*/.exec(line) ?? [];
    if (port === undefined || !['127.0.0.1', '0.0.0.0', '*', '[::]'].includes(address)) continue;
    const [, program, pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(line) ?? [];
    taken.set(Number(port), program === undefined ? 'another program' : `${program} (pid ${pid})`);
  }
  return taken;
}

function freePort(from: number, taken: ReadonlyMap<number, string>): number {
  let port = from;
  while (taken.has(port)) port = port === 65_535 ? 1024 : port + 1;
  return port;
}
