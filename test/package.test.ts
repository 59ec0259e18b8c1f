// Proves that labctl is a proper npm package: packed, installed into an empty prefix, and run from there.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'labctl-package-'));
let files: readonly string[] = [];

beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const described: unknown = JSON.parse(packed.slice(packed.search(/^[[{]/m)));
  // npm 10 prints a list, npm 11 an object by name.
  const [entry] = Object.values(described as Record<string, { filename: string; files: { path: string }[] }>);
  files = entry?.files.map((file) => file.path) ?? [];
  const install = ['install', '--global', '--prefix', join(folder, 'prefix'), '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', [...install, join(folder, entry?.filename ?? '')], { cwd: folder, stdio: 'pipe' });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function labctl(...argv: readonly string[]): string {
  const env = { ...process.env, LABCTL_HOME: join(folder, 'state'), NO_COLOR: '1' };
  return execFileSync(join(folder, 'prefix', 'bin', 'labctl'), argv, { cwd: folder, encoding: 'utf8', env });
}

describe('the npm package', () => {
  it('holds the build, the labs and the setup, and nothing of the workshop', () => {
    const tops = new Set(files.map((path) => path.split('/')[0]));

    expect(files).toEqual(
      expect.arrayContaining([
        'dist/main.cjs',
        'dist/labctl.source',
        'dist/labctl.code',
        'labs/bgp-rr.lab.yml',
        'labs/lab.schema.json',
        'scripts/setup',
        'scripts/packages.txt',
      ]),
    );
    expect(
      [...tops].filter((top) => !/^(dist|labs|topologies|scripts|package\.json|README\.md|LICENSE)$/.test(top ?? '')),
    ).toEqual([]);
  });

  it('runs from an empty prefix and says its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

    expect(labctl('--version')).toContain(version);
  });

  it('starts with the code that V8 kept when it was built', () => {
    const starter = join(folder, 'prefix', 'lib', 'node_modules', 'labctl', 'dist', 'main.cjs');
    const { compiled } = createRequire(import.meta.url)(starter) as {
      compiled: () => { script: { cachedDataRejected?: boolean } };
    };

    expect(compiled().script.cachedDataRejected).toBe(false);
  });

  it('brings its labs', () => {
    const listed = labctl('list');

    expect(listed).toContain('bgp-rr');
    expect(listed).toContain('fullmesh');
  });
});
