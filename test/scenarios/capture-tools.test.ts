// Owns the proof that capturing works with the real tcpdump, ping and traceroute, in four namespaces of its own:
// every point sees the echo, and no tcpdump outlives its reader, however that one ends.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMachine } from '../../src/design/design.ts';
import { captureProbe } from '../../src/evidence/capture.ts';
import { readCaptureFile } from '../../src/evidence/capture-file.ts';
import { endsOf } from '../../src/evidence/ends.ts';
import { gatherEvidence } from '../../src/evidence/gather.ts';
import { pointsBetween } from '../../src/evidence/points.ts';
import { saveCaptures } from '../../src/evidence/save-captures.ts';
import { localShell } from '../../src/host/local-shell.ts';
import { findPrograms } from '../../src/host/programs.ts';
import type { Engine } from '../../src/plan/engine.ts';
import { pathSentence } from '../../src/report/capture-path.ts';
import { flatDesign } from '../support/fabric-design.ts';

/** Two nodes on one wire, a pod on each, as Calico plumbs them (proxy ARP for 169.254.1.1). */
const script = `
set -e
mount -t tmpfs none /run
[ -z "$PROGRAMS" ] || mount -t overlay -o lowerdir=$PROGRAMS/usr:/usr overlay /usr
for name in pod-a fullmesh-control-plane fullmesh-worker2 pod-b; do
  ip netns add $name; ip -n $name link set dev lo up
  ip netns exec $name sysctl -qw net.ipv4.ip_forward=1
done
plumb() {
  ip link add name eth0 netns $1 type veth peer name $3 netns $2
  ip -n $1 addr add $4/32 dev eth0; ip -n $1 link set dev eth0 up
  ip -n $1 route add 169.254.1.1 dev eth0 scope link; ip -n $1 route add default via 169.254.1.1
  ip -n $2 link set dev $3 address ee:ee:ee:ee:ee:ee; ip -n $2 link set dev $3 up
  ip netns exec $2 sysctl -qw net.ipv4.conf.$3.proxy_arp=1 net.ipv4.neigh.$3.proxy_delay=0
  ip -n $2 route add $4 dev $3 scope link
}
ip link add name eth0 netns fullmesh-control-plane type veth peer name eth0 netns fullmesh-worker2
ip -n fullmesh-control-plane addr add 172.18.0.2/16 dev eth0; ip -n fullmesh-control-plane link set dev eth0 up
ip -n fullmesh-worker2 addr add 172.18.0.4/16 dev eth0; ip -n fullmesh-worker2 link set dev eth0 up
ip -n fullmesh-control-plane route add default via 172.18.0.4; ip -n fullmesh-worker2 route add default via 172.18.0.2
plumb pod-a fullmesh-control-plane cali0 10.244.0.2
plumb pod-b fullmesh-worker2 cali2 10.244.2.2
ip -n fullmesh-control-plane route add 10.244.2.0/26 via 172.18.0.4
ip -n fullmesh-worker2 route add 10.244.0.0/26 via 172.18.0.2
echo ready
exec sleep 600
`;

const root = join(import.meta.dirname, '../..');
const { LABCTL_CACHE, XDG_CACHE_HOME, CI, PATH } = process.env;
const cacheHome = LABCTL_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'labctl');
const programs = await findPrograms({ packageRoot: root, cacheHome, path: PATH, uid: 0 });

/** Why this cannot run here; programs that are missing are an error in CI. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'this user is not root';
  const missing = programs.missing.filter(({ name }) => ['tcpdump', 'ping', 'traceroute'].includes(name));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name }) => name).join(', ');
  if (CI === 'true') throw new Error(`missing: ${names}`);
  return `missing: ${names} (scripts/setup --programs)`;
}

const reason = obstacle();
if (reason !== undefined) console.warn(`skipped: capture with the real programs: ${reason}`);

/** Where its network namespaces, processes and files are, seen from the host. */
let holder: ChildProcess;
let inside = 0;

