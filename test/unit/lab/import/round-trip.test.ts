// Owns the proof that the folder that `render --for kind` writes is the lab: imported and written again, every file is as it was.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newestTools } from '../../../../src/artifact/kind-tools.ts';
import { writeArtifacts } from '../../../../src/artifact/write-artifacts.ts';
import { writeKindArtifacts } from '../../../../src/artifact/write-kind-artifacts.ts';
import { designLab } from '../../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../../src/design/kind-cluster.ts';
import { importLab } from '../../../../src/lab/import/import-lab.ts';
import { kindSettingsOf } from '../../../../src/lab/kind-settings.ts';
import { readLab } from '../../../../src/lab/load.ts';
import { call } from '../../../support/call.ts';
import { scratchFolder } from '../../../support/scratch.ts';
import { catalogue, designOf } from '../../../support/vyos-lab.ts';

type Files = ReadonlyMap<string, string>;

/** As much of a release's calico.yaml as says which release it is. */
const manifestOf = (version: string): string => `kind: ConfigMap
apiVersion: v1
metadata:
  name: calico-config
data:
  calico_backend: "bird"
---
kind: DaemonSet
apiVersion: apps/v1
metadata:
  name: calico-node
spec:
  template:
    spec:
      containers:
        - name: calico-node
          image: quay.io/calico/node:${version}
          env:
            - name: IP
              value: "autodetect"
            - name: CALICO_IPV4POOL_IPIP
              value: "Always"
`;

async function filesOf(
  reference: string,
  { routers = 'frr', hasManifest = true }: { routers?: 'frr' | 'vyos'; hasManifest?: boolean } = {},
): Promise<{ netns: Files; kind: Files }> {
  const { lab } = await readLab(reference, { ...catalogue, cwd: process.cwd() });
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  const cluster = kindClusterOf(routers === 'frr' ? lab : { ...lab, kind: kindSettingsOf({ routers }) });
  const manifest = hasManifest ? { name: 'calico.yaml', text: manifestOf(design.version.text) } : undefined;
  return { netns: writeArtifacts(design), kind: writeKindArtifacts(design, cluster, newestTools, manifest) };
}

/** The import of a folder as a lab file on disk, and what was said. */
function importedInto(folder: string, files: Files): { readonly file: string; readonly said: readonly string[] } {
  const given = [...files].map(([path, text]) => ({ path, shown: path, text }));
  const lab = importLab('rendered', given);
  if (!('files' in lab)) throw new Error(lab.problems.map(({ message }) => message).join('; '));
  for (const [name, text] of lab.files) writeFileSync(join(folder, name), text);
  const said = lab.problems.map(({ severity, at, message }) => `${severity} ${at?.file}: ${message}`);
  return { file: join(folder, [...lab.files.keys()][0] ?? ''), said };
}

/** All but the README, which has the lab's title; objects in any order. */
const comparable = (files: Files): object =>
  Object.fromEntries(
    [...files]
      .filter(([name]) => name !== 'README.md')
      .map(([name, text]) => {
        return [name, name.startsWith('calico/') ? text.split('---\n').toSorted().join('---\n') : text];
      }),
  );

describe.each([
  'bgp-rr',
  'bgp-rr:article',
  'bgp-rr-node:two',
  'bgp-services',
  'bgp-tor',
  'bgp-tor:one-as',
  'clos',
  'clos:dual-tor',
  'dualstack',
  'dualstack:fabric',
  'dualstack:vxlan',
  'fullmesh',
  'fullmesh-routed:advertised',
  'impaired',
  'ipip',
  'ipip-crosssubnet',
  'mtu-blackhole:filtered',
  'mtu-blackhole:silent',
  'vxlan',
  'vxlan-crosssubnet',
])('%s', (reference) => {
  it('written for kind and imported is the same lab', async () => {
    const folder = scratchFolder('labctl-round-');
    const before = await filesOf(reference);

    const { file, said } = importedInto(folder, before.kind);
    const after = await filesOf(file);

    expect(said).toEqual([]);
    expect(comparable(after.kind)).toEqual(comparable(before.kind));
    expect(comparable(after.netns)).toEqual(comparable(before.netns));
  });
});

