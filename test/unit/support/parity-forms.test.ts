// Folders of real clusters in other forms than the given ones: files missing, empty, cut, renamed, ordered otherwise.

import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CalicoObject } from '../../../src/calico/objects.ts';
import { compareFacts } from '../../support/parity/compare.ts';
import type { LabDump, MachineDump } from '../../support/parity/dump.ts';
import { truthFolder } from '../../support/parity/dump.ts';
import { factsOf } from '../../support/parity/facts.ts';
import { frrSummary, frrTable } from '../../support/parity/frr-forms.ts';
import { designDifferences, labFileOf, referenceOf, truthLabs } from '../../support/parity/labs-of-truth.ts';
import { mutationsOf } from '../../support/parity/mutations.ts';
import { readTruth, type Truth } from '../../support/parity/read-truth.ts';
import { contestedNodes, lacksTunnel } from '../../support/parity/real-cluster.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = truthFolder();
const labs = folder === undefined ? [] : truthLabs(folder);
const known = labs.includes('bgp-rr') && labs.includes('vxlan');

/** A copy of a real cluster's folder after `edit`. */
function copyOf(lab: string, edit: (copy: string) => void): Truth {
  const copy = join(scratchFolder('truth-'), lab);
  cpSync(join(folder ?? '', lab), copy, {
    recursive: true,
    filter: (path) => !/captures|iptables|ipset|config/.test(path),
  });
  edit(copy);
  return readTruth(copy);
}

/** What a lab equal to the whole cluster would give when asked for what `truth` has. */
function collected(whole: LabDump, truth: LabDump): LabDump {
  const machines = [...truth.machines].map(([name, real]) => {
    const parts = Object.entries(whole.machines.get(name) ?? {});
    const asked = parts.map(([part, text]) => [part, real[part as keyof MachineDump] === '' ? '' : text]);
    return [name, Object.fromEntries(asked) as MachineDump] as const;
  });
  const probes = [...truth.probes.keys()].map((name) => [name, whole.probes.get(name) ?? ''] as const);
  return { machines: new Map(machines), probes: new Map(probes) };
}

function differences(whole: Truth, truth: Truth): readonly string[] {
  return compareFacts(factsOf(truth), factsOf(collected(whole, truth)), []).differences.map(({ key }) => key);
}

