// Owns the tests of why a packet was lost: what the kernel's answers mean, and where an ICMP error itself was lost.

import { describe, expect, it } from 'vitest';
import type { CaptureEvidence } from '../../../src/evidence/capture.ts';
import { capturedPath } from '../../../src/evidence/captured-path.ts';
import { whyLost } from '../../../src/evidence/why-lost.ts';
import { captureOf, design } from '../../support/made-captures.ts';
import { recordingShell } from '../../support/recording-shell.ts';

const signal = new AbortController().signal;
const nowhere = { shell: () => recordingShell({}) };

/** spine's error about the first request, seen at its own and the first `points` points of the way back. */
function withError(points: number): CaptureEvidence {
  const evidence = captureOf(3, 0);
  const back = evidence.points.slice(0, 3).reverse().slice(0, points);
  const [first] = evidence.lines;
  const packet = {
    ...first!.packet,
    kind: 'error',
    packet: 9,
    source: '10.1.9.9',
    what: 'fragmentation needed',
  } as const;
  const errors = back.map(({ point }, place) => ({ ...first!, point, packet: { ...packet, place } }));
  return { ...evidence, lines: [...evidence.lines, ...errors] };
}

const why = (evidence: CaptureEvidence) => whyLost(design, nowhere, evidence, capturedPath(evidence), signal);

describe('why a packet was lost', () => {
  it('is what an ICMP error says', async () => {
    expect(await why(withError(3))).toBe('10.1.9.9 says fragmentation needed');
  });

  it('is that error, and where it was lost in turn when its sender never heard it', async () => {
    expect(await why(withError(2))).toBe(
      '10.1.9.9 says fragmentation needed; nobody heard it: that was last seen at control-plane:cali0',
    );
  });

  it('is on the wire by which it left, though the route leads elsewhere since', async () => {
    const ask = { stdout: 'default via 172.18.0.1 dev eth9' };
    const shell = recordingShell({
      'ip route get 10.244.2.2': { stdout: '10.244.2.2 via 172.18.0.1 dev eth9 src 172.18.0.2 uid 0' },
      'ip route get fibmatch 10.244.2.2': ask,
    });
    const evidence = captureOf(3, 0);

    expect(await whyLost(design, { shell: () => shell }, evidence, capturedPath(evidence), signal)).toBe(
      'lost on the wire behind control-plane:eth0; that route is gone since, and 0.0.0.0/0 leads out of eth9',
    );
  });

  it('is the rule of a node that has no endpoint of a service', async () => {
    const rules =
      'table ip kube-proxy {\n\tchain KUBE-EXTERNAL-SERVICES {\n\t\tip daddr 20.0.0.2 tcp dport 80 drop\n\t\tfib daddr type local tcp dport 32001 drop\n\t}\n}\n';
    const ports = [{ ifname: 'eth0', flags: [], mtu: 1500, addr_info: [{ local: '10.244.2.2', prefixlen: 32 }] }];
    const shell = recordingShell({
      'nft list ruleset': { stdout: rules },
      'ip -j -d addr show': { stdout: JSON.stringify(ports) },
    });
    const evidence = { ...captureOf(2, 0), probe: { kind: 'tcp', port: 32_001, count: 1 } as const };

    expect(await whyLost(design, { shell: () => shell }, evidence, capturedPath(evidence), signal)).toBe(
      'control-plane has no endpoint of the service, and drops it by its rule: fib daddr type local tcp dport 32001 drop',
    );
  });
});
