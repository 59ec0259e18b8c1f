// Owns the proof of what a broken labctl.lock says: the file, what is wrong in it, and the way out; one line each.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { call } from '../../support/call.ts';
import { scratchFolder } from '../../support/scratch.ts';

it.each([
  ['{', 'Flow map must end with a } at line 1, column 2:'],
  ['[]', 'Invalid input: expected object, received array'],
  ['version: 1\nimages: 3\nmanifests: {}', 'images: Invalid input: expected record, received number'],
])('%j is refused in words', async (text, fact) => {
  const cwd = scratchFolder('labctl-lock-');
  writeFileSync(join(cwd, 'labctl.lock'), text);
  const env = { PATH: '/usr/bin:/bin', DOCKER_HOST: 'unix:///run/absent.sock' };

  const { exitCode, stderr } = await call(['images', 'verify', 'bgp-rr', '--locked'], { cwd, env });

  expect(exitCode).not.toBe(0);
  const [first, second] = stderr.split('\n');
  expect(first).toBe(`error: ${join(cwd, 'labctl.lock')} cannot be read [STATE_UNREADABLE]`);
  expect(second).toBe(`  ${fact}`);
  expect(stderr).toContain('try: remove it, then labctl images pull --lock <lab>');
});