describe.skipIf(!known)('parity: other forms of folders', () => {
  const vxlan = readTruth(join(folder ?? '', 'vxlan'));
  const bgpRr = readTruth(join(folder ?? '', 'bgp-rr'));

  it.each([
    ['a missing sysctl.txt', 'worker/sysctl.txt', undefined],
    ['a missing addr.json', 'worker/addr.json', undefined],
    ['an empty bgp-ipv4.json', 'leaf0/bgp-ipv4.json', ''],
    ['a missing summary', 'spine0/bgp-summary.json', undefined],
    ['a missing table of a spine', 'spine1/bgp-ipv4.json', undefined],
    ['missing routes of a leaf', 'leaf0/kernel-route.json', undefined],
    ['sessions that nobody saved', 'worker2/bird-protocols.txt', ''],
    ['an empty probe', 'probes/ping-pod-a-pod-b.txt', ''],
  ])('parity: %s is noted, and all else is equal', (_, path, text) => {
    for (const [lab, whole] of [['vxlan', vxlan] as const, ['bgp-rr', bgpRr] as const]) {
      const truth = copyOf(lab, (copy) =>
        text === undefined ? rmSync(join(copy, path)) : writeFileSync(join(copy, path), text),
      );

      expect(truth.missing.filter((file) => !whole.missing.includes(file)).join()).toBe(
        path.startsWith('probes') && text === undefined ? '' : path,
      );
      expect(truth.unreadable).toEqual([]);
      expect(differences(whole, truth)).toEqual([]);
      expect(mutationsOf(truth).length).toBeGreaterThan(10);
    }
  });

  it.each([
    ['leaf0/bgp-ipv4.json', '% BGP instance not found\n'],
    ['leaf0/bgp-summary.json', '{"warning":"Default BGP instance not found"}'],
    ['leaf0/kernel-route.json', '[{"gateway":"10.1.10.2"}]'],
    ['worker/route.json', '[{"dst":"default"'],
    ['pod-a/addr.json', '{}'],
  ])('parity: %s that cannot be read is the one failure, by name', (path, text) => {
    const truth = copyOf('bgp-rr', (copy) => writeFileSync(join(copy, path), text));

    expect(truth.unreadable).toEqual([expect.stringContaining(`${path}: `)]);
    expect(truth.missing).toEqual(bgpRr.missing);
    expect(differences(bgpRr, truth)).toEqual([]);
  });

  it('parity: folders named like whole nodes, lists in other order and no probes change nothing', () => {
    const truth = copyOf('vxlan', (copy) => {
      for (const name of ['control-plane', 'worker', 'worker2', 'worker3']) {
        const routes = JSON.parse(readFileSync(join(copy, name, 'route.json'), 'utf8')) as readonly object[];
        writeFileSync(join(copy, name, 'route.json'), JSON.stringify(routes.toReversed()));
        renameSync(join(copy, name), join(copy, `vxlan-${name}`));
      }
      rmSync(join(copy, 'probes'), { recursive: true });
    });

    expect([...truth.machines.keys()].toSorted()).toEqual([...vxlan.machines.keys()].toSorted());
    expect(differences(vxlan, truth)).toEqual([]);
  });

  it('parity: the name of the cluster is read, with or without kubectl.txt', () => {
    const renamed = copyOf('vxlan', (copy) => {
      rmSync(join(copy, 'kubectl.txt'));
      const objects = readFileSync(join(copy, 'objects.yaml'), 'utf8');
      writeFileSync(join(copy, 'objects.yaml'), objects.replaceAll('vxlan-control-plane', 'other-lab-control-plane'));
    });

    expect([vxlan.cluster, renamed.cluster]).toEqual(['vxlan', 'other-lab']);
  });

  it('parity: an empty folder has no facts and no failure', () => {
    const truth = copyOf('vxlan', (copy) => {
      for (const name of readdirSync(copy)) rmSync(join(copy, name), { recursive: true });
    });

    expect(factsOf(truth).size).toBe(0);
    expect([truth.cluster, truth.unreadable, mutationsOf(truth)]).toEqual([undefined, [], []]);
  });

  it('parity: a lab that cannot run is held against its design, which bites', async () => {
    for (const [lab, whole] of [['vxlan', vxlan] as const, ['bgp-rr', bgpRr] as const]) {
      expect(await designDifferences(lab, whole)).toEqual([]);
      expect(await designDifferences(lab, { ...whole, cluster: 'other', objects: [] })).not.toEqual([]);
    }
    const lie = copyOf('bgp-rr', (copy) => {
      const file = join(copy, 'worker', 'route.json');
      const routes = JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly dst: string }[];
      writeFileSync(file, JSON.stringify(routes.filter(({ dst }) => dst !== 'default')));
    });
    expect(await designDifferences('bgp-rr', lie)).toEqual([
      expect.stringMatching(/^worker: expected, not real: 0\.0\.0\.0\/0 /),
    ]);
  });
});