beforeAll(async () => {
  if (reason !== undefined) return;
  const argv = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script];
  const env = { ...process.env, PROGRAMS: programs.root ?? '' };
  holder = spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'inherit'], env });
  await new Promise<void>((resolve, reject) => {
    holder.stdout?.once('data', () => resolve());
    holder.once('exit', (code) => reject(new Error(`the namespaces could not be made: ${code}`)));
  });
  inside = Number(readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8'));
});

afterAll(() => {
  holder?.kill('SIGKILL');
});

function engine(): Pick<Engine, 'tap' | 'shell' | 'inspect'> {
  // A killed nsenter leaves its child alive: the child asks to be killed with it.
  const enter = ['nsenter', '-t', String(inside), '-m', '-n', '-p', '--', 'setpriv', '--pdeathsig', 'KILL', '--'];
  const shell = (machine: string) => localShell(machine, [...enter, 'ip', 'netns', 'exec', machine]);
  return {
    shell,
    tap: (machine, iface) => ({ name: `${machine}:${iface}`, machine, interface: iface, shell: shell(machine) }),
    inspect: async () => ({ sessions: [], paths: [], routes: [], interfaces: [], neighbors: [], forwarding: [] }),
  };
}

function tcpdumps(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const isTcpdump = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'tcpdump';
      return isTcpdump && statSync(`/proc/${pid}/ns/pid`).ino === statSync(`/proc/${inside}/ns/pid`).ino;
    } catch {
      return false;
    }
  });
}

async function untilNone(): Promise<readonly string[]> {
  const deadline = Date.now() + 20_000;
  while (tcpdumps().length > 0 && Date.now() < deadline) await sleep(50);
  return tcpdumps();
}

function request(count = 1, signal = new AbortController().signal) {
  const design = flatDesign();
  const [from, to] = [findMachine(design, 'pod-a')!, findMachine(design, 'pod-b')!];
  const points = pointsBetween(design, from, to);
  return { ...endsOf(from, to), points, probe: { kind: 'echo', count } as const, signal };
}

