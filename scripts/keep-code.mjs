// Keeps what V8 compiles of a built labctl while it plans its first lab: the functions that nearly every command needs. Argument:
// the folder of the build, which becomes dist. State and cache are a folder of chance: nothing of the caller's is read or written.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folder = resolve(process.argv[2]);
const home = mkdtempSync(join(tmpdir(), 'labctl-build-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
for (const name of Object.keys(process.env)) if (name.startsWith('LABCTL_')) delete process.env[name];
Object.assign(process.env, { LABCTL_HOME: home, LABCTL_CACHE: home, XDG_CONFIG_HOME: home });

const { script, run } = createRequire(import.meta.url)(join(folder, 'main.cjs')).compiled(resolve('dist', 'labctl.source'));
// The second time the lab's design is read back, as it is for a user.
const commands = ['up bgp-rr --dry-run -q', 'up bgp-rr --dry-run -q', 'down bgp-rr -q', 'ps -q'];

function next() {
  const command = commands.shift();
  if (command === undefined) {
    writeFileSync(join(folder, 'labctl.code'), script.createCachedData());
    return chmodSync(join(folder, 'labctl.code'), 0o644);
  }
  process.once('beforeExit', next);
  process.argv.splice(2, process.argv.length, ...command.split(' '));
  run();
}

next();
