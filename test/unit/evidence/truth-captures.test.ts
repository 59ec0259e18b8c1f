// Owns the reading of captures from a real cluster: the echo from pod-a to pod-b must be found at each point, with its TTL.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/evidence/capture.ts';
import { followPackets, type PacketSighting } from '../../../src/evidence/follow.ts';
import type { PlannedPoint } from '../../../src/evidence/points.ts';
import type { Flow } from '../../../src/flow/flow.ts';
import { sharedFolder } from '../../support/shared.ts';

interface TruthPoint {
  readonly point: PlannedPoint;
  readonly seen: readonly PacketSighting[];
}

/** The points of a lab in path order with the echoes between two addresses. */
function truthPoints(folder: string, a: string, b: string): readonly TruthPoint[] {
  const captures = join(folder, 'captures');
  const files = readdirSync(captures).filter((name) => name.endsWith('.pcap'));
  const points = files.sort().map((file) => {
    const name = file.replace(/^\w+?-(.*)-(\w+)\.pcap$/, '$1:$2');
    const [machine = '', iface = ''] = name.split(':');
    const point = { name, machine, interface: iface, role: 'path', requestGoes: 'in' } as const;
    return { point, name, pcap: [readFileSync(join(captures, file))] };
  });
  const ends = [a, b].sort().join();
  const isEcho = ({ id, source, destination }: Flow) =>
    id !== undefined && [source, destination].sort().join() === ends;
  const { sightings } = followPackets(points, isEcho);
  return points.map(({ point }, place) => ({
    point,
    seen: sightings[place]!.map((packet) => ({ ...packet, kind: packet.source === a ? 'request' : 'reply' })),
  }));
}

function ttls(points: readonly TruthPoint[], kind: 'request' | 'reply', wrapping = false): Record<string, string> {
  const rows = points.flatMap(({ point, seen }) => {
    const echo = seen.find((candidate) => candidate.kind === kind);
    if (echo === undefined) return [];
    return [[point.name, wrapping ? `${echo.ttl} ${echo.wrapping}` : String(echo.ttl)]];
  });
  return Object.fromEntries(rows);
}

const bgpRr = sharedFolder('truth/bgp-rr');
const fullmesh = sharedFolder('truth/fullmesh');
const vxlan = sharedFolder('truth/vxlan');

describe.skipIf(bgpRr === undefined)('captures of the real bgp-rr', () => {
  it('finds the request at every point of its path, one TTL less behind each router', () => {
    const points = truthPoints(bgpRr!, '10.244.238.192', '10.244.142.0');
    const seen = ttls(points, 'request');
    const spine = 'spine0:eth1' in seen ? 'spine0' : 'spine1';
    const port = spine === 'spine0' ? 'eth1' : 'eth2';

    expect(seen).toEqual({
      'pod-a:eth0': '64',
      'control-plane:cali': '64',
      'control-plane:net0': '63',
      'leaf0:eth3': '63',
      [`leaf0:${port}`]: '62',
      [`${spine}:eth1`]: '62',
      [`${spine}:eth2`]: '61',
      [`leaf1:${port}`]: '61',
      'leaf1:eth3': '60',
      'worker3:net0': '60',
      'worker3:cali': '59',
      'pod-b:eth0': '59',
    });
  });

  it('finds the reply back at pod-a with TTL 59, through one spine', () => {
    const seen = ttls(truthPoints(bgpRr!, '10.244.238.192', '10.244.142.0'), 'reply');

    expect(seen['pod-b:eth0']).toBe('64');
    expect(seen['pod-a:eth0']).toBe('59');
    expect(Object.keys(seen).filter((name) => name.startsWith('spine'))).toHaveLength(2);
  });

  it('orders the lines by time: a machine after the one before it, the reply behind the request', () => {
    const points = truthPoints(bgpRr!, '10.244.238.192', '10.244.142.0');
    const lines = linesOf(points.map(({ point, seen }) => ({ point, mac: undefined, seen }))).filter(
      ({ packet }) => packet.sequence === 1,
    );
    const requests = lines.filter((line) => line.packet.kind === 'request');
    const replies = lines.filter((line) => line.packet.kind === 'reply');

    expect(lines.slice(0, requests.length)).toEqual(requests);
    expect(requests.map((line) => line.packet.ttl)).toEqual([64, 64, 63, 63, 62, 62, 61, 61, 60, 60, 59, 59]);
    expect(replies.map((line) => line.packet.ttl)).toEqual([64, 64, 63, 63, 62, 62, 61, 61, 60, 60, 59, 59]);
    expect(requests[0]?.sinceFirst).toBe(0);
    expect(replies.at(-1)?.point.name).toBe('pod-a:eth0');
  });

  it('tells by the Ethernet address whether a packet comes or goes', () => {
    const points = truthPoints(bgpRr!, '10.244.238.192', '10.244.142.0');
    const links = JSON.parse(readFileSync(join(bgpRr!, 'control-plane/link.json'), 'utf8')) as {
      ifname: string;
      address: string;
    }[];
    const mac = links.find((link) => link.ifname === 'net0')!.address;
    const own = points.filter(({ point }) => point.name === 'control-plane:net0');
    const lines = linesOf(own.map(({ point, seen }) => ({ point, mac, seen })));

    expect(lines.filter((line) => line.packet.kind === 'request').every((line) => line.direction === 'out')).toBe(true);
    expect(lines.filter((line) => line.packet.kind === 'reply').every((line) => line.direction === 'in')).toBe(true);
  });

  it('finds nothing on the leaf between nodes of one rack', () => {
    const seen = ttls(truthPoints(bgpRr!, '10.244.238.192', '10.244.128.64'), 'request');

    expect(seen).toEqual({
      'pod-a:eth0': '64',
      'control-plane:cali': '64',
      'control-plane:net0': '63',
      'worker:net0': '63',
      'worker:cali': '62',
      'pod-c:eth0': '62',
    });
  });
});

describe.skipIf(fullmesh === undefined)('captures of the real fullmesh', () => {
  it('finds the request at all six points', () => {
    const run = readFileSync(join(fullmesh!, 'README'), 'utf8');
    const address = (pod: string): string => new RegExp(`^${pod} \\S+ (\\S+)$`, 'm').exec(run)?.[1] ?? '';

    expect(ttls(truthPoints(fullmesh!, address('pod-a'), address('pod-b')), 'request')).toEqual({
      'pod-a:eth0': '64',
      'control-plane:cali': '64',
      'control-plane:eth0': '63',
      'worker2:eth0': '63',
      'worker2:cali': '62',
      'pod-b:eth0': '62',
    });
  });
});

describe.skipIf(vxlan === undefined)('captures of the real vxlan', () => {
  it('finds the request inside VXLAN on the wire, plain before and behind it', () => {
    const run = readFileSync(join(vxlan!, 'README'), 'utf8');
    const address = (pod: string): string => new RegExp(`^${pod} \\S+ (\\S+)$`, 'm').exec(run)?.[1] ?? '';
    const points = truthPoints(vxlan!, address('pod-a'), address('pod-b'));
    const seen = ttls(points, 'request', true);
    const onWire = points.find(({ point }) => point.name === 'control-plane:net0')?.seen[0];

    expect(seen['pod-a:eth0']).toBe('64 none');
    expect(seen['control-plane:net0']).toBe('63 vxlan');
    expect(seen['leaf0:eth3']).toBe('63 vxlan');
    expect(seen['pod-b:eth0']).toBe('62 none');
    expect(onWire?.outer).toMatchObject({ source: '10.1.5.10', ttl: 64, vni: 4096 });
  });
});
