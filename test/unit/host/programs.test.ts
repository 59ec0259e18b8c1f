import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { machine, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ran, Shell } from '../../../src/base/shell.ts';
import {
  type FindProgramsOptions,
  findPrograms,
  installPrograms,
  programVersions,
  setupCommand,
} from '../../../src/host/programs.ts';

const packageRoot = join(import.meta.dirname, '../../..');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labctl-programs-'));
  put('os-release', 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text = '#!/bin/sh\n', mode = 0o755): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** A machine whose only places are folders of the test. */
function machineWith(options: Partial<FindProgramsOptions> = {}): FindProgramsOptions {
  return {
    packageRoot,
    cacheHome: join(folder, 'cache'),
    path: join(folder, 'bin'),
    usualPlaces: [join(folder, 'usual')],
    uid: 0,
    osRelease: join(folder, 'os-release'),
    ...options,
  };
}

const set = `cache/programs/debian-12-${machine()}`;

/** A shell that answers from a table and fails on anything else. */
function answering(answers: Readonly<Record<string, string>>): Shell {
  return {
    where: 'host',
    argv: (argv) => argv,
    run: async (argv): Promise<Ran> => {
      const stderr = answers[argv.join(' ')];
      if (stderr === undefined) throw new Error(`unexpected: ${argv.join(' ')}`);
      return { argv, where: 'host', exitCode: 0, stdout: '', stderr, ms: 1 };
    },
  };
}

describe('findPrograms', () => {
  it('names every program with its package when the machine has none', async () => {
    const { root, tools, missing } = await findPrograms(machineWith());

    expect(root).toBeUndefined();
    expect(tools.size).toBe(0);
    expect(missing).toContainEqual({ name: 'bgpd', package: 'frr', how: 'unpack' });
    expect(missing).toContainEqual({ name: 'unshare', package: 'util-linux', how: 'install' });
    expect(missing.map((program) => program.name)).not.toContain('newuidmap');
  });

  it('needs newuidmap for an ordinary user only', async () => {
    const { missing } = await findPrograms(machineWith({ uid: 1001 }));

    expect(missing).toContainEqual({ name: 'newuidmap', package: 'uidmap', how: 'rootless' });
  });

  it('finds a program in PATH before the usual places, and passes over what cannot be run', async () => {
    const first = put('bin/nft');
    put('usual/nft');
    put('bin/tcpdump', '', 0o644);
    const second = put('usual/tcpdump');

    const { tools } = await findPrograms(machineWith());

    expect(tools.get('nft')).toEqual({
      name: 'nft',
      package: 'nftables',
      how: 'unpack',
      source: 'host',
      path: first,
      labPath: first,
    });
    expect(tools.get('tcpdump')?.path).toBe(second);
  });

  it('passes over relative folders of PATH', async () => {
    const { missing } = await findPrograms(machineWith({ path: `.:node_modules/.bin:${join(folder, 'bin')}` }));

    expect(missing.map((program) => program.name)).toContain('nft');
  });

  it('does not take BIRD 1 for BIRD 2', async () => {
    for (const name of ['bird', 'birdc', 'birdcl', 'bird6']) put(`usual/${name}`);

    const { missing } = await findPrograms(machineWith());

    expect(missing.map((program) => program.name)).toEqual(expect.arrayContaining(['bird', 'birdc', 'birdcl']));
  });

  it('takes from the cache what the machine lacks, at its usual place in a lab', async () => {
    put('usual/ip');
    const bird = put(`${set}/usr/sbin/bird`);
    put(`${set}/packages`, 'bird2 2.0.12-7\n');

    const { root, tools } = await findPrograms(machineWith());

    expect(root).toBe(join(folder, set));
    expect(tools.get('bird')).toMatchObject({ source: 'cache', path: bird, labPath: '/usr/sbin/bird' });
    expect(tools.get('ip')?.source).toBe('host');
  });

  it('does not trust a set without its manifest: the setup was interrupted', async () => {
    put(`${set}/usr/sbin/bird`);

    const { root, missing } = await findPrograms(machineWith());

    expect(root).toBeUndefined();
    expect(missing.map((program) => program.name)).toContain('bird');
  });
});

describe('programVersions', () => {
  it('reads the manifest for the cache, without epoch and Debian revision', async () => {
    put(`${set}/usr/lib/frr/zebra`);
    put(`${set}/usr/bin/ping`);
    put(`${set}/packages`, 'frr 8.4.4-1.1~deb12u2\niputils-ping 3:20221126-1+deb12u1\n');

    const versions = await programVersions(await findPrograms(machineWith()), answering({}));

    expect(Object.fromEntries(versions)).toEqual({ frr: '8.4.4', 'iputils-ping': '20221126' });
  });

  it('asks the programs of the machine', async () => {
    const bird = put('usual/bird');
    const ip = put('usual/ip');
    const tcpdump = put('usual/tcpdump');
    const shell = answering({
      [`${bird} --version`]: 'BIRD version 2.0.12\n',
      [`${ip} -V`]: 'ip utility, iproute2-6.1.0, libbpf 1.1.2\n',
      [`${tcpdump} --version`]: 'cannot execute binary file\n',
    });

    const versions = await programVersions(await findPrograms(machineWith()), shell);

    expect(Object.fromEntries(versions)).toEqual({ bird2: '2.0.12', iproute2: '6.1.0' });
  });
});

describe('installPrograms', () => {
  const env = { PATH: '/usr/bin:/bin' };

  it('hands --yes to scripts/setup only when the user gave it, with the cache folder', async () => {
    const said = join(folder, 'said');
    put('scripts/setup', `#!/bin/sh\necho "$* $LABCTL_CACHE" >> ${said}\n`);

    await installPrograms({ packageRoot: folder, cacheHome: '/cache', env, consent: 'ask' });
    await installPrograms({ packageRoot: folder, cacheHome: '/cache', env, consent: 'given' });

    expect(readFileSync(said, 'utf8')).toBe('--programs /cache\n--programs --yes /cache\n');
  });

  it.each([
    [4, 'HOST_PROGRAM_MISSING', 4],
    [1, 'HOST_COMMAND_FAILED', 1],
    [143, 'INTERRUPTED', 130],
  ])('turns exit %i of scripts/setup into %s', async (status, code, exitCode) => {
    put('scripts/setup', `#!/bin/sh\nexit ${status}\n`);

    const running = installPrograms({ packageRoot: folder, cacheHome: '/cache', env, consent: 'ask' });

    await expect(running).rejects.toMatchObject({ code, exitCode });
  });

  it('names the command that sets up', () => {
    expect(setupCommand('/opt/labctl')).toEqual(['/opt/labctl/scripts/setup', '--programs', '--yes']);
  });
});
