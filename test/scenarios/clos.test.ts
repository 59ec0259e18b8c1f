// A fabric link that goes silent must cost the sessions over it within a second or two where BFD watches; nodes wait longer.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { anyRunner, runningLab } from '../support/running-lab.ts';

const kinds = anyRunner('clos');
if (kinds.length === 0) it.skip('clos cannot run here', () => undefined);

interface Peer {
  readonly state: string;
}

describe.each(kinds)('clos as %s', (kind) => {
  const place = runningLab(kind, 'clos');

  /** The sessions of leaf0 that are not Established, by address. */
  async function down(): Promise<readonly string[]> {
    const command = ['exec', 'leaf0', '--', 'vtysh', '-c', 'show bgp ipv4 unicast summary json'];
    const { stdout } = await place().must(command);
    const { peers } = JSON.parse(stdout) as { readonly peers: Readonly<Record<string, Peer>> };
    return Object.keys(peers).filter((address) => peers[address]?.state !== 'Established');
  }

  it('is what it says, and a packet can be followed', async () => {
    await place().must(['verify']);
    const { stdout } = await place().must(['capture', 'pod-a', 'pod-b']);
    expect(stdout).toContain('leaf3:eth3');
  });

  it('drops the session of a silent link long before the hold time, and of a silent node only by it', async () => {
    const rules = 'add table ip silent; add chain ip silent in { type filter hook prerouting priority raw; }';
    const silence = `${rules}; add rule ip silent in iifname { "eth1", "eth3" } ip saddr { 10.11.1.1, 10.1.1.10 } drop`;
    await place().must(['exec', 'leaf0', '--', 'nft', silence]);

    const began = Date.now();
    while ((await down()).length === 0 && Date.now() - began < 20_000) await sleep(100);
    const [first, ms] = [await down(), Date.now() - began];
    while ((await down()).length < 2 && Date.now() - began < 20_000) await sleep(200);

    expect(first).toEqual(['10.11.1.1']);
    expect(ms).toBeLessThan(5_000);
    expect(await down()).toEqual(['10.1.1.10', '10.11.1.1']);
    await place().must(['verify', '--timeout', '1s'], 1);
  });
});
