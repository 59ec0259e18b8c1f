// Owns the proof that a lab's files say what the real clusters' files say, and that the real parsers take them.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { writeArtifacts } from '../../../src/artifact/write-artifacts.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { bgpRr, fullmesh } from '../../support/labs.ts';
import { sharedFolder } from '../../support/shared.ts';

function filesOf(lab: Lab): ReadonlyMap<string, string> {
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(JSON.stringify(problems));
  return writeArtifacts(design);
}

function ofVersion(lab: Lab, minor: number, calico: Partial<Lab['calico']> = {}): Lab {
  return { ...lab, calico: { ...lab.calico, version: { text: `v3.${minor}`, minor }, ...calico } };
}

function birdOf(lab: Lab, node = 'bgp-rr-control-plane'): string {
  return filesOf(lab).get(`nodes/${node}/bird.conf`) ?? '';
}

function object(kind: string, name: string, spec: object): object {
  return { apiVersion: 'projectcalico.org/v3', kind, metadata: { name }, spec };
}

describe('writeArtifacts', () => {
  it('names every file', () => {
    expect([...filesOf(bgpRr).keys()]).toEqual([
      'routers/leaf0/frr.conf',
      'routers/leaf0/rules.nft',
      'routers/leaf1/frr.conf',
      'routers/leaf1/rules.nft',
      'routers/spine0/frr.conf',
      'routers/spine1/frr.conf',
      ...['control-plane', 'worker', 'worker2', 'worker3'].flatMap((short) => [
        `nodes/bgp-rr-${short}/bird.conf`,
        `nodes/bgp-rr-${short}/rules.nft`,
      ]),
      'calico/objects.yaml',
    ]);
  });

  it('writes objects that read back as themselves', () => {
    const text = filesOf(bgpRr).get('calico/objects.yaml') ?? '';
    const objects = parseAllDocuments(text).map((document) => document.toJS());
    expect(objects).toEqual(designLab(bgpRr).design?.objects);
    expect(
      text.startsWith('apiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata:\n  name: default\n'),
    ).toBe(true);
  });
});

describe('frr.conf', () => {
  const truth = sharedFolder('truth/bgp-rr');
  it.skipIf(truth === undefined)(
    'is the running configuration of the real routers, addresses and version left out',
    () => {
      for (const router of ['leaf0', 'leaf1', 'spine0', 'spine1']) {
        const running = readFileSync(join(truth ?? '', router, 'running-config.txt'), 'utf8');
        const real = linesOf(running.replaceAll(/^interface [\s\S]*?^exit$/gm, ''));
        const own = linesOf(filesOf(bgpRr).get(`routers/${router}/frr.conf`) ?? '');
        expect(
          own.filter((line) => line !== 'bgp router-id 172.20.20.4'),
          router,
        ).toEqual(real);
      }
    },
  );

  it('ends in the lab author’s own lines', () => {
    const topology = bgpRr.topology!;
    const routers = topology.routers.map((router) => ({ ...router, config: ['ip prefix-list all permit any'] }));
    const text = filesOf({ ...bgpRr, topology: { ...topology, routers } }).get('routers/leaf0/frr.conf');
    expect(text?.endsWith('!\nip prefix-list all permit any\n')).toBe(true);
  });
});

/** Lines that mean something; `bgp log-neighbor-changes` stands on some of the real routers only. */
function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !/^(|!|exit|end|Building.*|Current.*|frr version.*|bgp log-neighbor-changes)$/.test(line));
}

describe('bird.conf', () => {
  it('sets metrics and LOCAL_PREF from 3.32 on, and leaves both alone before', () => {
    for (const minor of [32, 33]) {
      const text = birdOf(ofVersion(bgpRr, minor));
      expect(text).toContain('krt_metric = 2147483647 - bgp_local_pref');
      expect(text).toContain('if krt_metric < 1024 then accept;');
      expect(text).toContain('if bgp_local_pref > 2147482623 then preference = 200;');
    }
    for (const minor of [23, 31]) {
      expect(birdOf(ofVersion(bgpRr, minor))).not.toMatch(/krt_metric|local_pref/);
    }
  });

  it('never exports what direct learned to the kernel, and announces blocks, not pods', () => {
    const text = birdOf(bgpRr);
    const block = /route (\S+) blackhole;/.exec(text)?.[1];
    expect(text).toContain('if source = RTS_DEVICE then reject;');
    expect(text).toContain(`if net = ${block} then accept;`);
    expect(text).toContain(`if net ~ ${block} then {`);
  });

  it('is IPv4 only unless the Node object has an IPv6 address', () => {
    expect(birdOf(bgpRr)).not.toContain('ipv6');
    const nodes = designLab(fullmesh).design?.objects.filter(({ kind }) => kind === 'Node') ?? [];
    const resources = nodes.map((node, i) => ({
      ...node,
      spec: { bgp: { ...(node.spec as { bgp: object }).bgp, ipv6Address: `fc00:f853:ccd:e793::${i + 2}/64` } },
    }));
    const text = birdOf(ofVersion(fullmesh, 33, { resources }), 'fullmesh-control-plane');
    expect(text).toContain('protocol kernel kernel2 {');
    expect(text).toContain('protocol bgp Mesh_fc00_f853_ccd_e793__3 from bgp_template_v6 {');
  });

  it('says what each session is', () => {
    const text = birdOf(fullmesh, 'fullmesh-worker');
    expect(text).toContain(`protocol bgp Mesh_172_18_0_2 from bgp_template_v4 {
  neighbor 172.18.0.2 as 64512;
  source address 172.18.0.3;
  multihop;
}`);
    expect(text).toContain(`protocol bgp Mesh_172_18_0_4 from bgp_template_v4 {
  neighbor 172.18.0.4 as 64512;
  source address 172.18.0.3;
  multihop;
  passive on;
}`);
  });

  it('carries service networks, communities, ignored interfaces and the port of BGPConfiguration', () => {
    const text = birdOf(ofVersion(bgpRr, 33, { resources: [richConfiguration] }));
    expect(text).toContain('route 10.96.0.0/12 blackhole;');
    expect(text).toContain('if net ~ 10.96.0.0/12 then accept;');
    expect(text).toContain('if net ~ 10.96.0.0/12 then reject;');
    expect(text).toContain('bgp_large_community.add((1, 2, 3)); bgp_community.add((65000, 1));');
    expect(text).toContain('interface -"foo", -"cali*", -"kube-ipvs*", "*";');
    expect(text).toContain('local 10.1.5.10 port 1179 as 65005;');
    expect(text).toContain('strict bind on;');
  });

  it('calls BGPFilters before Calico’s own rules', () => {
    const text = birdOf(ofVersion(bgpRr, 33, { resources: filterResources }));
    expect(text).toContain("function 'bgp_no-remote_exportFilterV4'(bool same_as)");
    expect(text).toContain('  if (net ~ [ 10.244.0.0/16{26,28} ]) && (source = RTS_BGP) then { reject; }');
    expect(text).toMatch(
      /export filter \{\s*calico_priority\(\);\s*'bgp_no-remote_exportFilterV4'\(true\);\s*calico_export_to_bgp_peers\(\);\s*\};/,
    );
  });
});

