// Owns the proof of what is written for Kubernetes: a Clabernetes topology under its published schemas, and a Job that runs every lab once.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { call } from '../../support/call.ts';
import { clabCheck, crdCheck, kubernetesCheck, schemasFolder } from '../../support/published-schemas.ts';
import { scratchFolder } from '../../support/scratch.ts';

interface Exported {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly definition: { readonly containerlab: string };
    readonly deployment: {
      readonly filesFromConfigMap: Readonly<Record<string, readonly { configMapName: string }[]>>;
    };
  };
}

interface Clab {
  readonly topology: {
    readonly nodes: Readonly<Record<string, object>>;
    readonly defaults: { readonly kind: string };
    readonly links: readonly { readonly endpoints: readonly string[] }[];
  };
}

async function clabernetes(reference: string): Promise<readonly Exported[]> {
  const folder = scratchFolder('labctl-export-');
  const { exitCode, stderr } = await call(['render', reference, join(folder, 'c'), '--for', 'clabernetes']);
  if (exitCode !== 0) throw new Error(stderr);
  const text = readFileSync(join(folder, 'c/topology.yaml'), 'utf8');
  expect(readFileSync(join(folder, 'c/machine/Dockerfile'), 'utf8')).toMatch(/apt-get install .* frr bird2 iproute2 /);
  return parseAllDocuments(text).map((document) => document.toJS() as Exported);
}

describe.each(['bgp-rr', 'bgp-services', 'clos:dual-tor', 'dualstack', 'fullmesh', 'ipip', 'vxlan'])(
  '%s for Clabernetes',
  (reference) => {
    it.skipIf(schemasFolder === undefined)(
      'is valid under the published schemas, and every machine has its script',
      async () => {
        const objects = await clabernetes(reference);

        const topology = objects.find(({ kind }) => kind === 'Topology');
        const clab = parse(topology?.spec?.definition.containerlab ?? '') as Clab;
        expect(crdCheck(schemasFolder ?? '', 'c9s.run_topologies.yaml')(topology ?? { kind: '' })).toEqual([]);
        expect(clabCheck(schemasFolder ?? '')(clab)).toEqual([]);
        expect(clab.topology.defaults.kind).toBe('linux');
        const machines = Object.keys(clab.topology.nodes);
        const scripts = objects.flatMap(({ kind, metadata }) => (kind === 'ConfigMap' ? [metadata.name] : []));
        const files = topology?.spec?.deployment.filesFromConfigMap ?? {};
        expect(machines.map((machine) => files[machine]?.[0]?.configMapName)).toEqual(scripts);
        const ends = clab.topology.links.flatMap(({ endpoints }) => endpoints.map((end) => end.split(':')[0]));
        expect(ends.filter((machine) => !machines.includes(machine ?? ''))).toEqual([]);
      },
    );

    it('has scripts that a shell can read', async () => {
      for (const { data } of await clabernetes(reference)) {
        if (data === undefined) continue;
        const { stderr } = spawnSync('sh', ['-n'], { input: data['start.sh'], encoding: 'utf8' });
        expect(stderr).toBe('');
      }
    });
  },
);

it('no machine answers to the name of another: spine1 of bgp-rr has the router id of leaf1', async () => {
  const scripts = (await clabernetes('bgp-rr')).flatMap(({ data }) => data?.['start.sh'] ?? []);
  const lines = [...(scripts[0] ?? '').matchAll(/^ *([\d.]+)\t([a-z][\w-]*)$/gm)].map(([, address, name]) => [
    address,
    name,
  ]);
  expect(lines).toContainEqual(['10.1.12.2', 'spine1']);
  expect(lines).toContainEqual(['10.1.8.1', 'leaf1']);
  const addresses = lines.map(([address]) => address);
  expect(new Set(addresses).size).toBe(addresses.length);
});

describe('the Job of all labs', () => {
  it('is valid under the schema that Kubernetes publishes, which refuses what it does not know', async () => {
    const folder = scratchFolder('labctl-export-');
    await call(['render', '--for', 'job', join(folder, 'job')]);
    const job = parse(readFileSync(join(folder, 'job/job.yaml'), 'utf8'));

    expect(kubernetesCheck(job)).toEqual([]);
    expect(kubernetesCheck({ ...job, spec: { ...job.spec, completions: '4', shards: 4 } })).toEqual([
      '/spec must NOT have additional properties',
      '/spec/completions must be integer',
    ]);
  });

  it('gives each of its pods another shard, and ends as its labs do', async () => {
    const folder = scratchFolder('labctl-export-');
    expect((await call(['render', '--for', 'job', join(folder, 'job')])).exitCode).toBe(0);
    const { spec } = parse(readFileSync(join(folder, 'job/job.yaml'), 'utf8'));
    const [container] = spec.template.spec.containers;
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const report = container.command[2].match(/--junit (\S+)/)[1];
    writeFileSync(join(bin, 'labctl'), `#!/bin/sh\necho "$@"\n[ "$JOB_COMPLETION_INDEX" != 2 ]\n`);
    chmodSync(join(bin, 'labctl'), 0o755);

    const shards = Array.from({ length: spec.completions }, (_, index) => {
      const [program, ...words] = container.command;
      const env = { PATH: `${bin}:/usr/bin:/bin`, JOB_COMPLETION_INDEX: String(index), SHARDS: container.env[0].value };
      const { stdout, status } = spawnSync(program, words, { env, encoding: 'utf8' });
      return `${status} ${stdout.split('\n')[0]}`;
    });

    expect(spec).toMatchObject({ completionMode: 'Indexed', completions: 4, parallelism: 4 });
    expect(shards).toEqual(
      [0, 0, 1, 0].map((status, i) => `${status} test --all --yes --shard ${i + 1}/4 --junit ${report}`),
    );
  });

  it('is of no lab: a second name is refused', async () => {
    const folder = scratchFolder('labctl-export-');
    const { exitCode, stderr } = await call(['render', 'bgp-rr', join(folder, 'job'), '--for', 'job']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('a Job tests every lab');
    expect(existsSync('bgp-rr')).toBe(false);
  });
});