describe.skipIf(!known)('parity: the lab that a real cluster is held against', () => {
  const bgpRr = readTruth(join(folder ?? '', 'bgp-rr'));

  it('parity: the catalogue says all of the given clusters', async () => {
    for (const lab of labs) {
      expect([lab, (await labFileOf(lab, readTruth(join(folder ?? '', lab)))).changes]).toEqual([lab, []]);
    }
  });

  it("parity: another lab becomes the cluster's by its objects, wires and routers, and then nothing differs", async () => {
    const given = [
      [bgpRr, ['bgp-rr-node', 'bgp-tor', 'bgp-tor:one-as', 'bgp-services', 'dualstack']],
      [readTruth(join(folder ?? '', 'vxlan')), ['vxlan-crosssubnet', 'fullmesh-routed']],
    ] as const;
    for (const [truth, others] of given) {
      for (const lab of others) {
        const { changes } = await labFileOf(lab, truth);

        expect(changes.length, lab).toBeGreaterThan(0);
        expect([lab, await designDifferences(lab, truth)]).toEqual([lab, []]);
      }
    }
  });

  it('parity: pods that did not hear from each other are meant not to', async () => {
    const probes = new Map([
      ...bgpRr.probes,
      ['ping-pod-a-pod-b', '2 packets transmitted, 0 received, 100% packet loss'],
    ]);

    const { text } = await labFileOf('bgp-tor', { ...bgpRr, probes });

    expect(parse(text).expect).toEqual([{ ping: { from: 'pod-a', to: 'pod-b', answered: false } }]);
  });

  it("parity: the cluster's services are its own, with the pods behind them", async () => {
    const services: Truth['services'] = [
      { kind: 'Service', metadata: { name: 'kubernetes' }, spec: { clusterIP: '10.96.0.1' } },
      { kind: 'Endpoints', metadata: { name: 'kubernetes' }, subsets: [{ addresses: [{}] }] },
      {
        kind: 'Service',
        metadata: { name: 'shop' },
        spec: {
          type: 'NodePort',
          clusterIP: '10.96.7.7',
          externalTrafficPolicy: 'Local',
          ports: [{ port: 80, nodePort: 30123 }],
        },
      },
      {
        kind: 'Endpoints',
        metadata: { name: 'shop' },
        subsets: [{ addresses: [{ nodeName: 'bgp-rr-worker', targetRef: { name: 'shop-1' } }] }],
      },
    ];

    const { text } = await labFileOf('bgp-services', { ...bgpRr, services });

    expect(parse(text).pods).toMatchObject({ 'pod-a': 'control-plane', 'shop-1': 'worker' });
    expect(parse(text).services).toEqual({
      shop: {
        type: 'NodePort',
        clusterIP: '10.96.7.7',
        port: 80,
        nodePort: 30123,
        externalTrafficPolicy: 'Local',
        endpoints: ['shop-1'],
      },
    });
    expect(await designDifferences('bgp-services', { ...bgpRr, services })).toEqual([
      expect.stringMatching(/^worker: expected, not real: 10\.244\.128\.65\/32 .*cali\]$/),
    ]);
  });

  it('parity: an IPIP pool without tunl0 says nothing of IPIP', () => {
    const pool: CalicoObject = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'IPPool',
      metadata: { name: 'pool' },
      spec: { cidr: '10.244.0.0/16', ipipMode: 'CrossSubnet' },
    };
    const withTunnel = [...bgpRr.machines].map(([name, machine]) => {
      return [name, { ...machine, addresses: machine.addresses.replace('"eth0"', '"tunl0"') }] as const;
    });

    expect(lacksTunnel(bgpRr)).toBe(false);
    expect(lacksTunnel({ ...bgpRr, objects: [pool] })).toBe(true);
    expect(lacksTunnel({ ...bgpRr, objects: [pool], machines: new Map(withTunnel) })).toBe(false);
  });

  it('parity: what nobody asked of the cluster is as in the lab', async () => {
    const silent = { ...bgpRr, objects: [], services: [], configurations: new Map() };

    expect((await labFileOf('bgp-rr', silent)).changes).toEqual([]);
  });
});

describe('parity: two nodes that want one block', () => {
  const apiVersion = 'projectcalico.org/v3';
  const names = ['control-plane', 'worker', 'worker2', 'worker3'].map((short) => `bgp-rr-node-${short}`);
  const objects: readonly CalicoObject[] = [
    { apiVersion, kind: 'IPPool', metadata: { name: 'pool' }, spec: { cidr: '10.244.0.0/16', blockSize: 24 } },
    ...names.map((name): CalicoObject => ({ apiVersion, kind: 'Node', metadata: { name }, spec: {} })),
  ];
  const machine = (own: string, other: string): MachineDump => ({
    kind: 'node',
    addresses: '',
    neighbors: '',
    forwarding: '',
    sysctls: '',
    protocols: '',
    summary: '',
    table: '',
    summary6: '',
    table6: '',
    routes: JSON.stringify([
      { type: 'blackhole', dst: `10.244.${own}.0/24`, protocol: 'bird' },
      { dst: `10.244.${own}.3`, dev: 'cali1', scope: 'link' },
      { dst: `10.244.${other}.0/24`, gateway: '10.1.5.1', dev: 'eth0', protocol: 'bird' },
    ]),
  });
  const cluster = (first: string, second: string) => ({
    machines: new Map([
      ['worker', machine(first, second)],
      ['worker2', machine(second, first)],
    ]),
    probes: new Map<string, string>(),
  });

  it('parity: which of them got it does not matter', () => {
    const truth = { cluster: 'bgp-rr-node', objects, ...cluster('187', '186') } as unknown as Truth;
    const contested = contestedNodes(truth);
    const compare = (nodes: readonly string[]) =>
      compareFacts(factsOf(truth, nodes), factsOf(cluster('186', '187'), nodes), []).differences.length;

    expect(contested).toEqual(['worker', 'worker2']);
    expect([compare([]), compare(contested)]).toEqual([8, 0]);
    expect([...factsOf(truth, contested).keys()]).toContain("worker route worker's block+3");
  });
});

