// Owns the proof that kind's files are what the programs take: containerlab's schema, Calico's CRDs, each version's form.

import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { newestTools, toolVersionIn } from '../../../src/artifact/kind-tools.ts';
import { writeKindArtifacts } from '../../../src/artifact/write-kind-artifacts.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { kindSettingsOf } from '../../../src/lab/kind-settings.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { readLab } from '../../../src/lab/load.ts';
import { root } from '../../support/catalogue-lab.ts';
import { goldenLabs } from '../../support/golden.ts';
import { bgpRr } from '../../support/labs.ts';
import { clabCheck, crdCheck, kubernetesCheck, schemasFolder } from '../../support/published-schemas.ts';

async function catalogueLab(reference: string): Promise<Lab> {
  return (await readLab(reference, { labsDir: `${root}/labs`, topologiesDir: `${root}/topologies`, cwd: root })).lab;
}

function filesOf(lab: Lab, tools = newestTools): ReadonlyMap<string, string> {
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(JSON.stringify(problems));
  return writeKindArtifacts(design, kindClusterOf(lab), tools, undefined);
}

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

function objectsIn(text: string | undefined): readonly KubernetesObject[] {
  return parseAllDocuments(text ?? '').map((document) => document.toJS() as KubernetesObject);
}

describe.skipIf(schemasFolder === undefined)('published schemas', () => {
  const folder = schemasFolder ?? '';

  it.each(goldenLabs)("%s: the fabric is valid under containerlab's schema", async (reference) => {
    const lab = await catalogueLab(reference);
    const fabric = filesOf(lab).get('fabric.clab.yml');
    expect(fabric === undefined).toBe(lab.topology === undefined);
    if (fabric !== undefined) expect(clabCheck(folder)(parse(fabric))).toEqual([]);
  });

  it('a fabric with a wrong word is not', async () => {
    const fabric = parse(filesOf(await catalogueLab('bgp-rr')).get('fabric.clab.yml') ?? '') as { mgmt: object };
    expect(clabCheck(folder)({ ...fabric, mgmt: { ...fabric.mgmt, subnet: '172.20.20.0/24' } })).not.toEqual([]);
  });

  it.each(goldenLabs)(
    "%s: Calico's objects are valid under the CRDs of the release, without unknown keys",
    async (reference) => {
      const lab = await catalogueLab(reference);
      const check = crdCheck(
        folder,
        lab.calico.version.minor === 23 ? 'calico-crd-v1-v3.23.2.yaml' : 'calico-crd-v1-3.33.yaml',
      );
      const objects = objectsIn(filesOf(lab).get('calico/crd-objects.yaml'));
      expect(objects.length).toBeGreaterThan(0);
      for (const object of objects) expect([object.metadata.name, ...check(object)]).toEqual([object.metadata.name]);
    },
  );

  it('a field that a release lacks is found', async () => {
    const check = crdCheck(folder, 'calico-crd-v1-v3.23.2.yaml');
    const pools = objectsIn(filesOf(await catalogueLab('bgp-rr')).get('calico/crd-objects.yaml')).filter(
      ({ kind }) => kind === 'IPPool',
    );
    expect(pools.map(check)).toEqual([['/spec must NOT have additional properties']]);
  });
});

describe('kind.yaml', () => {
  it('gives each node of a fabric its fabric address in the kind of patch that kubeadm reads for its role', () => {
    const { nodes } = parse(filesOf(bgpRr).get('kind.yaml') ?? '') as { nodes: { kubeadmConfigPatches: string[] }[] };
    const patches = nodes.map(({ kubeadmConfigPatches: [patch] }) => parse(patch ?? '') as unknown);

    expect(patches[0]).toEqual({
      kind: 'InitConfiguration',
      nodeRegistration: { kubeletExtraArgs: { 'node-ip': '10.1.5.10' } },
    });
    expect(patches[3]).toEqual({
      kind: 'JoinConfiguration',
      nodeRegistration: { kubeletExtraArgs: { 'node-ip': '10.1.8.11' } },
    });
  });

  it('lets kubelet 1.35 run on cgroup v1, and says nothing of it to an older one or on cgroup v2', () => {
    const patched = (kubernetes: string, cgroup: 1 | 2): boolean => {
      const lab = { ...bgpRr, kind: kindSettingsOf({ kubernetes }) };
      return (
        filesOf(lab, { ...newestTools, cgroup })
          .get('kind.yaml')
          ?.includes('failCgroupV1: false') ?? false
      );
    };
    expect([patched('v1.35.0', 1), patched('v1.34.0', 1), patched('v1.35.0', 2)]).toEqual([true, false, false]);
  });

  it('publishes the ports that a lab states on 127.0.0.1, and leaves the API to a free one otherwise', () => {
    const lab = { ...bgpRr, kind: kindSettingsOf({ apiServerPort: 16_443, hostPorts: { '8080': 30_080 } }) };
    const { networking, nodes } = parse(filesOf(lab).get('kind.yaml') ?? '') as {
      networking: { apiServerPort?: number };
      nodes: { extraPortMappings?: unknown }[];
    };
    expect(networking.apiServerPort).toBe(16_443);
    const published = [{ containerPort: 30_080, hostPort: 8080, listenAddress: '127.0.0.1' }];
    expect(nodes.map(({ extraPortMappings }) => extraPortMappings)).toEqual([
      published,
      undefined,
      undefined,
      undefined,
    ]);
    expect(filesOf(bgpRr).get('kind.yaml')).not.toMatch(/apiServerPort|extraPortMappings/);
  });

  it("says kube-proxy's mode", () => {
    const lab = { ...bgpRr, kind: kindSettingsOf({ kubeProxy: 'ipvs' }) };
    expect(filesOf(lab).get('kind.yaml')).toContain('kubeProxyMode: ipvs');
  });
});

