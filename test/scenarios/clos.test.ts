// A fabric link that goes silent must cost the sessions over it within a second or two where BFD watches; nodes wait longer.

import { describe, expect, it } from 'vitest';
import { anyRunner, runningLab } from '../support/running-lab.ts';

const kinds = anyRunner('clos');
if (kinds.length === 0) it.skip('clos cannot run here', () => undefined);

interface Peer {
  readonly state: string;
}

/** What FRR says of the last end of a session: the NOTIFICATION's code and subcode in hex, and how long ago it was. */
interface Neighbor {
  readonly lastErrorCodeSubcode: string;
  readonly lastResetTimerMsecs: number;
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

    const silent = ['10.1.1.10', '10.11.1.1'] as const;
    await expect.poll(down, { timeout: 120_000 }).toEqual(expect.arrayContaining([...silent]));
    const { stdout } = await place().must(['exec', 'leaf0', '--', 'vtysh', '-c', 'show bgp neighbors json']);
    const neighbors = JSON.parse(stdout) as Readonly<Record<string, Neighbor>>;
    const [node, link] = silent.map((address) => neighbors[address]);

    // Cease by BFD Down (RFC 9384), within a second; Hold Timer Expired (RFC 4271), 6 to 9 s after the last word.
    expect(link?.lastErrorCodeSubcode).toBe('060A');
    expect(node?.lastErrorCodeSubcode).toBe('0400');
    expect(Number(link?.lastResetTimerMsecs) - Number(node?.lastResetTimerMsecs)).toBeGreaterThan(2000);
    await place().must(['verify', '--timeout', '1s'], 1);
  });
});