describe('parity: forms', () => {
  it('parity: two sessions between the same machines, one a family, are two facts', () => {
    const session = (name: string) =>
      `BIRD 2.0.12 ready.\n${name} BGP --- up 10:00 Established\n  Neighbor AS: 64512\n`;
    const empty = {
      routes: '',
      neighbors: '',
      forwarding: '',
      sysctls: '',
      summary: '',
      table: '',
      summary6: '',
      table6: '',
      protocols: '',
    };
    const addresses = JSON.stringify([
      {
        ifname: 'eth0',
        mtu: 1500,
        flags: [],
        addr_info: ['172.18.0.3', 'fc00:f853:ccd:e793::3'].map((local) => ({ local, prefixlen: 16, scope: 'global' })),
      },
    ]);
    const protocols = session('Mesh_172_18_0_3') + session('Mesh_fc00_f853_ccd_e793__3');

    const facts = factsOf({
      machines: new Map([
        ['control-plane', { ...empty, kind: 'node', addresses: '', protocols }],
        ['worker', { ...empty, kind: 'node', addresses }],
      ]),
      probes: new Map(),
    });

    expect([...facts.keys()].filter((key) => key.includes('session'))).toEqual([
      'control-plane session Mesh_eth0@worker',
      'control-plane session Mesh_eth0@worker v6',
    ]);
  });

  const path = { valid: true, origin: 'IGP', nexthops: [{ ip: 'fd00::1' }, { ip: 'fe80::1' }] };

  it('parity: the detailed table and that of `vrf all` are the plain one', () => {
    const plain = { routes: { 'fd00::/64': [{ ...path, path: '500 600', peerId: 'fd00::1', bestpath: true }] } };
    const detailed = {
      routes: {
        'fd00::/64': {
          paths: [{ ...path, aspath: { string: '500 600' }, peer: { peerId: 'fd00::1' }, bestpath: { overall: true } }],
        },
      },
    };

    const [first] = frrTable(JSON.stringify(plain)).routes['fd00::/64'] ?? [];
    expect(first?.nexthops).toEqual([{ ip: 'fd00::1' }]);
    expect(frrTable(JSON.stringify({ default: detailed })).routes['fd00::/64']?.[0]).toMatchObject({ ...first });
  });

  it('parity: a summary of all families is read by family', () => {
    const summary = { ipv4Unicast: { peers: { '10.0.0.1': {} } }, ipv6Unicast: { peers: { 'fd00::1': {} } } };

    expect(Object.keys(frrSummary(JSON.stringify(summary)).peers)).toEqual(['10.0.0.1']);
    expect(Object.keys(frrSummary(JSON.stringify(summary), 6).peers)).toEqual(['fd00::1']);
  });

  it('parity: a folder is a lab or a variant of one', () => {
    const catalogue = new Map([
      ['bgp-tor', ['one-as']],
      ['ipip', []],
    ]);

    expect(
      ['bgp-tor', 'bgp-tor:one-as', 'bgp-tor-one-as', 'ipip-one-as'].map((n) => referenceOf(n, catalogue)),
    ).toEqual(['bgp-tor', 'bgp-tor:one-as', 'bgp-tor:one-as', undefined]);
  });
});
