// Both families at work: seen in a capture, over HTTP and in BIRD; a broken one is told, and the other goes on.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingBuild, runnerKinds, withLab } from '../support/scenario.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: dual-stack labs: ${why}`);
const kinds = why === undefined ? runnerKinds('dual-stack labs') : [];
if (kinds.length === 0) it.skip('dual-stack labs cannot run here', () => undefined);

interface Status {
  readonly pods: readonly {
    readonly name: string;
    readonly interface: string;
    readonly addresses: readonly string[];
  }[];
}

interface Verdict {
  readonly checks: readonly { readonly title: string; readonly failures: readonly { readonly what: string }[] }[];
}

describe.each(kinds)('a dual-stack lab as %s', (kind) => {
  it('carries both families, and verify names the one that broke', async () => {
    await withLab('dualstack', { kind }, async (running) => {
      await running.must(['verify']);
      const status = JSON.parse((await running.must(['status', '--format', 'json'])).stdout) as Status;
      const far = status.pods.find(({ name }) => name === 'pod-b');
      const [v4 = '', v6 = ''] = far?.addresses ?? [];

      const path = (await running.must(['capture', 'pod-a', 'pod-b', '-6'])).stdout;
      rmSync(join(running.cwd, 'labctl-dualstack'), { recursive: true });
      expect(path).toContain(v6);
      expect(path).toContain('path found: pod-a > control-plane > worker > pod-b');
      expect(await running.exec('pod-a', 'perl', '-e', httpGet, v6)).toContain(`pod-b ${v6}`);
      expect((await running.must(['calicoctl', 'node', 'status', 'worker'])).stdout).toMatch(
        /IPv6 BGP status\n.*\n.*PEER ADDRESS.*\n.*\n\| fc00:f853:ccd:e793::2 +\| node-to-node mesh \| up /,
      );

      await running.exec('worker', 'ip', '-6', 'route', 'del', v6, 'dev', far?.interface ?? '');
      const broken = await running.labctl(['verify', '--timeout', '1s', '--format', 'json']);

      expect(broken.exitCode).toBe(1);
      const { checks } = JSON.parse(broken.stdout) as Verdict;
      const failed = checks.filter(({ failures }) => failures.length > 0);
      expect(failed.flatMap(({ failures }) => failures.map(({ what }) => what))).toContain(`route ${v6}/128`);
      expect(failed.map(({ title }) => title).filter((title) => title.startsWith('IPv4'))).toEqual([]);
      await running.exec('pod-a', 'ping', '-c', '1', '-W', '2', v4);
    });
  });
});

/** One request to port 80 of an IPv6 address: not every machine has a curl. */
const httpGet = `use Socket qw(:DEFAULT inet_pton AF_INET6 pack_sockaddr_in6);
socket(my $s, AF_INET6, SOCK_STREAM, 0) or die; alarm 5;
connect($s, pack_sockaddr_in6(80, inet_pton(AF_INET6, $ARGV[0]))) or die "connect: $!";
syswrite($s, "GET / HTTP/1.0\\r\\n\\r\\n"); print while <$s>;`;
