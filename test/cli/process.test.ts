import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/catalogue-lab.ts';
import { scratchFolder } from '../support/scratch.ts';

/** The sources, run through tsx: the same program as the build. */
const tsx = join(root, 'node_modules/.bin/tsx');

function labctl(argv: readonly string[], env: Readonly<Record<string, string>> = {}, input = '') {
  const home = scratchFolder('labctl-process-');
  const ran = spawnSync(tsx, [join(root, 'src/main.ts'), ...argv], {
    encoding: 'utf8',
    cwd: root,
    input,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, NO_COLOR: '1', ...env },
  });
  return { exitCode: ran.status, stdout: ran.stdout, stderr: ran.stderr, home };
}

describe('the real process', () => {
  it('prints its version in both ways', () => {
    const flag = labctl(['--version']);
    const verb = labctl(['version']);

    expect(flag).toMatchObject({ exitCode: 0, stderr: '' });
    expect(flag.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(verb.stdout).toBe(`labctl ${flag.stdout}`);
  });

  it.each([
    [['list'], 0],
    [['nonsense'], 2],
    [['validate', 'nonsense'], 2],
    [['status', 'bgp-rr'], 1],
    [['exec', 'leaf0', '--', 'true'], 125],
    [['list', '--engine', 'nosuch'], 2],
  ])('labctl %j exits with %d', (argv, exitCode) => {
    expect(labctl(argv).exitCode).toBe(exitCode);
  });

  it('takes flags from its environment', () => {
    const called = labctl(['list'], { LABCTL_LIST_FORMAT: 'json' });

    expect(JSON.parse(called.stdout)).toMatchObject({
      kind: 'LabList',
      items: expect.arrayContaining([expect.objectContaining({ name: 'bgp-rr' })]),
    });
  });

  it('writes no color into a pipe, and color where it is forced', () => {
    const plain = labctl(['validate', 'bgp-rr'], { NO_COLOR: '' });
    const forced = labctl(['validate', 'bgp-rr'], { NO_COLOR: '', FORCE_COLOR: '1' });

    expect(plain.stderr).toContain('warning:');
    expect(plain.stderr).not.toContain('\u001b[');
    expect(forced.stderr).toContain('\u001b[');
  });

  it('reads a wrong lab from standard input and names the place', () => {
    const called = labctl(['validate', '-'], {}, 'titel: x\n');

    expect(called.exitCode).toBe(2);
    expect(called.stderr).toMatch(/:1:1/);
    expect(called.stderr).toContain('title');
  });

  it('leaves no state folder behind when it only looks', () => {
    const called = labctl(['plan', 'bgp-rr']);

    expect(called.exitCode, called.stderr).toBe(0);
    expect(existsSync(join(called.home, '.local'))).toBe(false);
  });
});
