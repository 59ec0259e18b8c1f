// What a user says once for all labs: below what a lab says, and checked like it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workOut } from '../../../src/app/work-out.ts';
import { call, testContext } from '../../support/call.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = scratchFolder('labctl-user-');
const file = join(folder, 'config.yml');
const env = { LABCTL_CONFIG: file };

const settings = `engines:
  kind:
    routers: vyos
    images: {router: registry.example/vyos:1.5, pod: registry.example/tools:1}
    mirrors: {docker.io: ['https://mirror.example']}
`;

it('says what no lab says; the lab wins, and --set over both', async () => {
  writeFileSync(file, settings);
  writeFileSync(
    join(folder, 'mine.lab.yml'),
    'extends: bgp-rr\nname: mine\nengines: {kind: {images: {pod: busybox:2}}}\n',
  );

  const { lab } = await workOut(testContext({ cwd: folder, env }), './mine.lab.yml', []);
  const set = await workOut(testContext({ env }), 'bgp-rr', ['engines.kind.routers=frr']);
  const without = await workOut(testContext({ env: { HOME: folder } }), 'bgp-rr', []);

  expect(lab.kind).toMatchObject({
    routers: 'vyos',
    images: { router: 'registry.example/vyos:1.5', pod: 'busybox:2' },
    mirrors: { 'docker.io': ['https://mirror.example'] },
  });
  expect(set.lab.kind.routers).toBe('frr');
  expect(without.lab.kind).toMatchObject({ routers: 'frr', mirrors: {} });
});

it.each([
  ['calico: {version: v3.30}\n', 'unknown key `calico`'],
  ['engines: {kind: {mirrors: {docker.io: [mirror.example]}}}\n', 'is not the address of a mirror such as https://'],
  ['engines: {kind: {mirrors: {docker.io: []}}}\n', 'config.yml:1:'],
  ['', 'the file is empty'],
])('is refused with its place: %s', async (text, message) => {
  writeFileSync(file, text);

  const { exitCode, stderr } = await call(['validate', 'bgp-rr'], { env });

  expect(exitCode).toBe(2);
  expect(stderr).toContain(`at ${file}:1:1`.slice(0, -1));
  expect(stderr).toContain(message);
});

it('must be there when it is named', async () => {
  const { exitCode, stderr } = await call(['validate', 'bgp-rr'], {
    env: { LABCTL_CONFIG: join(folder, 'absent.yml') },
  });

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error: cannot read .*absent\.yml: ENOENT/);
});
