// The leak oracle must find a planted leak of every kind, and nothing where nothing is left.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { nft } from '../support/leaks/network.ts';
import { type Leak, type LeakKind, type LeakOptions, leaksSince, leaksToText, snapshot } from '../support/leaks.ts';
import { skipReason } from '../support/scenario.ts';

const why = skipReason('root', 'the leak oracle plants leaks in the host namespaces');
const folder = why === undefined ? mkdtempSync(join(tmpdir(), 'oracle-')) : tmpdir();
const subuid = 2_000_000_000;
const options: LeakOptions = {
  mark: `oracle-${process.pid}`,
  home: join(folder, 'home'),
  folders: [folder],
  uids: [{ start: subuid, count: 65_536 }],
  settleMs: 0,
};
const mark = { LABCTL_TEST_MARK: options.mark };
const name = `leak${process.pid}`;
/** Of this run alone: another one on this machine may plant at the same time. */
const [table, low] = [String(100_000 + process.pid), `${(process.pid >> 8) & 255}.${process.pid & 255}`];

/** Takes away what was planted. */
type Undo = () => void | Promise<void>;
type Plant = {
  readonly what: string;
  readonly kind: LeakKind;
  readonly identity: RegExp;
  readonly plant: () => Undo | Promise<Undo>;
};

function run(...argv: readonly [string, ...string[]]): string {
  return execFileSync(argv[0], argv.slice(1), { encoding: 'utf8', stdio: 'pipe' });
}

/** Milliseconds that a busy machine is given to start or end a process. */
const patience = 60_000;

/** Starts a program that becomes or starts `sleep`, without this test's mark (unless given), and waits until it sleeps. */
async function start(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore', env: { PATH: process.env['PATH'], ...env } });
  child.unref();
  const pid = child.pid ?? 0;
  const names = (): readonly string[] =>
    [pid, ...childrenOf(pid)].map((each) => readFileSync(`/proc/${each}/comm`, 'utf8'));
  await vi.waitFor(() => expect(names(), argv.join(' ')).toContain('sleep\n'), patience);
  return pid;
}

function end(...pids: readonly number[]): Undo {
  return async () => {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), patience);
  };
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}

/** A named namespace; `ip` mounts /run/netns for the first one on a machine, and that is taken away too. */
function addNamespace(): Undo {
  const isFirst = !existsSync('/run/netns');
  run('ip', 'netns', 'add', name);
  return () => {
    run('ip', 'netns', 'del', name);
    if (!isFirst) return;
    run('umount', '/run/netns');
    rmdirSync('/run/netns');
  };
}

function canList(): boolean {
  try {
    nft('list', 'ruleset');
    return true;
  } catch {
    return false;
  }
}

