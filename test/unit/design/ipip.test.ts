// Owns the proof that a lab with IPIP follows from the objects: routes by owner, tunnel addresses, the live switch, what is warned of.

import { describe, expect, it } from 'vitest';
import { writeArtifacts } from '../../../src/artifact/write-artifacts.ts';
import { objectsOf } from '../../../src/calico/objects.ts';
import type { Design } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { earlierOf, givingObjects } from '../../../src/design/earlier.ts';
import { reaches, walkRoutes } from '../../../src/design/walk.ts';
import { planNetns, structureDifferences } from '../../../src/engine/netns/plan.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { routeText } from '../../../src/plan/converged.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import { nothingObserved, type Observed } from '../../../src/plan/observed.ts';
import { bgpRr, vxlan } from '../../support/labs.ts';

function labWith(calico: Partial<Lab['calico']>): Lab {
  return { ...vxlan, calico: { ...vxlan.calico, backend: 'bird', encapsulation: 'IPIP', ...calico } };
}

function designOf(lab: Lab): Design {
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(JSON.stringify(problems));
  return design;
}

function poolRoutes(design: Design, short: string): readonly string[] {
  const node = design.nodes.find((candidate) => candidate.short === short);
  return design.expected.routes
    .filter(({ machine, prefix }) => machine === node?.name && prefix.startsWith('10.244.') && prefix.endsWith('/26'))
    .map(routeText);
}

const v332 = { text: 'v3.32', minor: 32 };

describe('routes into the tunnel', () => {
  it("are Felix's from 3.33 on, to node addresses, with an MTU", () => {
    expect(poolRoutes(designOf(labWith({})), 'control-plane')).toEqual([
      'blackhole 10.244.152.192/26 proto 80',
      '10.244.154.0/26 via 10.1.8.10 dev tunl0 proto 80 onlink mtu 1480',
      '10.244.177.128/26 via 10.1.8.11 dev tunl0 proto 80 onlink mtu 1480',
      '10.244.193.64/26 via 10.1.5.11 dev tunl0 proto 80 onlink mtu 1480',
    ]);
  });

  it("are BIRD's in 3.33, too, where programClusterRoutes of both objects say so, and only then", () => {
    const object = (kind: string, programClusterRoutes: string) => {
      const spec = { programClusterRoutes, ...(kind === 'BGPConfiguration' ? { logSeverityScreen: 'Info' } : {}) };
      return { apiVersion: 'projectcalico.org/v3', kind, metadata: { name: 'default' }, spec };
    };
    const felix = object('FelixConfiguration', 'Disabled');
    const design = designOf(labWith({ resources: [felix, object('BGPConfiguration', 'Enabled')] }));
    const errorsWith = (...resources: readonly object[]) =>
      designLab(labWith({ resources })).problems.flatMap(({ severity, code, path }) =>
        severity === 'error' ? [`${code} ${path.join('.')}`] : [],
      );

    expect(poolRoutes(design, 'control-plane')).toContain(
      '10.244.193.64/26 via 10.1.5.11 dev tunl0 proto bird metric 1024 onlink',
    );
    const conf = writeArtifacts(design).get('nodes/vxlan-worker/bird.conf');
    expect(conf).toContain('{ ifname = "tunl0"; onlink = true; gw = bgp_next_hop; }');
    expect(errorsWith(felix)).toEqual(['ROUTE_OWNER calico.resources.0.spec.programClusterRoutes']);
    expect(errorsWith(object('BGPConfiguration', 'Enabled'))).toHaveLength(1);
    expect(errorsWith(object('FelixConfiguration', 'EnabledIPIPOnly'))).toEqual([]);
  });

  it("are BIRD's up to 3.32, and BIRD 2 is told how", () => {
    const design = designOf(labWith({ version: v332 }));
    expect(poolRoutes(design, 'control-plane')).toContain(
      '10.244.193.64/26 via 10.1.5.11 dev tunl0 proto bird metric 1024 onlink',
    );
    expect(poolRoutes(design, 'control-plane')[0]).toBe('blackhole 10.244.152.192/26 proto bird');
    const conf = writeArtifacts(design).get('nodes/vxlan-worker/bird.conf');
    expect(conf).toContain('{ ifname = "tunl0"; onlink = true; gw = bgp_next_hop; }');
    expect(conf).not.toContain('if ifname ~ "tunl0" then reject;');
  });

  it('are only for other subnets with CrossSubnet, whoever owns them', () => {
    for (const version of [v332, { text: 'v3.33', minor: 33 }]) {
      const design = designOf(labWith({ encapsulation: 'IPIPCrossSubnet', version }));
      const devices = poolRoutes(design, 'worker').map((text) => / dev (\S+)/.exec(text)?.[1] ?? 'none');
      expect(devices.toSorted()).toEqual(['net0', 'none', 'tunl0', 'tunl0']);
    }
    const conf = writeArtifacts(designOf(labWith({ encapsulation: 'IPIPCrossSubnet', version: v332 })));
    expect(conf.get('nodes/vxlan-worker/bird.conf')).toContain('&& bgp_next_hop !~ 10.1.5.0/24 then');
  });

  it('carry a packet past a fabric that knows no pod', () => {
    const design = designOf(labWith({}));
    const [a, b] = ['pod-a', 'pod-b'].map((name) => design.pods.find((pod) => pod.name === name)!);
    expect(reaches(design, a!, b!)).toBe(true);
    const far = walkRoutes(design, a!, b!).find(({ machine }) => machine === 'vxlan-worker3');
    expect([...(far?.ins ?? [])].toSorted()).toEqual(['net0', 'tunl0']);
  });
});