const richConfiguration = object('BGPConfiguration', 'default', {
  nodeToNodeMeshEnabled: false,
  listenPort: 1179,
  bindMode: 'NodeIP',
  ignoredInterfaces: ['foo'],
  serviceClusterIPs: [{ cidr: '10.96.0.0/12' }],
  communities: [{ name: 'one', value: '65000:1' }],
  prefixAdvertisements: [{ cidr: '10.244.0.0/16', communities: ['one', '1:2:3'] }],
});

const filterResources = [
  object('BGPPeer', 'rack0-to-leaf0', {
    asNumber: 65005,
    peerIP: '10.1.5.1',
    nodeSelector: "rack == 'rack0'",
    filters: ['no-remote'],
  }),
  object('BGPFilter', 'no-remote', {
    exportV4: [
      {
        action: 'Reject',
        source: 'RemotePeers',
        cidr: '10.244.0.0/16',
        matchOperator: 'In',
        prefixLength: { min: 26, max: 28 },
      },
    ],
    importV4: [{ action: 'Reject', interface: 'wlan*' }, { action: 'Accept' }],
  }),
];

describe('felix rules', () => {
  it('translate pods of natOutgoing pools, towards everything outside all pools', () => {
    const resources = [object('IPPool', 'other', { cidr: '10.245.0.0/16', natOutgoing: false })];
    const rules = filesOf(ofVersion(bgpRr, 33, { resources })).get('nodes/bgp-rr-worker/rules.nft');
    expect(rules).toContain(
      'set cali40masq-ipam-pools {\n    type ipv4_addr\n    flags interval\n    elements = { 10.244.0.0/16 }',
    );
    expect(rules).toContain('elements = { 10.244.0.0/16, 10.245.0.0/16 }');
    expect(rules).toContain(
      'ip saddr @cali40masq-ipam-pools ip daddr != @cali40network-ip-pools masquerade fully-random',
    );
  });
});

const folder = mkdtempSync(join(tmpdir(), 'labctl-artifact-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(program: string, argv: readonly string[], text: string): string {
  const file = join(folder, 'text');
  writeFileSync(file, text);
  const ran = spawnSync(program, [...argv, file], { encoding: 'utf8' });
  return `${ran.status} ${ran.stderr}`;
}

function has(program: string, argv: readonly string[]): boolean {
  const isThere = spawnSync(program, argv).status === 0;
  if (!isThere) console.warn(`skipped: ${program} is not installed or may not run here`);
  return isThere;
}

const everyGeneration = [23, 26, 27, 31, 32, 33];

describe.skipIf(!has('bird', ['--version']))('the real BIRD', () => {
  it.each(everyGeneration)('takes the configuration of v3.%i', (minor) => {
    expect(check('bird', ['-p', '-c'], birdOf(ofVersion(bgpRr, minor)))).toBe('0 ');
    expect(check('bird', ['-p', '-c'], birdOf(ofVersion(fullmesh, minor), 'fullmesh-worker'))).toBe('0 ');
  });

  it('takes everything BGPConfiguration and BGPFilter can add', () => {
    const resources = [richConfiguration, ...filterResources];
    expect(check('bird', ['-p', '-c'], birdOf(ofVersion(bgpRr, 33, { resources })))).toBe('0 ');
  });
});

const inNamespace = ['--user', '--map-root-user', '--net'];
describe.skipIf(!has('unshare', [...inNamespace, 'nft', 'list', 'ruleset']))('the real nft', () => {
  it('takes the rules of nodes and leaves', () => {
    const files = filesOf(bgpRr);
    for (const name of ['nodes/bgp-rr-worker/rules.nft', 'routers/leaf0/rules.nft']) {
      expect(check('unshare', [...inNamespace, 'nft', '-f'], files.get(name) ?? ''), name).toBe('0 ');
    }
  });
});