const plants: readonly Plant[] = [
  {
    what: 'a named network namespace',
    kind: 'namespace',
    identity: /^net:/,
    plant: addNamespace,
  },
  {
    what: 'the file of a named network namespace',
    kind: 'file',
    identity: new RegExp(`^/run/netns/${name}$`),
    plant: addNamespace,
  },
  {
    what: 'a network namespace that only an open file holds',
    kind: 'namespace',
    identity: /^net:/,
    plant: async () => {
      const inside = await start(['unshare', '--net', 'sleep', '1000']);
      const holder = await start(['sh', '-c', `exec 9</proc/${inside}/ns/net; exec sleep 1000`]);
      await end(inside)();
      return end(holder);
    },
  },
  {
    what: 'a network namespace that only a mount in another mount namespace holds',
    kind: 'namespace',
    identity: /^net:/,
    plant: async () => {
      const inside = await start(['unshare', '--net', 'sleep', '1000']);
      writeFileSync(join(folder, 'pin'), '');
      const script = `mount --bind /proc/${inside}/ns/net ${join(folder, 'pin')}; exec sleep 1000`;
      const holder = await start(['unshare', '--mount', 'sh', '-c', script]);
      await end(inside)();
      return async () => {
        await end(holder)();
        rmSync(join(folder, 'pin'));
      };
    },
  },
  {
    what: 'a process with the mark',
    kind: 'process',
    identity: /^\d+@\d+$/,
    plant: async () => end(await start(['sleep', '1000'], mark)),
  },
  {
    what: 'a process in a namespace of its own',
    kind: 'process',
    identity: /^\d+@\d+$/,
    plant: async () => end(await start(['unshare', '--mount', 'sleep', '1000'])),
  },
  {
    what: 'a process of a subordinate user',
    kind: 'process',
    identity: /^\d+@\d+$/,
    plant: async () => end(await start(['setpriv', `--reuid=${subuid + 7}`, '--clear-groups', 'sleep', '1000'])),
  },
  {
    what: 'a zombie whose parent does not wait',
    kind: 'zombie',
    identity: /^\d+@\d+$/,
    plant: async () => end(await start(['sh', '-c', 'true & exec sleep 1000'])),
  },
  {
    what: 'a child of nsenter that outlives it',
    kind: 'process',
    identity: /^\d+@\d+$/,
    plant: async () => {
      const outer = await start(['unshare', '--pid', '--fork', '--kill-child', 'sleep', '1000']);
      const [holder = 0] = childrenOf(outer);
      const enter = await start(['nsenter', '-t', String(holder), '-p', 'sleep', '1001']);
      const [orphan = 0] = childrenOf(enter);
      await end(enter)();
      expect(readFileSync(`/proc/${orphan}/cmdline`, 'utf8')).toBe('sleep\0' + '1001\0');
      return end(outer);
    },
  },
  {
    what: 'a mount',
    kind: 'mount',
    identity: new RegExp(`${folder}/mounted tmpfs`),
    plant: () => {
      mkdirSync(join(folder, 'mounted'));
      run('mount', '-t', 'tmpfs', 'tmpfs', join(folder, 'mounted'));
      return () => {
        run('umount', join(folder, 'mounted'));
        rmdirSync(join(folder, 'mounted'));
      };
    },
  },
  {
    what: 'a link',
    kind: 'link',
    identity: new RegExp(`^v${process.pid}a index`),
    plant: () => {
      run('ip', 'link', 'add', 'name', `v${process.pid}a`, 'type', 'veth', 'peer', 'name', `v${process.pid}b`);
      return () => void run('ip', 'link', 'del', 'dev', `v${process.pid}a`);
    },
  },
  {
    what: 'an address',
    kind: 'address',
    identity: new RegExp(`^127\\.77\\.${low}/32 dev lo$`),
    plant: () => {
      run('ip', 'addr', 'add', `127.77.${low}/32`, 'dev', 'lo');
      return () => void run('ip', 'addr', 'del', `127.77.${low}/32`, 'dev', 'lo');
    },
  },
  {
    what: 'a route in a table of its own',
    kind: 'route',
    identity: new RegExp(`blackhole 198\\.51\\.100\\.0/24 ${table}`),
    plant: () => {
      run('ip', 'route', 'add', 'blackhole', '198.51.100.0/24', 'table', table);
      return () => void run('ip', 'route', 'flush', 'table', table);
    },
  },
  {
    what: 'a routing rule',
    kind: 'route',
    identity: new RegExp(`rule .*${table}`),
    plant: () => {
      run('ip', 'rule', 'add', 'to', '198.51.100.0/24', 'table', table);
      return () => void run('ip', 'rule', 'del', 'to', '198.51.100.0/24', 'table', table);
    },
  },
  {
    what: 'a file in the state folder',
    kind: 'file',
    identity: /home\/labs\/x\/record\.json$/,
    plant: () => {
      mkdirSync(join(folder, 'home', 'labs', 'x'), { recursive: true });
      writeFileSync(join(folder, 'home', 'labs', 'x', 'record.json'), '{}');
      return () => rmSync(join(folder, 'home'), { recursive: true });
    },
  },
  {
    what: 'a file of a subordinate user in /tmp',
    kind: 'file',
    identity: new RegExp(`^/tmp/plain-${process.pid}$`),
    plant: () => {
      writeFileSync(`/tmp/plain-${process.pid}`, '');
      chownSync(`/tmp/plain-${process.pid}`, subuid + 3, subuid + 3);
      return () => rmSync(`/tmp/plain-${process.pid}`);
    },
  },
  {
    what: 'a folder of a daemon in /var/tmp',
    kind: 'file',
    identity: /^\/var\/tmp\/frr-\d+$/,
    plant: () => {
      mkdirSync(`/var/tmp/frr-${process.pid}`);
      return () => rmdirSync(`/var/tmp/frr-${process.pid}`);
    },
  },
  {
    what: 'a file in /dev/shm',
    kind: 'file',
    identity: new RegExp(`^/dev/shm/plain-${process.pid}$`),
    plant: () => {
      writeFileSync(`/dev/shm/plain-${process.pid}`, '');
      return () => rmSync(`/dev/shm/plain-${process.pid}`);
    },
  },
  {
    what: 'a sysctl',
    kind: 'sysctl',
    identity: /^net\.ipv4\.tcp_fin_timeout = \d+$/,
    plant: () => {
      const path = '/proc/sys/net/ipv4/tcp_fin_timeout';
      const old = readFileSync(path, 'utf8');
      writeFileSync(path, String(Number(old) + 1));
      return () => writeFileSync(path, old);
    },
  },
  {
    what: 'an nftables rule',
    kind: 'nft',
    identity: new RegExp(`table inet ${name}`),
    plant: () => {
      nft('add', 'table', 'inet', name);
      return () => void nft('delete', 'table', 'inet', name);
    },
  },
  {
    what: 'a unix socket without a file',
    kind: 'socket',
    identity: new RegExp(`^@labctl-${process.pid}`),
    plant: async () => {
      const server = createServer().listen({ path: `\0labctl-${process.pid}` });
      await once(server, 'listening');
      return () => void server.close();
    },
  },
  {
    what: 'a listener on a port of FRR',
    kind: 'listener',
    identity: /^tcp .*:0A8B$/,
    plant: async () => {
      const server = createServer().listen({ port: 2699, host: `127.79.${low}` });
      await once(server, 'listening');
      return () => void server.close();
    },
  },
  {
    what: 'a control group',
    kind: 'cgroup',
    identity: new RegExp(`labctl-${process.pid}$`),
    plant: () => {
      const root = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((path) => existsSync(path)) ?? '';
      mkdirSync(join(root, `labctl-${process.pid}`));
      return () => rmdirSync(join(root, `labctl-${process.pid}`));
    },
  },
];