describe('the fabric', () => {
  it('states the MTU of every link and makes no bridge outside the switch', () => {
    const { topology } = parse(filesOf(bgpRr).get('fabric.clab.yml') ?? '') as {
      topology: { links: { mtu?: number }[]; nodes: Record<string, { kind: string }> };
    };
    expect(new Set(topology.links.map(({ mtu }) => mtu))).toEqual(new Set([1500]));
    expect(new Set(Object.values(topology.nodes).map(({ kind }) => kind))).toEqual(new Set(['linux', 'ext-container']));
  });

  it('uses the images of the lab', () => {
    const images = { router: 'registry.example/frr:9', switch: 'registry.example/tools:1' };
    const text = filesOf({ ...bgpRr, kind: kindSettingsOf({ images }) }).get('fabric.clab.yml');
    expect(text).toContain('image: registry.example/frr:9');
    expect(text).toContain('image: registry.example/tools:1');
  });
});

describe('VyOS in the routers', () => {
  const onVyos = {
    ...bgpRr,
    kind: kindSettingsOf({ routers: 'vyos', images: { router: 'registry.example/vyos:1.4.9' } }),
  };

  it("has the words of the image's release, and no file of FRR", () => {
    const files = filesOf(onVyos);
    expect(files.get('routers/leaf0/config.boot')).toContain('// Release version: 1.4');
    expect([...files.keys()].filter((name) => /frr|daemons|vtysh/.test(name))).toEqual([]);
    expect(files.get('README.md')).toContain('docker pull registry.example/vyos:1.4.9');
  });

  it('says how an image is built that nobody can pull', () => {
    const readme = filesOf({ ...bgpRr, kind: kindSettingsOf({ routers: 'vyos' }) }).get('README.md');
    expect(readme).toContain('docker import - vyos:1.5');
    expect(readme).not.toContain('docker pull vyos');
  });

  it.skipIf(schemasFolder === undefined)("is valid under containerlab's schema", () => {
    expect(clabCheck(schemasFolder ?? '')(parse(filesOf(onVyos).get('fabric.clab.yml') ?? ''))).toEqual([]);
  });
});

describe('pods and nodes', () => {
  it('pins every pod to its node and address', () => {
    const pod = objectsIn(filesOf(bgpRr).get('workload.yaml')).find(({ kind }) => kind === 'Pod');
    expect(pod?.spec['nodeName']).toBe('bgp-rr-control-plane');
    expect(pod?.metadata.annotations).toEqual({ 'cni.projectcalico.org/ipAddrs': '["10.244.238.192"]' });
  });

  it.each(['bgp-services', 'dualstack'])(
    "%s: pods and services are valid under Kubernetes' own schema",
    async (reference) => {
      const files = filesOf(await catalogueLab(reference));
      const objects = ['workload.yaml', 'services.yaml'].flatMap((name) => objectsIn(files.get(name)));

      expect(objects.length).toBeGreaterThan(2);
      for (const object of objects) expect(kubernetesCheck(object)).toEqual([]);
    },
  );

  it('annotates nodes with AS, address and cluster id', async () => {
    const reflector = objectsIn(filesOf(await catalogueLab('bgp-rr-node')).get('calico/nodes.yaml'));
    const annotations = reflector.map(({ metadata }) => metadata.annotations ?? {});
    expect(annotations).toContainEqual({
      'projectcalico.org/IPv4Address': '172.18.0.3/16',
      'projectcalico.org/RouteReflectorClusterID': '244.0.0.1',
    });
    expect(objectsIn(filesOf(bgpRr).get('calico/nodes.yaml'))[0]?.metadata.annotations).toEqual({
      'projectcalico.org/ASNumber': '65005',
      'projectcalico.org/IPv4Address': '10.1.5.10/24',
    });
  });
});

describe('versions of programs', () => {
  it.each([
    ['kind v0.33.0 go1.26.8 linux/amd64', [0, 33]],
    ['0.59.0', [0, 59]],
    ['none', undefined],
  ])('%s', (text, version) => {
    expect(toolVersionIn(text)).toEqual(version);
  });
});
