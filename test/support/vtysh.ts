// Owns asking the real FRR whether it takes a configuration: `vtysh -C`, from this machine or from labctl's cache.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** The root below which vtysh stands, or undefined (and why is printed) where FRR is not installed. */
export function frrRoot(): string | undefined {
  const cache = join(process.env['LABCTL_CACHE'] ?? join(homedir(), '.cache', 'labctl'), 'programs');
  const unpacked = existsSync(cache) ? readdirSync(cache).map((name) => join(cache, name)) : [];
  const root = ['/', ...unpacked].find((folder) => existsSync(join(folder, 'usr/bin/vtysh')));
  if (root === undefined) console.warn('skipped: FRR is not here (scripts/labctl setup unpacks it)');
  return root;
}

/** What vtysh says of a configuration: nothing where every line is one of FRR's. */
export function vtyshComplaints(root: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'labctl-vtysh-'));
  const file = join(folder, 'frr.conf');
  writeFileSync(file, text);
  const libraries = readdirSync(join(root, 'usr/lib')).filter((name) => name.endsWith('-linux-gnu'));
  const paths = libraries.flatMap((name) => [join(root, 'usr/lib', name, 'frr'), join(root, 'usr/lib', name)]);
  try {
    execFileSync(join(root, 'usr/bin/vtysh'), ['-C', '-f', file], {
      env: { LD_LIBRARY_PATH: paths.join(':'), PATH: process.env['PATH'] },
      timeout: 60_000,
      stdio: 'pipe',
    });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    return `${stdout ?? ''}${stderr ?? ''}` || String(error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