describe.skipIf(reason !== undefined)('capture with the real programs', () => {
  it('sees request and reply at every point, in path order, and leaves no tcpdump', async () => {
    const evidence = await captureProbe(engine(), request());

    const seen = evidence.lines.map(
      ({ point, direction, packet }) => `${packet.kind} ${point.name} ${direction} ${packet.ttl}`,
    );
    expect(seen).toEqual([
      'request pod-a:eth0 out 64',
      'request control-plane:cali0 in 64',
      'request control-plane:eth0 out 63',
      'request worker2:eth0 in 63',
      'request worker2:cali2 out 62',
      'request pod-b:eth0 in 62',
      'reply pod-b:eth0 out 64',
      'reply worker2:cali2 in 64',
      'reply worker2:eth0 out 63',
      'reply control-plane:eth0 in 63',
      'reply control-plane:cali0 out 62',
      'reply pod-a:eth0 in 62',
    ]);
    expect(evidence.points.map((point) => point.missed)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(pathSentence(evidence)).toContain('path found: pod-a > control-plane > worker2 > pod-b');
    expect(await untilNone()).toEqual([]);
  });

  it('writes files that tcpdump reads, for their owner only, and never over another', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'capture-'));
    try {
      const { points } = await captureProbe(engine(), request(3));
      const options = { parent: join(parent, 'labctl-fullmesh'), folder: undefined, owner: undefined };

      const saved = await saveCaptures(points, [new Uint8Array(4)], options);

      expect(saved.folder).toBe(join(parent, 'labctl-fullmesh', 'capture-1'));
      expect(saved.files[1]).toBe('02-control-plane-cali0.pcap');
      const path = join(saved.folder, saved.files[1]!);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const printed = await engine().shell('pod-a').run(['tcpdump', '-Z', 'root', '-nr', path, 'icmp']);
      expect(printed.stdout.trim().split('\n')).toHaveLength(6);
      expect(await readCaptureFile(path, () => undefined)).toMatchObject({ problems: [] });
      expect((await saveCaptures(points, [new Uint8Array(4)], options)).folder).toMatch(/capture-2$/);
      await expect(
        saveCaptures(points, [new Uint8Array(4)], { ...options, folder: saved.folder }),
      ).rejects.toMatchObject({
        code: 'STATE_UNWRITABLE',
        message: expect.stringContaining('exists already'),
      });
      const victim = join(parent, 'victim');
      writeFileSync(victim, 'untouched');
      symlinkSync(parent, join(parent, 'linked'));
      await expect(
        saveCaptures(points, [new Uint8Array(4)], { ...options, parent: join(parent, 'linked') }),
      ).rejects.toMatchObject({
        code: 'STATE_UNWRITABLE',
      });
      expect(readFileSync(victim, 'utf8')).toBe('untouched');
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });

  it('says which point cannot be listened on, and ends all the others', async () => {
    const wrong = request();
    const points = wrong.points.map((point) =>
      point.interface === 'cali2' ? { ...point, interface: 'cali9' } : point,
    );

    const failure = await captureProbe(engine(), { ...wrong, points }).catch((error: unknown) => error);

    expect(failure).toMatchObject({
      code: 'HOST_COMMAND_FAILED',
      message: 'could not listen on cali9 of fullmesh-worker2',
      ran: { stderr: expect.stringContaining('cali9') },
    });
    expect(await untilNone()).toEqual([]);
  });

  it('ends every tcpdump when it is interrupted', async () => {
    const interrupt = new AbortController();
    const running = captureProbe(engine(), request(50, interrupt.signal)).catch((error: unknown) => error);
    await expect.poll(tcpdumps, { timeout: 60_000 }).toHaveLength(6);

    const begin = performance.now();
    interrupt.abort('SIGTERM');

    expect(await running).toMatchObject({ code: 'INTERRUPTED', exitCode: 143 });
    // Fifty echoes take longer by far.
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(await untilNone()).toEqual([]);
  });

  it('leaves no tcpdump when labctl is killed', async () => {
    const program = `
      import { startTcpdump } from ${JSON.stringify(join(import.meta.dirname, '../../src/host/tcpdump.ts'))};
      import { localShell } from ${JSON.stringify(join(import.meta.dirname, '../../src/host/local-shell.ts'))};
      const prefix = ${JSON.stringify(engine().shell('pod-a').argv([]))};
      const listener = startTcpdump(localShell('pod-a', prefix), 'eth0', { filter: 'icmp' });
      await listener.ready;
      console.log('listening');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      cwd: join(import.meta.dirname, '../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`it does not listen: ${code}`)));
    });
    expect(tcpdumps()).toHaveLength(1);

    child.kill('SIGKILL');

    expect(await untilNone()).toEqual([]);
  });

  it('gathers pings, traceroutes, and wrappings', async () => {
    const expectations = [
      { kind: 'ping', from: 'pod-a', to: '10.244.2.9', ttl: undefined, answered: false, family: undefined },
      {
        kind: 'path',
        from: 'pod-a',
        to: 'pod-b',
        hops: ['control-plane', 'worker2'],
        encapsulation: 'none',
        ttl: 62,
        family: undefined,
      },
    ] as const;
    const flat = flatDesign();
    const design = { ...flat, pods: flat.pods.filter(({ name }) => name !== 'pod-c'), expect: expectations };

    const evidence = await gatherEvidence(design, engine(), new AbortController().signal);

    expect(evidence.pings.get('pod-a 10.244.2.9')?.received).toBe(0);
    expect(evidence.pings.get('pod-a pod-b')?.replies[0]?.ttl).toBe(62);
    expect(evidence.traces.get('pod-a pod-b')?.hops.map((hop) => hop.address)).toEqual([
      '172.18.0.2',
      '172.18.0.4',
      '10.244.2.2',
    ]);
    expect(evidence.wrappings.get('pod-a pod-b')).toEqual(['none']);
  });
});
