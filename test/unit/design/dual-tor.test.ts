// Owns the proof that a node on two leaves has every way twice, and keeps one when a leaf is gone.

import { describe, expect, it } from 'vitest';
import { objectsOf } from '../../../src/calico/objects.ts';
import { type Design, findMachine } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { reaches } from '../../../src/design/walk.ts';
import { readText } from '../lab/read-text.ts';

const pairs = `
name: pairs
title: Two nodes on two leaves, one on one of them
topology: two-spines-two-leaves
cluster:
  loopbacks: 10.9.0.0/24
  nodes:
    - {role: control-plane, rack: [rack0, rack1]}
    - {role: worker, rack: [rack1, rack0], address: 10.9.0.77}
    - {role: worker, rack: rack0}
calico:
  autodetection: kubernetes-internal-ip
  nodeToNodeMesh: false
  nodeASNumber: {control-plane: 65201, worker: 65202, worker2: 65203}
  peers:
    - {rack: rack0, to: leaf0, filters: [own]}
    - {rack: rack1, to: leaf1, filters: [own]}
  resources:
    - apiVersion: projectcalico.org/v3
      kind: BGPFilter
      metadata: {name: own}
      spec:
        exportV4:
          - {action: Reject, source: RemotePeers}
          - {action: Accept, matchOperator: In, cidr: 10.9.0.0/24}
variants:
  one-leaf: {remove: [leaf1]}
`;

async function designOf(variant = ''): Promise<Design> {
  const { lab } = await readText(pairs, [], `-${variant}`);
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(JSON.stringify(problems));
  return design;
}

function hops(design: Design, machine: string, prefix: string): readonly (string | undefined)[] {
  const name = findMachine(design, machine)?.name;
  const route = design.expected.routes.find((one) => one.machine === name && one.prefix === prefix);
  return (route?.nextHops ?? []).map(({ via, dev }) => `${via} ${dev}`);
}

describe('a node on two leaves', () => {
  it('has an uplink in each rack, in the order it names them, and its address on lo', async () => {
    const design = await designOf();

    const [first, second] = design.nodes;
    const shown = (node = first) => node?.interfaces.map(({ name, addresses }) => `${name} ${addresses[0]}`);
    expect(shown()).toEqual(['eth0 172.18.0.2/16', 'net0 10.1.5.10/24', 'net1 10.1.8.10/24', 'lo 10.9.0.10/32']);
    expect(new Set(shown(second))).toEqual(
      new Set(['eth0 172.18.0.3/16', 'net0 10.1.8.11/24', 'net1 10.1.5.11/24', 'lo 10.9.0.77/32']),
    );
    expect(objectsOf(design.objects, 'Node').map(({ spec }) => spec.bgp?.ipv4Address)).toEqual([
      '10.9.0.10/32',
      '10.9.0.77/32',
      '10.1.5.12/24',
    ]);
  });

  it('is chosen by a label for its racks together, and speaks from the address of each uplink', async () => {
    const design = await designOf();

    expect(objectsOf(design.objects, 'BGPPeer').map(({ spec }) => [spec.nodeSelector, spec.sourceAddress])).toEqual([
      ["rack in {'rack0-rack1', 'rack1-rack0', 'rack0'}", 'None'],
      ["rack in {'rack0-rack1', 'rack1-rack0'}", 'None'],
    ]);
    const ends = design.expected.sessions.flatMap(({ a, b }) => [
      `${a.address} ${b.address}`,
      `${b.address} ${a.address}`,
    ]);
    expect(ends).toEqual(expect.arrayContaining(['10.1.5.10 10.1.5.1', '10.1.8.10 10.1.8.1', '10.1.8.11 10.1.8.1']));
  });

  it('has a default route and BGP routes over both, and is told its own loopback by nobody', async () => {
    const design = await designOf();

    expect(hops(design, 'control-plane', '0.0.0.0/0')).toEqual(['10.1.5.1 net0', '10.1.8.1 net1']);
    expect(hops(design, 'control-plane', '10.9.0.77/32')).toEqual(['10.1.5.11 net0', '10.1.8.11 net1']);
    expect(hops(design, 'control-plane', '10.9.0.10/32')).toEqual([]);
    expect(hops(design, 'leaf0', '10.9.0.10/32')).toEqual(['10.1.5.10 eth3']);
    expect(hops(design, 'spine0', '10.9.0.10/32')).toEqual(['10.1.10.1 eth1', '10.1.34.1 eth2']);
  });

  it('keeps the way that is left when a leaf is gone', async () => {
    const design = await designOf(':one-leaf');

    const [a, b] = ['pod-a', 'pod-b'].map((name) => findMachine(design, name));
    expect(design.nodes.map(({ uplinkRacks }) => uplinkRacks)).toEqual([['rack0'], ['rack0'], undefined]);
    expect(hops(design, 'control-plane', '0.0.0.0/0')).toEqual(['10.1.5.1 net0']);
    expect(hops(design, 'worker', '0.0.0.0/0')).toEqual(['10.1.5.1 net0']);
    expect(hops(design, 'control-plane', '10.9.0.77/32')).toEqual(['10.1.5.11 net0']);
    expect(a !== undefined && b !== undefined && reaches(design, a, b)).toBe(true);
  });
});
