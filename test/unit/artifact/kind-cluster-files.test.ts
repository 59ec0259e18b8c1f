// Owns the proof of the files that a kind cluster is given beside Calico: nodes' addresses, pods that answer, services, objects.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { servedAsV3 } from '../../../src/artifact/kind-objects.ts';
import { newestTools } from '../../../src/artifact/kind-tools.ts';
import { writeKindArtifacts } from '../../../src/artifact/write-kind-artifacts.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { requestPods } from '../../../src/host/http-request.ts';
import { localShell } from '../../../src/host/local-shell.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { catalogueLab } from '../../support/catalogue-lab.ts';
import { bgpRr } from '../../support/labs.ts';

function filesOf(lab: Lab): ReadonlyMap<string, string> {
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(JSON.stringify(problems));
  return writeKindArtifacts(design, kindClusterOf(lab), newestTools, undefined);
}

interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, string>>;
}

function documentsIn(text: string | undefined): readonly Document[] {
  return parseAllDocuments(text ?? '').map((document) => document.toJS() as Document);
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'labctl-test-kind-files-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("kind's docker", () => {
  it('gives each node its address and hands everything else to the real one', () => {
    const folder = scratch();
    for (const [name, text] of [
      ['bin/docker', filesOf(bgpRr).get('bin/docker') ?? ''],
      ['real/docker', '#!/bin/sh\necho "$@"\n'],
    ] as const) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
    const PATH = `${folder}/bin:${folder}/real:${process.env['PATH']}`;
    const said = (...argv: string[]): string =>
      execFileSync(join(folder, 'bin/docker'), argv, { env: { PATH }, encoding: 'utf8' }).trim();

    expect(said('run', '--name', 'bgp-rr-worker2', '--net', 'bgp-rr', 'an image')).toBe(
      'run --ip 172.18.0.4 --ip6 fc00:f853:ccd:e793::4 --name bgp-rr-worker2 --net bgp-rr an image',
    );
    expect(said('run', '--name', 'bgp-rr-worker22', 'image')).toBe('run --name bgp-rr-worker22 image');
    expect(said('inspect', '-f', '{{ .Name }}', 'bgp-rr-worker2')).toBe('inspect -f {{ .Name }} bgp-rr-worker2');
  });
});

describe('the pods', () => {
  it('answer a request with their name and who asked, by what this machine has of busybox and Perl', async () => {
    const folder = scratch();
    const [server] = documentsIn(filesOf(bgpRr).get('workload.yaml'));
    const port = await freePort();
    const program = (server?.data['answer'] ?? '')
      .replaceAll('/tmp/www', `${folder}/www`)
      .replace('httpd -f -p 80', `httpd -f -p ${port}`)
      .replace('LocalPort => 80', `LocalPort => ${port}`);
    expect(server?.kind).toBe('ConfigMap');
    writeFileSync(join(folder, 'answer'), program);

    const pod = spawn('sh', [join(folder, 'answer'), 'pod-b', '10.244.1.5'], { stdio: 'ignore' });
    ends.push(() => pod.kill());

    await vi.waitFor(
      async () =>
        expect(await requestPods(localShell(), { address: '127.0.0.1', port, count: 2 })).toEqual([
          { kind: 'answered', pod: 'pod-b', client: '127.0.0.1' },
          { kind: 'answered', pod: 'pod-b', client: '127.0.0.1' },
        ]),
      { timeout: 60_000, interval: 200 },
    );
  });
});

describe('services', () => {
  it('state every address, and find their endpoints by a label that only those pods have', async () => {
    const files = filesOf(await catalogueLab('bgp-services'));
    const [web, local] = documentsIn(files.get('services.yaml'));

    expect(web?.spec).toMatchObject({ clusterIP: '10.96.0.80', externalIPs: ['20.0.0.1'], type: 'LoadBalancer' });
    expect(web?.spec['externalTrafficPolicy']).toBeUndefined();
    expect(local?.spec['externalTrafficPolicy']).toBe('Local');
    const labelled = documentsIn(files.get('workload.yaml')).filter(
      ({ metadata }) => metadata.labels?.['service/web'] === 'endpoint',
    );
    expect(labelled.map(({ metadata }) => metadata.name)).toEqual(['pod-c', 'pod-b']);
    expect(web?.spec['selector']).toEqual({ 'service/web': 'endpoint' });
  });
});

describe("Calico's objects", () => {
  it('are there as Calico stores them, without Nodes, and the same for a cluster that serves v3', () => {
    const stored = filesOf(bgpRr).get('calico/crd-objects.yaml') ?? '';
    const forms = [stored, servedAsV3(stored)].map(documentsIn);
    expect(forms.map((documents) => new Set(documents.map(({ apiVersion }) => apiVersion)))).toEqual([
      new Set(['crd.projectcalico.org/v1']),
      new Set(['projectcalico.org/v3']),
    ]);
    expect(forms[0]?.map(({ kind }) => kind)).not.toContain('Node');
  });

  it('have the pool before the switch first, where the lab switches on the live cluster', async () => {
    const files = filesOf(await catalogueLab('ipip:off'));
    const modes = ['first-', ''].map(
      (prefix) =>
        documentsIn(files.get(`calico/${prefix}crd-objects.yaml`)).find(({ kind }) => kind === 'IPPool')?.spec[
          'ipipMode'
        ],
    );
    expect(modes).toEqual(['Always', 'Never']);
    expect(filesOf(bgpRr).has('calico/first-crd-objects.yaml')).toBe(false);
  });

  it("carry the lab's IPAM configuration, by the name of each form", () => {
    const calico = { ...bgpRr.calico, ipam: { strictAffinity: true, maxBlocksPerHost: 2 } };
    const stored = filesOf({ ...bgpRr, calico }).get('calico/crd-objects.yaml') ?? '';
    const found = [servedAsV3(stored), stored].map((text) => documentsIn(text).at(-1));
    expect(found.map((document) => [document?.kind, document?.spec['maxBlocksPerHost']])).toEqual([
      ['IPAMConfiguration', 2],
      ['IPAMConfig', 2],
    ]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
