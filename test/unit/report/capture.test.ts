// Owns the tests of how a capture is told: the tables, the sentences below them, Markdown, the JSON document.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMachine } from '../../../src/design/design.ts';
import { type CaptureEvidence, linesOf } from '../../../src/evidence/capture.ts';
import { capturedPath } from '../../../src/evidence/captured-path.ts';
import type { PacketSighting } from '../../../src/evidence/follow.ts';
import { pointsBetween } from '../../../src/evidence/points.ts';
import { captureJson } from '../../../src/report/capture-json.ts';
import type { CaptureReport } from '../../../src/report/capture-report.ts';
import { captureMarkdown, captureText } from '../../../src/report/capture-text.ts';
import { expectedWayOf } from '../../../src/verify/expected-way.ts';
import { flatDesign } from '../../support/fabric-design.ts';

const design = flatDesign();
const [podA, podB] = [findMachine(design, 'pod-a')!, findMachine(design, 'pod-b')!];
const points = pointsBetween(design, podA, podB);
const [near, far] = ['10.244.0.2', '10.244.2.2'];

/** A capture in which the first `requests` points saw the request and the last `replies` the reply, `count` times. */
function captureOf(
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
      return { point, pcap: new Uint8Array(), packets: packets + 1, missed: 0, isSeen: packets > 0, mtu: 1500 };
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

function reportOf(evidence: CaptureEvidence, cause?: string): CaptureReport {
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

const golden = (name: string): string => join(import.meta.dirname, 'golden', `capture-${name}`);
const outer = { source: '172.18.0.2', destination: '172.18.0.4', ttl: 64, vni: 4096, overhead: 50 };

describe('a capture', () => {
  it('is a table for each way: a line a point in the order of the way', async () => {
    await expect(captureText(reportOf(captureOf(6, 6)))).toMatchFileSnapshot(golden('found.txt'));
  });

  it('counts packets that took the same way, and tells the times of each step', async () => {
    await expect(captureText(reportOf(captureOf(6, 6, { count: 4 })))).toMatchFileSnapshot(golden('count.txt'));
  });

  it('is Markdown with Ethernet addresses', async () => {
    const evidence = captureOf(6, 6, { wrapping: 'vxlan', outer, length: 134, note: 'seen again' });

    await expect(captureMarkdown(reportOf(evidence))).toMatchFileSnapshot(golden('vxlan.md'));
  });

  it('shows a wrapping where the design has none as a difference', () => {
    const text = captureText(reportOf(captureOf(6, 6, { wrapping: 'ipip', outer: { ...outer, vni: undefined } })));

    expect(text).toContain('IPIP 172.18.0.2 > 172.18.0.4 ttl 64');
    expect(text).toContain(
      'differs: encapsulation from pod-a to pod-b, at control-plane:eth0: expected none; seen: ipip',
    );
  });

  it('names the points that saw nothing, where the packet was seen last, and why', async () => {
    const report = reportOf(captureOf(3, 0), 'control-plane routes 10.244.2.2 by eth0, and eth0 is down');

    await expect(captureText(report)).toMatchFileSnapshot(golden('lost.txt'));
  });

  it('calls a point empty only when something was heard there', () => {
    const evidence = captureOf(3, 0);
    const silent = { ...evidence, points: evidence.points.map((point) => ({ ...point, packets: point.packets - 1 })) };

    expect(captureText(reportOf(silent))).toContain('nothing heard, so nothing proven: worker2:eth0');
  });

  it('gives no verdict on packets that it did not send', () => {
    const heard = { ...captureOf(6, 3), probe: { kind: 'none' } as const };

    expect(captureText({ ...reportOf(heard), expected: undefined })).toContain('heard: 2 packets at 6 of 6 points\n');
  });

  it('says what was missed', () => {
    const evidence = captureOf(6, 6);
    const lossy = {
      ...evidence,
      points: evidence.points.map((point, index) => (index === 2 ? { ...point, missed: 4 } : point)),
    };

    expect(captureText(reportOf(lossy))).toContain('incomplete: 4 packets passed control-plane:eth0 unrecorded\n');
  });

  it.each([
    [6, 6, 'found', undefined],
    [3, 0, 'request-lost', 'control-plane:eth0'],
    [6, 0, 'reply-lost', 'pod-b:eth0'],
    [6, 3, 'reply-lost', 'worker2:eth0'],
    [0, 0, 'not-sent', undefined],
  ])('with %i requests and %i replies seen is %s', (requests, replies, outcome, lastSeen) => {
    const path = capturedPath(captureOf(requests, replies));

    expect(path.outcome).toBe(outcome);
    expect(path.lastSeen?.point.name).toBe(lastSeen);
  });

  it('is one JSON document with a file for each point', () => {
    const document = JSON.parse(captureJson(reportOf(captureOf(6, 6, { count: 2 }))));

    expect(document).toMatchObject({
      apiVersion: 'labctl.dev/v1alpha1',
      kind: 'Capture',
      outcome: 'found',
      expected: { differences: [] },
      folder: 'labctl-fullmesh/capture-1',
    });
    expect(document.hops).toHaveLength(24);
    expect(document.hops[0]).toMatchObject({ point: 'pod-a:eth0', direction: 'out', ttl: 64, sinceFirstNs: 0 });
    expect(document.delays[0]).toMatchObject({ from: 'pod-a:eth0', packets: 2, minNs: 1500, p95Ns: 1600 });
    expect(document.points[1]).toMatchObject({ name: 'control-plane:cali0', file: 'control-plane:cali0.pcap' });
  });
});
