import { describe, expect, it } from 'vitest';
import { call } from '../support/call.ts';

async function words(...typed: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await call(['__complete', '--', ...typed]);
  expect(exitCode, stderr).toBe(0);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion', () => {
  it('knows verbs, but not the hidden one', async () => {
    expect(await words('')).toEqual(expect.arrayContaining(['up', 'down', 'calicoctl', 'version']));
    expect(await words('__')).toEqual([]);
    expect(await words('ca')).toEqual(['calicoctl', 'capture']);
    expect(await words('calicoctl', 'n')).toEqual(['node']);
    expect(await words('calicoctl', 'node', '')).toEqual(['status']);
  });

  it('knows labs and variants of the catalogue', async () => {
    expect(await words('up', 'bgp-tor')).toEqual(['bgp-tor', 'bgp-tor:node-as', 'bgp-tor:one-as']);
    expect(await words('--format', 'json', 'deploy', '--timeout', '3s', 'full')).toContain('fullmesh:100-nodes');
    expect(await words('up', 'bgp-rr', '')).toEqual([]);
  });

  it('knows flags and their choices', async () => {
    expect(await words('up', '--re')).toEqual(['--reconfigure']);
    expect(await words('graph', 'bgp-rr', '--as', '')).toEqual(['dot', 'mermaid', 'svg']);
    expect(await words('-o', '')).toEqual(['json', 'table']);
    expect(await words('completion', '')).toEqual(['bash', 'fish', 'zsh']);
    expect(await words('calicoctl', 'get', 'bgpp')).toEqual(['bgppeer']);
  });

  it('finds no machines where nothing runs, and never fails', async () => {
    expect(await words('exec', '')).toEqual([]);
    expect(await words('down', '')).toEqual([]);
    expect(await words('nonsense', 'x', '')).toEqual(expect.arrayContaining([]));
  });

  it.each(['bash', 'zsh', 'fish'])('prints code for %s that asks labctl', async (shell) => {
    const { exitCode, stdout } = await call(['completion', shell]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('labctl __complete -- ');
  });
});