describe('a folder', () => {
  it('with routers of VyOS keeps their files, and makes the same sessions and routes', async () => {
    const folder = scratchFolder('labctl-round-');
    const before = await filesOf('bgp-rr', { routers: 'vyos' });

    const { file } = importedInto(folder, before.kind);
    const after = await filesOf(file, { routers: 'vyos' });

    expect(comparable(after.kind)).toEqual(comparable(before.kind));
    expect((await designOf(file)).design.expected.routes).toEqual((await designOf('bgp-rr')).design.expected.routes);
  });

  it('whose manifest could not be got tells the release in its README', async () => {
    const folder = scratchFolder('labctl-round-');
    const before = await filesOf('ipip-crosssubnet', { hasManifest: false });

    const { file, said } = importedInto(folder, before.kind);

    expect(said).toEqual([]);
    expect((await designOf(file)).design.version).toMatchObject({ minor: 33 });
    expect(comparable((await filesOf(file)).kind)).toMatchObject(comparable(before.kind));
  });
});

/** The folder `rr` of a lab rendered for kind, each text edited; undefined leaves a file out. */
async function rendered(reference: string, edit: (text: string, name: string) => string | undefined): Promise<string> {
  const folder = scratchFolder('labctl-round-');
  for (const [name, whole] of (await filesOf(reference)).kind) {
    const text = edit(whole, name);
    if (text === undefined) continue;
    mkdirSync(join(folder, 'rr', dirname(name)), { recursive: true });
    writeFileSync(join(folder, 'rr', name), text);
  }
  return folder;
}

describe('labctl import', () => {
  it('names each line of an frr.conf that the lab would not say, and writes nothing then', async () => {
    const folder = await rendered('bgp-rr', (text) =>
      text.replace('neighbor 10.1.10.2 activate', '$&\n  neighbor 10.1.10.2 weight 5'),
    );

    const { exitCode, stderr } = await call(['import', 'rr', '--out', 'lab'], { cwd: folder });

    expect(exitCode).toBe(2);
    expect(stderr).toContain('`neighbor 10.1.10.2 weight 5` is not carried over: leaf0 would not say it in the lab');
    expect(stderr).toMatch(/rr\/routers\/leaf0\/frr\.conf:\d+:\d+/);
    expect(existsSync(join(folder, 'lab'))).toBe(false);
  });

  it('reads the rules beside an frr.conf, and refuses a leaf that would translate without being told to', async () => {
    const whole = await call(['import', 'rr', '--out', 'lab'], { cwd: await rendered('bgp-rr', (text) => text) });
    const folder = await rendered('bgp-rr', (text, name) => (name === 'routers/leaf1/rules.nft' ? undefined : text));

    const { exitCode, stderr } = await call(['import', 'rr', '--out', 'lab'], { cwd: folder });

    expect(whole.exitCode).toBe(0);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('leaf1 would also say `ip saddr 10.1.0.0/16 oifname "eth0" masquerade` in the lab');
    expect(stderr).toContain('at rr/routers/leaf1/frr.conf:1:1');
    expect(stderr).not.toContain('leaf0');
    expect(existsSync(join(folder, 'lab'))).toBe(false);
  });

  it('writes a lab whose racks do not reach each other, expects the silence, and points at the original', async () => {
    const folder = await rendered('fullmesh-routed', (text) => text);
    expect(readFileSync(join(folder, 'rr/README.md'), 'utf8')).toMatch(/ping -c 3 \S+ {3}# no answer/);

    const { exitCode, stderr } = await call(['import', 'rr', '--out', 'lab'], { cwd: folder });

    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning: no router learns the pods of 10.1.5.0/24, 10.1.8.0/24');
    expect(stderr).toMatch(/at rr\/calico\/objects\.yaml:2:/);
    expect(stderr).toMatch(/has the router id of `leaf1`.*\n {2}at rr\/routers\/spine1\/frr\.conf:1/);
    expect(stderr).not.toContain('labctl-import-');
    expect(readFileSync(join(folder, 'lab/fullmesh-routed.lab.yml'), 'utf8')).toContain(
      'expect:\n  - ping: {from: pod-a, to: pod-d, answered: false}',
    );
    expect((await call(['validate', './lab'], { cwd: folder })).exitCode).toBe(0);
  });
});