describe('tunnel addresses', () => {
  it('are ordinal 0 of the block, in the Node objects and in the rules', () => {
    const design = designOf(labWith({}));
    const [node] = design.nodes;
    expect(node?.tunnels).toEqual([{ name: 'tunl0', family: 4, address: '10.244.152.192', mtu: 1480 }]);
    expect(design.pods.map(({ mtu }) => mtu)).toEqual([1480, 1480, 1480, 1480]);
    expect(objectsOf(design.objects, 'Node')[0]?.spec.bgp?.ipv4IPIPTunnelAddr).toBe('10.244.152.192');
    const rules = writeArtifacts(design).get('nodes/vxlan-control-plane/rules.nft') ?? '';
    expect(rules).toContain('elements = { 10.1.5.10, 10.1.5.11, 10.1.8.10, 10.1.8.11 }');
    expect(rules).toMatch(
      /ip protocol 4 ip saddr @cali40all-hosts-net fib daddr type local accept\n +ip protocol 4 drop/,
    );
    expect(rules).toContain('oifname "tunl0" fib saddr . oif type != local');
  });
});

describe('a switch on the live cluster', () => {
  const before = designOf(labWith({}));
  // The lab says that the fabric must now know the pods, and does not: a ping across racks has no answer.
  const silent = {
    kind: 'ping',
    from: 'pod-a',
    to: 'pod-b',
    answered: false,
    ttl: undefined,
    family: undefined,
  } as const;
  const off = designOf({ ...labWith({ encapsulation: 'None', switchedFrom: 'IPIP' }), expect: [silent] });

  it('leaves pods their address and MTU, and tunl0 up without an address', () => {
    expect(off.pods).toEqual(before.pods);
    expect(off.nodes[0]?.tunnels).toEqual([{ name: 'tunl0', family: 4, address: undefined, mtu: 1480 }]);
    expect(objectsOf(off.objects, 'Node')[0]?.spec.bgp?.ipv4IPIPTunnelAddr).toBeUndefined();
    expect(poolRoutes(off, 'control-plane')).toContain(
      '10.244.193.64/26 via 10.1.5.11 dev net0 proto bird metric 1024',
    );
  });

  it('is the same by an object that changes in a running lab', () => {
    const objects = before.objects.map((object) =>
      object.kind === 'IPPool' ? { ...object, spec: { ...object.spec, ipipMode: 'Never' as const } } : object,
    );
    const { design } = designLab(labWith({}), { objects });
    expect(design?.pods).toEqual(off.pods);
    expect(design?.nodes).toEqual(off.nodes);
    expect(design?.expected).toEqual(off.expected);
  });

  it.each([v332, { text: 'v3.33', minor: 33 }])('and back on gives tunl0 the next free address, $text', (version) => {
    const on = labWith({ version });
    const objects = designOf(on).objects;
    const never = objects.map((object) =>
      object.kind === 'IPPool' ? { ...object, spec: { ...object.spec, ipipMode: 'Never' as const } } : object,
    );
    const earlier = [objects, never].map(givingObjects);

    const { design } = designLab(on, { objects, earlier });

    expect(design?.pods).toEqual(before.pods);
    expect(design?.nodes[0]?.tunnels).toEqual([{ name: 'tunl0', family: 4, address: '10.244.152.194', mtu: 1480 }]);
    expect(poolRoutes(design!, 'worker')).toEqual(poolRoutes(designOf(on), 'worker'));
    expect(earlierOf(design!, objects)).toEqual(earlier);
    expect(earlierOf(design!, never)).toEqual([...earlier, givingObjects(objects)]);
  });

  it('touches what Felix and BIRD have, and no machine or link', () => {
    const artifacts = writeArtifacts(before);
    const { operations } = planNetns(before, artifacts, nothingObserved, undefined);
    const made = new Map(operations.map((operation) => [operation.resource, digestOf(operation.input)]));
    const seen: Observed = { state: 'running', made, dead: new Set() };
    expect(planNetns(before, artifacts, seen, undefined).operations).toEqual([]);
    expect(structureDifferences(off, writeArtifacts(off), seen)).toEqual([]);
    const changed = planNetns(off, writeArtifacts(off), seen, undefined).operations.map(({ resource }) => resource);
    expect(changed.filter((resource) => !/^(bird:|sessions|routes|first-ping)/.test(resource))).toEqual([
      'felix-rules',
      'felix-routes',
    ]);
  });

  it('to VXLAN takes the next free address for the tunnel (calico.md K.3), and back to plain removes the device', () => {
    const plain = designOf({ ...vxlan, calico: { ...bgpRr.calico } });
    const on = designOf({ ...vxlan, calico: { ...bgpRr.calico, encapsulation: 'VXLAN', switchedFrom: 'None' } });
    expect(on.pods).toEqual(plain.pods);
    expect(on.nodes.map(({ tunnels }) => tunnels[0]?.address)).toEqual([
      '10.244.152.193',
      '10.244.193.65',
      '10.244.154.1',
      '10.244.177.129',
    ]);
    const first = planNetns(on, writeArtifacts(on), nothingObserved, undefined).operations;
    const made = new Map(first.map((operation) => [operation.resource, digestOf(operation.input)]));
    const seen: Observed = { state: 'running', made, dead: new Set() };
    const felix = planNetns(plain, writeArtifacts(plain), seen, undefined).operations.find(
      ({ resource }) => resource === 'felix-routes',
    );
    expect(JSON.stringify(felix?.input)).toContain('ip link del dev vxlan.calico');
  });
});

describe('BIRD behind a leaf that is the next hop', () => {
  it('tunnels to the leaf: warned of, and the design knows that no packet arrives', () => {
    const lab = { ...vxlan, calico: { ...bgpRr.calico, version: v332, encapsulation: 'IPIP' as const } };
    expect(designLab(lab).problems.map(({ code }) => code)).toContain('IPIP_NEXT_HOP_SELF');
    const design = designOf(lab);
    const [a, b] = ['pod-a', 'pod-b'].map((name) => design.pods.find((pod) => pod.name === name)!);
    expect(reaches(design, a!, b!)).toBe(false);
  });
});
