// Owns which programs a guest keeps in its own memory: read through hostfs at each start they are three times slower.

import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Shell } from '../base/shell.ts';

/** What labctl's own scripts run, beside the programs of scripts/packages.txt. */
const common = [
  ...[
    'sh',
    'cat',
    'chgrp',
    'chmod',
    'chown',
    'cp',
    'env',
    'grep',
    'hostname',
    'id',
    'ln',
    'mkdir',
    'mount',
    'rm',
    'sed',
  ],
  ...['setpriv', 'setsid', 'sleep', 'uname', 'nsenter', 'unshare', 'perl', 'ip', 'bridge', 'tc', 'ping', 'tcpdump'],
] as const;

const places = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** Those of the named and the common programs that this machine has, with the libraries they load. */
export async function guestFiles(shell: Shell, programs: readonly string[]): Promise<readonly string[]> {
  const found = [...new Set([...common.flatMap(onThisMachine), ...programs])];
  const { stdout } = await shell.run(['ldd', ...found], { onFailure: 'return' });
  const libraries = [...stdout.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = '']) => inUsr(path));
  return [...new Set([...found.map(inUsr), ...libraries])];
}

function onThisMachine(name: string): readonly string[] {
  const folder = places.find((place) => statSync(join(place, name), { throwIfNoEntry: false })?.isFile() === true);
  return folder === undefined ? [] : [join(folder, name)];
}

/** `/lib/x` is `/usr/lib/x` where the two are one. The name stays: libraries are asked for by it. */
function inUsr(path: string): string {
  const [, top = ''] = path.split('/');
  return path.startsWith('/usr/') || !realpathSync(`/${top}`).startsWith('/usr/') ? path : `/usr${path}`;
}
