// Owns captures made by hand: what the points of a small lab would have seen of a ping from pod-a to pod-b.

import { findMachine } from '../../src/design/design.ts';
import { type CaptureEvidence, linesOf } from '../../src/evidence/capture.ts';
import { capturedPath } from '../../src/evidence/captured-path.ts';
import type { PacketSighting } from '../../src/evidence/follow.ts';
import { pointsBetween } from '../../src/evidence/points.ts';
import type { CaptureReport } from '../../src/report/capture-report.ts';
import { expectedWayOf } from '../../src/verify/expected-way.ts';
import { flatDesign } from './fabric-design.ts';

/** Two nodes on one network, a pod on each. */
export const design = flatDesign();
const [podA, podB] = [findMachine(design, 'pod-a')!, findMachine(design, 'pod-b')!];
const points = pointsBetween(design, podA, podB);
const [near, far] = ['10.244.0.2', '10.244.2.2'];

/** A capture in which the first `requests` points saw the request and the last `replies` the reply, `count` times. */
export function captureOf(
  requests: number,
  replies: number,
  { count = 1, ...change }: Partial<PacketSighting> & { readonly count?: number } = {},
): CaptureEvidence {
  const seen = points.map((_, index) => {
    const own: PacketSighting[] = [];
    for (let sequence = 1; sequence <= count; sequence++) {
      if (index < requests) own.push(sighting('request', sequence, index, change));
      const place = points.length - 1 - index;
      if (place < replies) own.push(sighting('reply', sequence, place, change));
    }
    return own;
  });
  return {
    from: { machine: 'pod-a', address: near },
    to: { machine: 'pod-b', address: far },
    probe: { kind: 'echo', count },
    result: { transmitted: count, received: replies === points.length ? count : 0, replies: [], errors: [] },
    points: points.map((point, index) => {
      const packets = seen[index]!.length;
      return { point, pcap: [], packets: packets + 1, missed: 0, isSeen: packets > 0, mtu: 1500 };
    }),
    lines: linesOf(points.map((point, index) => ({ point, mac: undefined, seen: seen[index]! }))),
    down: [],
    readyMs: 100,
    isInterrupted: false,
  };
}

/** A packet at the `place`th point of its way; each step takes a little longer in each round. */
function sighting(
  kind: 'request' | 'reply',
  sequence: number,
  place: number,
  change: Partial<PacketSighting>,
): PacketSighting {
  const isRequest = kind === 'request';
  const began = sequence * 200_000_000 + (isRequest ? 0 : 20_000);
  const isOnWire = place === 2 || place === 3;
  return {
    kind,
    packet: sequence * 2 + (isRequest ? 0 : 1),
    place,
    sequence,
    what: `echo ${sequence}`,
    time: BigInt(began + place * (1400 + sequence * 100)),
    source: isRequest ? near : far,
    destination: isRequest ? far : near,
    ttl: 64 - Math.ceil((place - 1) / 2),
    wrapping: 'none',
    outer: undefined,
    sourceMac: '02:00:00:00:00:01',
    destinationMac: '02:00:00:00:00:02',
    length: 84,
    ipId: 0x1200 + sequence,
    isUnfragmentable: isRequest,
    note: undefined,
    frame: 1,
    ...(isOnWire ? change : {}),
  };
}

/** All that is told of it. */
export function reportOf(evidence: CaptureEvidence, cause?: string): CaptureReport {
  const expected = expectedWayOf(design, { from: podA, to: podB, family: 4, evidence, path: capturedPath(evidence) });
  const files = points.map(({ name }) => `${name}.pcap`);
  return {
    lab: 'fullmesh',
    evidence,
    expected,
    cause,
    saved: { folder: 'labctl-fullmesh/capture-1', files, merged: 'all.pcapng' },
  };
}