const hasNft = why !== undefined || canList();
if (!hasNft && process.env['CI'] === 'true') throw new Error('leaks: neither this machine nor the cache has nft');
if (!hasNft) console.log('skipped: leaks: a planted nftables rule: this machine has no nft');

describe.skipIf(why !== undefined)('the leak oracle', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('finds nothing where nothing is left', async () => {
    const before = snapshot(options);

    run('unshare', '--net', '--mount', '--pid', '--fork', 'true');

    expect(leaksToText(await leaksSince(before, { ...options, settleMs: 20_000 }))).toBe('');
  });

  it('knows at least 13 kinds of leak', () => {
    expect(new Set(plants.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(13);
  });

  it.each(plants.filter(({ kind }) => kind !== 'nft' || hasNft))('finds $what', async ({ kind, identity, plant }) => {
    const before = snapshot(options);

    const undo = await plant();
    const isIt = (leak: Leak): boolean => leak.kind === kind && identity.test(leak.identity);
    try {
      await vi.waitFor(async () => {
        const found = await leaksSince(before, options);
        expect(found.filter(isIt), leaksToText(found)).not.toEqual([]);
      }, patience);
    } finally {
      await undo();
    }
    expect(leaksToText(await leaksSince(before, { ...options, settleMs: 20_000 }))).toBe('');
  });

  it('finds what vanished from the host', async () => {
    run('ip', 'addr', 'add', `127.78.${low}/32`, 'dev', 'lo');
    const before = snapshot(options);

    run('ip', 'addr', 'del', `127.78.${low}/32`, 'dev', 'lo');

    expect(leaksToText(await leaksSince(before, options))).toContain('was removed');
  });

  it('leaves the processes of another test alone', async () => {
    const before = snapshot(options);

    const pid = await start(['unshare', '--net', 'sleep', '1000'], { LABCTL_TEST_MARK: 'another' });
    const found = await leaksSince(before, options);
    await end(pid)();

    expect(leaksToText(found)).toBe('');
  });
});
