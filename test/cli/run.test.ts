import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call } from '../support/call.ts';
import { scratchFolder } from '../support/scratch.ts';

function folder(): string {
  return scratchFolder('labctl-run-');
}

describe('exit codes', () => {
  it.each([
    [['version'], 0],
    [['down'], 0],
    [['down', 'bgp-rr'], 0],
    [['down', '--all'], 0],
    [['ps'], 0],
    [['status'], 1],
    [['status', 'bgp-rr'], 1],
    [['up'], 2],
    [['validate', 'no-such-lab'], 2],
    [['completion', 'csh'], 2],
    [['plan', 'bgp-rr', '--engine', 'vpp'], 2],
    [['exec', 'leaf0', '--', 'true'], 125],
    [['exec', 'leaf0'], 125],
    [['exec', '--nonsense', 'leaf0', 'true'], 125],
    [['exec', 'a/b/c', 'true'], 125],
    [['shell', 'leaf0'], 125],
    [['exec', '--help'], 0],
    [['--lab', 'exec', 'status'], 1],
    [['calicoctl', 'get', 'bgppeer'], 1],
    [['calicoctl', 'get', 'nonsense'], 1],
    [['calicoctl'], 2],
  ])('labctl %j', async (argv, exitCode) => {
    const called = await call(argv);

    expect(called.exitCode, called.stderr).toBe(exitCode);
    if (exitCode !== 0) expect(called.stdout).toBe('');
    if (exitCode !== 0) expect(called.stderr).not.toBe('');
  });
});

describe('streams', () => {
  it('prints documents that say what they are, and empty lists as []', async () => {
    const { stdout, stderr } = await call(['ps', '--format', 'json']);

    expect(JSON.parse(stdout)).toEqual({ apiVersion: 'labctl.dev/v1alpha1', kind: 'RunningLabList', items: [] });
    expect(stderr).toBe('');
  });

  it('prints a plan as data', async () => {
    const { stdout } = await call(['plan', 'bgp-rr', '-o', 'json']);
    const plan = JSON.parse(stdout);

    expect(plan).toMatchObject({ apiVersion: 'labctl.dev/v1alpha1', kind: 'Plan', lab: 'bgp-rr', engine: 'netns' });
    expect(plan.operations[0]).toMatchObject({ id: 1, resource: 'holder', cause: 'not there' });
  });

  it('plans the same with up --dry-run, and leaves nothing behind', async () => {
    const stateHome = join(folder(), 'state');
    const planned = await call(['plan', 'bgp-rr'], { stateHome });
    const dry = await call(['up', 'bgp-rr', '--dry-run'], { stateHome });

    expect(dry).toMatchObject({ exitCode: 0, stdout: planned.stdout });
    expect(() => readdirSync(stateHome)).toThrow('ENOENT');
  });

  it('warns on stderr, and not at all with -q', async () => {
    const loud = await call(['validate', 'bgp-rr']);
    const quiet = await call(['-q', 'validate', 'bgp-rr']);

    expect(loud.stderr).toContain('LAB_ROUTER_ID');
    expect(loud.stdout).toMatch(
      /^labs\/bgp-rr\.lab\.yml: valid; 4 nodes, 4 routers, 4 pods, 8 BGP sessions, 112 expected routes, \d+ checks\n$/,
    );
    expect(quiet).toEqual({ exitCode: 0, stdout: loud.stdout, stderr: '' });
  });

  it('shows every problem of a wrong lab on stderr, or as a document', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'x.lab.yml'), 'title: wrong\nclustr: {}\ncalico: {version: v1}\n');
    const text = await call(['validate', './x.lab.yml'], { cwd });
    const json = await call(['validate', './x.lab.yml', '--format', 'json'], { cwd });

    expect(text).toMatchObject({ exitCode: 2, stdout: '' });
    expect(text.stderr).toContain('x.lab.yml:2:1');
    const document = JSON.parse(json.stdout);
    expect(json.exitCode).toBe(2);
    expect(document).toMatchObject({ kind: 'Validation', isValid: false });
    expect(document.problems.length).toBeGreaterThan(1);
    expect(document.problems[0]).toMatchObject({ severity: 'error', file: expect.stringContaining('x.lab.yml') });
  });

  it('reads a lab from standard input', async () => {
    const text = readFileSync('labs/fullmesh.lab.yml', 'utf8');
    const called = await call(['validate', '-'], { readStdin: async () => text });

    expect(called.exitCode, called.stderr).toBe(0);
    expect(called.stdout).toContain('3 nodes');
  });
});

describe('render', () => {
  it('writes every file, and never into a folder that holds something', async () => {
    const cwd = folder();
    const first = await call(['render', 'fullmesh', '--out', 'out'], { cwd });
    const again = await call(['render', 'fullmesh', '--out', 'out'], { cwd });
    const forced = await call(['render', 'fullmesh', '--out', 'out', '--force'], { cwd });

    expect(first.exitCode, first.stderr).toBe(0);
    expect(readFileSync(join(cwd, 'out/nodes/fullmesh-worker/bird.conf'), 'utf8')).toContain('protocol bgp');
    expect(readFileSync(join(cwd, 'out/calico/objects.yaml'), 'utf8')).toContain('kind: IPPool');
    expect(again).toMatchObject({ exitCode: 2, stdout: '' });
    expect(again.stderr).toContain('is not empty');
    expect(forced).toMatchObject({ exitCode: 0, stdout: first.stdout });
  });

  it('goes to ./labctl-<lab> by default', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, 'labctl-fullmesh'));

    expect((await call(['render', 'fullmesh'], { cwd })).stdout).toContain(join(cwd, 'labctl-fullmesh', 'nodes'));
  });
});

describe('graph', () => {
  it('prints Mermaid, or writes the file and says so', async () => {
    const cwd = folder();
    const printed = await call(['graph', 'bgp-rr']);
    const written = await call(['graph', 'bgp-rr', '--as', 'svg', '--out', 'g.svg'], { cwd });

    expect(printed.stdout).toContain('flowchart TB');
    expect(written).toMatchObject({ exitCode: 0, stdout: '', stderr: `written: ${join(cwd, 'g.svg')}\n` });
    expect(readFileSync(join(cwd, 'g.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });
});
