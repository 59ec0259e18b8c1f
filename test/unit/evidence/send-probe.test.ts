// Owns the tests of what a capture sends, and of how its packets are known again.

import { describe, expect, it } from 'vitest';
import type { Shell } from '../../../src/base/shell.ts';
import { isOursOf, type Probe, sendProbe } from '../../../src/evidence/send-probe.ts';
import type { Flow } from '../../../src/flow/flow.ts';

const nonce = { bytes: Buffer.alloc(8, 7), port: 40_000 };

/** The words with which a probe's program is called. */
async function wordsOf(to: string, probe: Probe): Promise<readonly string[]> {
  let words: readonly string[] = [];
  const shell: Shell = {
    where: 'host',
    argv: (argv) => argv,
    run: async (argv) => {
      words = argv;
      return { argv, where: 'host', exitCode: 0, stdout: 'ok\n', stderr: '', ms: 1 };
    },
  };
  await sendProbe(shell, to, probe, nonce, new AbortController().signal);
  return words;
}

const flow = (source: string, destination: string, sourcePort: number): Flow =>
  ({ protocol: 'tcp', source, destination, sourcePort, destinationPort: 80 }) as Flow;

describe('a probe', () => {
  it.each([
    ['10.1.5.10', 600, '572'],
    ['fd00::10', 600, '552'],
    ['10.1.5.10', 20, '0'],
    ['10.1.5.10', undefined, '0'],
  ])('to %s with %s bytes is a packet as long as that', async (to, size, payload) => {
    expect((await wordsOf(to, { kind: 'udp', port: 53, count: 1, size })).at(-1)).toBe(payload);
  });

  it('is known by its ports, and by both ends where rules of its own node change them', () => {
    const probe: Probe = { kind: 'tcp', port: 80, count: 2 };
    const translated = { sources: ['10.1.5.11', '172.18.0.3'], destinations: ['10.244.1.2'] };
    const [isOurs, isOursAt] = [isOursOf(probe, '10.1.5.11', nonce), isOursOf(probe, '10.1.5.11', nonce, translated)];
    const none = new Uint8Array();

    expect(isOurs(flow('10.1.5.11', '10.96.0.80', 40_001), none)).toBe(true);
    expect(isOurs(flow('10.1.5.11', '10.96.0.80', 40_002), none)).toBe(false);
    expect(isOurs(flow('172.18.0.3', '10.244.1.2', 9), none)).toBe(false);
    expect(isOursAt(flow('172.18.0.3', '10.244.1.2', 9), none)).toBe(true);
    expect(isOursAt(flow('10.244.1.2', '172.18.0.3', 9), none)).toBe(false);
  });
});
