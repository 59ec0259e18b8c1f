// A running lab held against itself as it must be: `diff` says exactly what somebody changed in it, and nothing else.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/catalogue-lab.ts';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, runnerKinds, type Workspace, workspace } from '../support/scenario.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: diff tests: ${why}`);
const [kind] = why === undefined ? runnerKinds('diff tests') : [];
if (kind === undefined) it.skip('diff tests cannot run here', () => undefined);

describe.runIf(kind !== undefined)('diff', () => {
  let place: Workspace;
  beforeAll(async () => {
    place = workspace(kind ?? 'root');
    await place.must(['up', 'vxlan']);
  });
  afterAll(async () => {
    await place.labctl(['down', '--all']);
    const leaks = leaksToText(await place.leaks());
    place.remove();
    expect(leaks).toBe('');
  });

  const changed = async (): Promise<readonly string[]> => {
    const { stdout, exitCode } = await place.labctl(['diff', 'vxlan', join(root, 'labs', 'vxlan.lab.yml')]);
    return [String(exitCode), ...stdout.split('\n').filter((line) => /^[-+] /.test(line))];
  };

  it('finds nothing in an untouched lab', async () => {
    const { stdout } = await place.must(['diff', 'vxlan', 'vxlan']);

    expect(stdout).toMatch(/^--- vxlan \(as it runs now\)/);
    expect(stdout).not.toMatch(/^[-+] /m);
  });

  it('brings a lab up on the engine that is named, beside the one that runs, and takes it away', async () => {
    const { stdout } = await place.must(['diff', 'fullmesh@netns', 'fullmesh']);

    expect(stdout).toMatch(/^--- fullmesh@netns \(as it runs now\)\n\+\+\+ fullmesh \(as it is when it is up\)/);
    expect(stdout).not.toMatch(/^[-+] /m);
    expect((await place.must(['ps'])).stdout).not.toContain('fullmesh');
  });

  it('says what was taken away, changed and added', async () => {
    await place.must(['exec', 'worker3', '--', 'ip', 'link', 'set', 'dev', 'net0', 'mtu', '1400']);
    await place.must(['exec', 'worker3', '--', 'ip', 'route', 'add', '10.99.0.0/24', 'via', '10.1.8.1']);
    await place.must([
      'exec',
      'control-plane',
      '--',
      'ip',
      'neigh',
      'flush',
      'dev',
      'vxlan.calico',
      'nud',
      'permanent',
    ]);

    expect(await changed()).toEqual([
      '1',
      '- worker3: 10.99.0.0/24: via leaf1 dev net0',
      '- worker3: net0: MTU 1400',
      '+ worker3: net0: MTU 1500',
      expect.stringMatching(/^- pod-a to pod-b: way: .*not arrived/),
      '+ pod-a to pod-b: way: control-plane, leaf0, spine0 or spine1, leaf1, worker3',
      expect.stringMatching(/^- pod-a to pod-c: way: .*no echo on an uplink/),
      '+ pod-a to pod-c: way: control-plane, worker',
      expect.stringMatching(/^- pod-a to pod-d: way: .*not arrived/),
      '+ pod-a to pod-d: way: control-plane, leaf0, spine0 or spine1, leaf1, worker2',
    ]);
  });
});
