import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ObservedSession } from '../../../src/plan/observed.ts';
import { nodeStatusText, peerRows } from '../../../src/report/node-status.ts';
import { sharedFolder } from '../../support/shared.ts';

const birdFolder = sharedFolder('recorded/bird/v0.3.3+birdv1.6.8');

function session(more: Partial<ObservedSession>): ObservedSession {
  return {
    machine: 'bgp-rr-worker',
    peer: '10.1.5.1',
    name: 'Node_10_1_5_1',
    remoteAs: 65005,
    localAs: 65005,
    state: 'up',
    info: 'Established',
    since: '01:25:31',
    families: [4],
    isEstablished: true,
    ...more,
  };
}

describe('calicoctl node status', () => {
  it('prints what calicoctl prints, headings at the left since 3.33', () => {
    const sessions = [
      session({}),
      session({ name: 'Mesh_10_1_5_11', peer: '10.1.5.11', state: 'start', info: 'Active Socket: Connection refused' }),
    ];

    expect(nodeStatusText(sessions, 33)).toBe(`Calico process is running.

IPv4 BGP status
+--------------+-------------------+-------+----------+-----------------------------------+
| PEER ADDRESS | PEER TYPE         | STATE | SINCE    | INFO                              |
+--------------+-------------------+-------+----------+-----------------------------------+
| 10.1.5.1     | node specific     | up    | 01:25:31 | Established                       |
| 10.1.5.11    | node-to-node mesh | start | 01:25:31 | Active Socket: Connection refused |
+--------------+-------------------+-------+----------+-----------------------------------+

IPv6 BGP status
No IPv6 peers found.

`);
  });

  it('says so where no BIRD runs', () => {
    expect(nodeStatusText(undefined, 33)).toBe(
      'Calico process is running.\n\nThe BGP backend process (BIRD) is not running.\n\n',
    );
  });

  it('centers headings before, as the documentation of those releases shows it', () => {
    const sessions = [session({ name: 'Mesh_172_17_8_102', peer: '172.17.8.102', since: '23:30:04' })];

    expect(
      nodeStatusText(sessions, 23),
    ).toContain(`+--------------+-------------------+-------+----------+-------------+
| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |    INFO     |
+--------------+-------------------+-------+----------+-------------+
| 172.17.8.102 | node-to-node mesh | up    | 23:30:04 | Established |
`);
  });

  it('makes the address from the name, so that a port prints as oddly as in calicoctl', () => {
    expect(peerRows([session({ name: 'Global_10_1_5_1_port_179' })], 4)[0]?.address).toBe('10.1.5.1.port.179');
    expect(peerRows([session({ name: 'Mesh_fd00__1', peer: 'fd00::1' })], 6)[0]?.address).toBe('fd00::1');
  });

  it('leaves out milliseconds, runs of spaces, and sessions that calico-node did not name', () => {
    const rows = peerRows(
      [
        session({ since: '03:08:20.123', info: 'Idle          BGP Error: Bad peer AS' }),
        session({ name: undefined }),
        session({ name: 'kernel1' }),
      ],
      4,
    );

    expect(rows).toEqual([
      {
        address: '10.1.5.1',
        type: 'node specific',
        state: 'up',
        since: '03:08:20',
        info: 'Idle BGP Error: Bad peer AS',
      },
    ]);
  });

  it.skipIf(birdFolder === undefined)("shows the words of Calico's own BIRD", () => {
    const lines = readFileSync(join(birdFolder ?? '', 'show-protocols-down-refused.txt'), 'utf8').split('\n');
    const sessions = lines.flatMap((line) => {
      const [name = '', protocol, , state = '', since = '', ...info] = line.trim().split(/\s+/);
      const address = /^(?:Mesh|Node|Global)_(.+)$/.exec(name)?.[1]?.replaceAll('_', '.');
      return protocol === 'BGP' && address !== undefined
        ? [session({ name, peer: address, state, since, info: info.join(' ') })]
        : [];
    });

    expect(sessions.length).toBeGreaterThan(0);
    const rows = peerRows(sessions, 4);
    expect(rows.length).toBe(sessions.length);
    for (const row of rows)
      expect(lines.join('\n').replace(/ +/g, ' ')).toContain(`${row.state} ${row.since} ${row.info}`);
  });
});
