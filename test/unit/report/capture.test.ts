// Owns the tests of how a capture is told: the tables, the sentences below them, Markdown, the JSON document.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capturedPath } from '../../../src/evidence/captured-path.ts';
import { captureJson } from '../../../src/report/capture-json.ts';
import { captureMarkdown, captureText } from '../../../src/report/capture-text.ts';
import { captureOf, reportOf } from '../../support/made-captures.ts';

const golden = (name: string): string => join(import.meta.dirname, 'golden', `capture-${name}`);
const outer = { source: '172.18.0.2', destination: '172.18.0.4', ttl: 64, vni: 4096, overhead: 50 };

describe('a capture', () => {
  it('is a table for each way: a line a point in the order of the way', async () => {
    await expect(captureText(reportOf(captureOf(6, 6)))).toMatchFileSnapshot(golden('found.txt'));
  });

  it('counts packets that took the same way, and tells the times of each step', async () => {
    await expect(captureText(reportOf(captureOf(6, 6, { count: 4 })))).toMatchFileSnapshot(golden('count.txt'));
  });

  it('is one table for the segments of a connection that go the same way, whatever a translation chose by chance', () => {
    const whole = captureOf(6, 6, { count: 3 });
    const segments = ['TCP SYN', 'TCP ACK', 'TCP ACK'];
    const lines = whole.lines.map((line) => {
      const { sequence, kind } = line.packet;
      const note = kind === 'request' ? `SNAT 10.1.9.10:40000 to 10.1.5.11:${sequence}` : 'seen again';
      return {
        ...line,
        packet: { ...line.packet, what: segments[sequence - 1]!, length: 40 + sequence, note, sequence: 1 },
      };
    });
    const text = captureText(reportOf({ ...whole, lines }));

    expect(text).toContain('request: 10.244.0.2 > 10.244.2.2, TCP SYN, and 2 more the same way (2 TCP ACK)\n');
    expect(text.match(/^POINT /gm)).toHaveLength(2);
    expect(text).not.toContain('time from point to point');
  });

  it('says so when the first packet that was seen had another destination already', () => {
    const evidence = captureOf(6, 6);
    const text = captureText(reportOf({ ...evidence, to: { ...evidence.to, address: '10.96.0.80' } }));

    expect(text).toContain('translated before pod-a:eth0: 10.96.0.80 to 10.244.2.2\n');
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

  it('was answered where the sender says so, though the reply was hidden by a filter or seen by nobody', () => {
    const evidence = { ...captureOf(3, 0), filter: 'icmp[icmptype] = icmp-echo' };
    const answered = { ...evidence, result: { ...evidence.result, received: 1 } };

    expect(captureText({ ...reportOf(answered), expected: undefined })).toContain(
      'path found: pod-a > control-plane; the reply was not seen here\n',
    );
    expect(capturedPath(evidence).outcome).toBe('request-lost');
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

describe('a capture of many probes', () => {
  const whole = captureOf(6, 6, { count: 6 });
  const isCut = (sequence: number) => sequence === 2 || sequence === 3 || sequence === 5;
  const cut = whole.lines.filter(
    ({ packet, point }) => !isCut(packet.sequence) || (packet.kind === 'request' && point.name !== 'pod-b:eth0'),
  );
  const evidence = { ...whole, lines: cut, result: { ...whole.result, received: 3 } };

  it('counts what was lost in its midst, and where', () => {
    expect(captureText(reportOf(evidence))).toContain(
      'observed: as expected, while it lasted\nlost: 3 of 6 (number 2 to 3, 5): the request last seen going out at worker2:cali2\npath found: ',
    );
    expect(JSON.parse(captureJson(reportOf(evidence))).losses).toEqual([
      { outcome: 'request-lost', sequences: [2, 3, 5], lastSeen: 'worker2:cali2' },
    ]);
  });

  it('believes the sender that a probe was answered', () => {
    const replies = [2, 3, 5].map((sequence) => ({ sequence, ttl: 62, ms: 1 }));

    expect(captureText(reportOf({ ...evidence, result: { ...evidence.result, replies } }))).not.toContain('lost:');
  });
});
