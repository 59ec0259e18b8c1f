// Owns the proof that Felix's part of a lab with VXLAN follows from the objects: routes, devices, and what is refused.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeArtifacts } from '../../../src/artifact/write-artifacts.ts';
import { objectsOf } from '../../../src/calico/objects.ts';
import type { ExpectedRoute } from '../../../src/design/convergence.ts';
import type { Design } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { felixRoutes, remoteVteps } from '../../../src/design/felix-routes.ts';
import { felixScripts } from '../../../src/engine/netns/felix.ts';
import { planNetns } from '../../../src/engine/netns/plan.ts';
import { parseRoutes } from '../../../src/host/ip.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { routeDifferences, routeText } from '../../../src/plan/converged.ts';
import { nothingObserved } from '../../../src/plan/observed.ts';
import { bgpRr, fullmesh, vxlan } from '../../support/labs.ts';
import { sharedFolder } from '../../support/shared.ts';

const truth = sharedFolder('truth/vxlan');

function withCalico(lab: Lab, calico: Partial<Lab['calico']>): Lab {
  return { ...lab, calico: { ...lab.calico, ...calico } };
}

function designOf(lab: Lab): Design {
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(JSON.stringify(problems));
  return design;
}

function codesOf(lab: Lab): readonly string[] {
  return designLab(lab).problems.map(({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`);
}

function felixOf(design: Design, short: string): readonly ExpectedRoute[] {
  const node = design.nodes.find((candidate) => candidate.short === short);
  return node === undefined ? [] : felixRoutes(design, node);
}

interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly address: string;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}

describe.skipIf(truth === undefined)('vxlan beside the real cluster', () => {
  const design = designOf(vxlan);
  const read = (short: string, file: string): string => readFileSync(join(truth ?? '', short, file), 'utf8');

  it.each(design.nodes)('has on $short every route of the real node, and no other', (node) => {
    const real = parseRoutes(node.name, read(node.short, 'route.json')).filter(({ prefix }) => !prefix.includes(':'));
    const routes = design.expected.routes.filter(({ machine }) => machine === node.name);
    const expected = routes.filter(({ prefix }) => !prefix.includes(':'));
    expect(routeDifferences(expected, real)).toEqual([]);
    expect(real.length).toBe(expected.length);
  });

  it.each(design.nodes)('gives $short the real tunnel device, neighbors and fdb', (node) => {
    const links = JSON.parse(read(node.short, 'addr.json')) as Link[];
    const real = links.find(({ ifname }) => ifname === 'vxlan.calico');
    expect(node.tunnels).toEqual([
      {
        name: 'vxlan.calico',
        family: 4,
        vni: 4096,
        port: 4789,
        address: real?.addr_info[0]?.local,
        mac: real?.address,
        mtu: real?.mtu,
      },
    ]);
    const neighbors = JSON.parse(read(node.short, 'neigh.json')) as { dst: string; dev: string; lladdr: string }[];
    const fdb = JSON.parse(read(node.short, 'fdb.json')) as { mac: string; ifname: string; dst: string }[];
    const vteps = remoteVteps(design.nodes, node);
    expect(new Set(vteps.map(({ tunnel }) => `${tunnel.address} ${tunnel.mac}`))).toEqual(
      new Set(neighbors.filter(({ dev }) => dev === 'vxlan.calico').map(({ dst, lladdr }) => `${dst} ${lladdr}`)),
    );
    expect(new Set(vteps.map(({ tunnel, node: far }) => `${tunnel.mac} ${far}`))).toEqual(
      new Set(fdb.filter(({ ifname }) => ifname === 'vxlan.calico').map(({ mac, dst }) => `${mac} ${dst}`)),
    );
  });

  it('writes the real tunnel addresses into the Node objects', () => {
    const text = readFileSync(join(truth ?? '', 'objects.yaml'), 'utf8');
    const real = [...text.matchAll(/ipv4VXLANTunnelAddr: (\S+)/g)].map(([, address]) => address);
    expect(objectsOf(design.objects, 'Node').map(({ spec }) => spec.ipv4VXLANTunnelAddr)).toEqual(real);
  });
});

describe("Felix's routes", () => {
  it('go straight to nodes of the own subnet with CrossSubnet, and no other node loses its tunnel neighbor', () => {
    const design = designOf(withCalico(vxlan, { encapsulation: 'VXLANCrossSubnet' }));
    expect(felixOf(design, 'control-plane').map(routeText)).toEqual([
      'blackhole 10.244.152.192/26 proto 80',
      '10.244.193.64/26 via 10.1.5.11 dev net0 proto 80 onlink',
      '10.244.154.0/26 via 10.244.154.0 dev vxlan.calico onlink mtu 1450',
      '10.244.177.128/26 via 10.244.177.128 dev vxlan.calico onlink mtu 1450',
    ]);
    expect(design.nodes.map((node) => remoteVteps(design.nodes, node).length)).toEqual([3, 3, 3, 3]);
    expect(new Set(design.pods.map(({ mtu }) => mtu))).toEqual(new Set([1450]));
  });

  it.each([
    [30, undefined],
    [31, 1450],
  ])('carry the MTU from 3.31 on: v3.%i', (minor, mtu) => {
    const design = designOf(withCalico(vxlan, { version: { text: `v3.${minor}`, minor } }));
    const tunnelled = felixOf(design, 'worker2').filter(({ onlink }) => onlink);
    expect(tunnelled.map((route) => route.mtu)).toEqual([mtu, mtu, mtu]);
  });

  it('are not there for plain pools', () => {
    expect(bgpRr.cluster.nodes.flatMap(({ short }) => felixOf(designOf(bgpRr), short))).toEqual([]);
  });

  it('stand beside a BIRD that tells blocks and leaves the kernel to Felix', () => {
    const design = designOf(withCalico(bgpRr, { encapsulation: 'VXLAN' }));
    const routes = design.expected.routes.filter(({ machine }) => machine === 'bgp-rr-control-plane');
    const ofPool = routes.filter(({ prefix }) => prefix.startsWith('10.244.') && prefix.endsWith('/26'));
    expect(ofPool.map(({ protocol }) => protocol).toSorted()).toEqual(['80', 'boot', 'boot', 'boot']);
    expect(routes.find(({ prefix }) => prefix === '10.1.8.0/24')).toMatchObject({
      protocol: 'bird',
      metric: 2147483547,
    });
    const conf = writeArtifacts(design).get('nodes/bgp-rr-worker/bird.conf') ?? '';
    expect(conf).toContain('  if net ~ 10.244.0.0/16 then reject;\n  accept;');
    expect(conf).toContain('if ifname ~ "*.calico" then reject;');
  });
});

describe('what the engine types', () => {
  const design = designOf(withCalico(vxlan, { encapsulation: 'VXLANCrossSubnet' }));
  const scripts = felixScripts(design, false);

  it('is a device like the real one', () => {
    const device = [
      'link add name vxlan.calico address 66:34:7a:01:8b:85 mtu 1450 type vxlan id 4096 local 10.1.5.10 dev net0 srcport 0 0 dstport 4789 nolearning udpcsum',
      'addr add 10.244.152.192/32 dev vxlan.calico',
      'link set dev vxlan.calico up',
    ];
    expect(scripts[0]?.script).toContain(device.join('\n'));
  });

  it('names protocol 80 and leaves boot unsaid, which one batch of iproute2 would write as the last number', () => {
    expect(scripts.map(({ machine }) => machine)).toEqual(design.nodes.map(({ name }) => name));
    for (const { script } of scripts) {
      expect(script).toContain('proto 80');
      expect(script).not.toContain('boot');
      expect(script.match(/nud permanent/g)).toHaveLength(3);
      expect(script.match(/^fdb replace .* self permanent$/gm)).toHaveLength(3);
    }
  });

  it('takes VXLAN from the other nodes only, untracked from 3.29 on', () => {
    const rulesOf = (minor: number) =>
      writeArtifacts(designOf(withCalico(vxlan, { version: { text: `v3.${minor}`, minor } }))).get(
        'nodes/vxlan-worker/rules.nft',
      ) ?? '';
    expect(rulesOf(33)).toContain('elements = { 10.1.5.10, 10.1.8.10, 10.1.8.11 }');
    expect(rulesOf(33)).toMatch(
      /@cali40all-vxlan-net fib daddr type local accept\n +udp dport 4789 fib daddr type local drop/,
    );
    expect(rulesOf(33).match(/notrack/g)).toHaveLength(2);
    expect(rulesOf(28)).not.toContain('notrack');
  });
});

describe('backend vxlan', () => {
  it('runs no BIRD: no session, no configuration, no neighbor of a leaf', () => {
    const design = designOf(vxlan);
    expect(design.nodes.flatMap(({ peers }) => [...peers.ipv4, ...peers.ipv6])).toEqual([]);
    expect(design.expected.sessions).toHaveLength(4);
    expect([...writeArtifacts(design).keys()].filter((name) => name.includes('bird'))).toEqual([]);
    expect(design.routers.flatMap(({ neighbors }) => neighbors.map(({ machine }) => machine)).join()).not.toContain(
      'vxlan',
    );
  });

  it('starts no BIRD, and without routers still waits for its nodes before it looks', () => {
    const design = designOf(withCalico(fullmesh, { backend: 'vxlan', encapsulation: 'VXLAN' }));
    const { operations } = planNetns(design, writeArtifacts(design), nothingObserved, undefined);
    const idOf = (resource: string) => operations.find((operation) => operation.resource === resource)?.id;
    expect(operations.filter(({ resource }) => /^(bird|frr):/.test(resource))).toEqual([]);
    const sessions = operations.find(({ resource }) => resource === 'sessions');
    expect(sessions?.needs).toEqual(design.nodes.map(({ name }) => idOf(`node:${name}`)));
    const routes = operations.find(({ resource }) => resource === 'routes');
    expect(routes?.needs).toContain(idOf('felix-routes'));
  });

  it('is refused with pools that need BIRD, and with peers, which are only warned of in a running lab', () => {
    expect(codesOf(withCalico(vxlan, { encapsulation: 'None' }))).toContain('error BACKEND_NO_ROUTES calico.backend');
    expect(codesOf(withCalico(vxlan, { peers: bgpRr.calico.peers }))).toContain('error BACKEND_NO_BGP calico.peers.0');
    const peer = objectsOf(designOf(bgpRr).objects, 'BGPPeer').slice(0, 1);
    const { design, problems } = designLab(vxlan, { objects: [...designOf(vxlan).objects, ...peer] });
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toContain('warning BACKEND_NO_BGP');
    expect(design?.expected.sessions).toHaveLength(4);
  });
});

describe('VXLAN beside BIRD', () => {
  it('needs no peer for a node to be reached, and no fabric that learns pods', () => {
    const lab = withCalico(bgpRr, { encapsulation: 'VXLAN', peers: bgpRr.calico.peers.slice(0, 1) });
    expect(codesOf(lab).filter((code) => code.startsWith('error'))).toEqual([]);
  });

  it('is refused where tunnel routes would be told on: eBGP, and releases before 3.27', () => {
    const ebgp = withCalico(bgpRr, { encapsulation: 'VXLAN', nodeASNumber: 64600 });
    expect(codesOf(ebgp).join()).toContain('error TUNNEL_ROUTES_TOLD');
    const old = withCalico(bgpRr, { encapsulation: 'VXLAN', version: { text: 'v3.26', minor: 26 } });
    expect(codesOf(old).join()).toContain('error TUNNEL_ROUTES_TOLD');
  });
});
