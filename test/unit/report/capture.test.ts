// Owns the tests of how a capture is told: the table, the sentence about the path, the JSON document.

import { describe, expect, it } from 'vitest';
import { findMachine } from '../../../src/design/design.ts';
import { type CaptureEvidence, linesOf } from '../../../src/evidence/capture.ts';
import { capturedPath } from '../../../src/evidence/captured-path.ts';
import type { EchoSighting } from '../../../src/evidence/echo.ts';
import { pointsBetween } from '../../../src/evidence/points.ts';
import { captureJson } from '../../../src/report/capture-json.ts';
import { captureTable } from '../../../src/report/capture-table.ts';
import { flatDesign } from '../../support/fabric-design.ts';

const design = flatDesign();
const points = pointsBetween(design, findMachine(design, 'pod-a')!, findMachine(design, 'pod-b')!);
const plain = {
  sequence: 1,
  wrapping: 'none',
  outer: undefined,
  sourceMac: undefined,
  destinationMac: undefined,
} as const;

/** A capture in which the first `requests` points saw the request and the last `replies` the reply. */
function captureOf(requests: number, replies: number, change: Partial<EchoSighting> = {}): CaptureEvidence {
  const [from, to] = [
    { machine: 'pod-a', address: '10.244.0.2' },
    { machine: 'pod-b', address: '10.244.2.2' },
  ];
  const seen = points.map((point, index) => {
    const back = points.length - 1 - index;
    const ttlLess = Math.ceil((index - 1) / 2);
    const request = {
      ...plain,
      kind: 'request',
      time: BigInt(1000 + index * 1500),
      source: from.address,
      destination: to.address,
      ttl: 64 - ttlLess,
    } as const;
    const reply = {
      ...plain,
      kind: 'reply',
      time: BigInt(20_000 + back * 1500),
      source: to.address,
      destination: from.address,
      ttl: 64 - Math.ceil((back - 1) / 2),
    } as const;
    const isOnWire = point.interface === 'eth0' && point.machine.startsWith('fullmesh');
    const own: EchoSighting[] = [];
    if (index < requests) own.push(isOnWire ? { ...request, ...change } : request);
    if (back < replies) own.push(isOnWire ? { ...reply, ...change } : reply);
    return {
      evidence: { point, pcap: new Uint8Array(), packets: own.length, missed: 0, isSeen: own.length > 0 },
      echoes: own,
    };
  });
  return {
    from,
    to,
    ping: { transmitted: 1, received: replies === points.length ? 1 : 0, replies: [], errors: [] },
    points: seen.map(({ evidence }) => evidence),
    lines: linesOf(seen, new Map()),
  };
}

describe('a capture', () => {
  it('is a table: a line a hop in path order, request then reply', () => {
    expect(
      captureTable(captureOf(6, 6), { folder: 'labctl-fullmesh/capture-1', files: points.map((point) => point.name) }),
    ).toBe(
      `request: 10.244.0.2 to 10.244.2.2
WHERE           INTERFACE   DIRECTION   SOURCE       DESTINATION   TTL   ENCAPSULATION   TIME
pod-a           eth0        out         10.244.0.2   10.244.2.2    64    plain           0.0 us
control-plane   cali0       in          10.244.0.2   10.244.2.2    64    plain           1.5 us
control-plane   eth0        out         10.244.0.2   10.244.2.2    63    plain           3.0 us
worker2         eth0        in          10.244.0.2   10.244.2.2    63    plain           4.5 us
worker2         cali2       out         10.244.0.2   10.244.2.2    62    plain           6.0 us
pod-b           eth0        in          10.244.0.2   10.244.2.2    62    plain           7.5 us

reply: 10.244.2.2 to 10.244.0.2
WHERE           INTERFACE   DIRECTION   SOURCE       DESTINATION   TTL   ENCAPSULATION   TIME
pod-b           eth0        out         10.244.2.2   10.244.0.2    64    plain           19.0 us
worker2         cali2       in          10.244.2.2   10.244.0.2    64    plain           20.5 us
worker2         eth0        out         10.244.2.2   10.244.0.2    63    plain           22.0 us
control-plane   eth0        in          10.244.2.2   10.244.0.2    63    plain           23.5 us
control-plane   cali0       out         10.244.2.2   10.244.0.2    62    plain           25.0 us
pod-a           eth0        in          10.244.2.2   10.244.0.2    62    plain           26.5 us

path found: pod-a > control-plane > worker2 > pod-b; the reply took the same way back
files: 6 in labctl-fullmesh/capture-1
`,
    );
  });

  it('shows the outer header of a wrapped packet', () => {
    const outer = { source: '172.18.0.2', destination: '172.18.0.4', ttl: 64, vni: 4096 };

    expect(captureTable(captureOf(6, 6, { wrapping: 'vxlan', outer }))).toContain(
      'VXLAN 4096 172.18.0.2 > 172.18.0.4 ttl 64',
    );
    expect(captureTable(captureOf(6, 6, { wrapping: 'ipip', outer: { ...outer, vni: undefined } }))).toContain(
      'IPIP 172.18.0.2 > 172.18.0.4 ttl 64',
    );
  });

  it('names the points that saw nothing, and where the packet was seen last', () => {
    const text = captureTable(captureOf(3, 0));

    expect(text).toContain('reply: 10.244.2.2 to 10.244.0.2\nnot seen anywhere\n');
    expect(text).toContain('not seen: worker2:eth0, worker2:cali2, pod-b:eth0\n');
    expect(text).toContain(
      'no path: the request was last seen going out at control-plane:eth0, after pod-a > control-plane',
    );
  });

  it('says what was missed', () => {
    const evidence = captureOf(6, 6);
    const lossy = {
      ...evidence,
      points: evidence.points.map((point, index) => (index === 2 ? { ...point, missed: 4 } : point)),
    };

    expect(captureTable(lossy)).toContain('incomplete: 4 packets passed control-plane:eth0 unrecorded\n');
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
    const files = points.map((point) => `${point.name}.pcap`);
    const document = JSON.parse(captureJson('fullmesh', captureOf(6, 6), { folder: 'there', files }));

    expect(document).toMatchObject({
      apiVersion: 'labctl.dev/v1alpha1',
      kind: 'Capture',
      outcome: 'found',
      folder: 'there',
    });
    expect(document.hops).toHaveLength(12);
    expect(document.hops[0]).toMatchObject({ point: 'pod-a:eth0', direction: 'out', ttl: 64, sinceFirstNs: 0 });
    expect(document.points[1]).toMatchObject({
      name: 'control-plane:cali0',
      isSeen: true,
      file: 'control-plane:cali0.pcap',
    });
  });
});
