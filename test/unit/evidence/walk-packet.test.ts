// Owns the tests of how a walk ends where a running lab cannot easily be brought: round and round, and out of TTL.

import { describe, expect, it } from 'vitest';
import type { Lookups } from '../../../src/evidence/lookups.ts';
import type { Packet, Step } from '../../../src/evidence/walk.ts';
import { walkPacket } from '../../../src/evidence/walk-packet.ts';
import { parseRouteLine } from '../../../src/host/route-get.ts';

/** Routers in a row or a ring, each with one route: `a` sends everything to the next by eth1, which comes in by eth0. */
function ring(names: readonly string[], isClosed: boolean): Lookups {
  const asked = { argv: [], answer: '' };
  const mac = (machine: string, port: string): string => `02:00:00:00:${names.indexOf(machine)}0:${port.at(-1)}0`;
  const next = (machine: string): string | undefined => names[(names.indexOf(machine) + 1) % names.length];
  return {
    route: async (machine, { to }) => {
      const isLast = !isClosed && machine === names.at(-1);
      const line = parseRouteLine(isLast ? `local ${to} dev lo` : `default via 192.0.2.1 dev eth1`, 4)!;
      return { outcome: 'taken', entry: line, way: line, asked, said: undefined };
    },
    neighbor: async (machine) => ({ neighbor: { mac: mac(next(machine)!, 'eth0'), state: 'REACHABLE' }, asked }),
    tunnelEnd: async () => ({ entry: undefined, asked }),
    bridgePort: async () => ({ entry: undefined, asked }),
    ports: async (machine) =>
      ['eth0', 'eth1'].map((name) => {
        return { name, mtu: 1500, isUp: true, mac: mac(machine, name), addresses: ['192.0.2.1'], tunnel: undefined };
      }),
    sourceNat: async () => [],
    serviceChains: async () => new Map(),
    setting: async () => ({ value: 0, asked }),
    otherEnd: (machine) => ({ machine: next(machine)!, interface: 'eth0' }),
    bridgeOf: () => undefined,
    endsAround: () => undefined,
    seenLeaving: () => [],
  };
}

function echo(ttl: number): Packet {
  return { echo: 'request', ip: { source: '10.0.0.1', destination: '10.0.0.9', ttl }, wrapper: undefined };
}

function endOf(steps: readonly Step[]): unknown {
  const last = steps.at(-1);
  return last?.kind === 'dead' ? { machine: last.machine, ...last.end } : last?.kind;
}

describe('a walk', () => {
  it('arrives with one TTL less for every machine that forwards', async () => {
    const walk = await walkPacket(ring(['a', 'b', 'c', 'd'], false), 'a', echo(64), new Map());

    expect(walk.arrivedAt).toBe('d');
    expect(walk.arrived?.ttl).toBe(62);
    expect(walk.steps.flatMap((step) => (step.kind === 'route' ? [step.ttl] : []))).toEqual([
      [64, 64],
      [64, 63],
      [63, 62],
    ]);
  });

  it.each([
    [['eth1'], '192.0.2.1', true],
    [[], '192.0.2.1', false],
    [['eth2'], '192.0.2.2', true],
    [['eth1', 'eth2'], '192.0.2.1', false],
  ])(
    'goes on where the packet was captured leaving (%s), of paths whose hash is not known',
    async (seen, via, isCertain) => {
      const straight = ring(['a', 'b'], false);
      const lookups: Lookups = {
        ...straight,
        route: async (machine, question) => {
          const answer = await straight.route(machine, question);
          if (machine !== 'a') return answer;
          const lines = 'default\n\tnexthop via 192.0.2.1 dev eth1 weight 1\n\tnexthop via 192.0.2.2 dev eth2 weight 1';
          return { ...answer, entry: parseRouteLine(lines, 4)! };
        },
        setting: async () => ({ value: 1, asked: { argv: [], answer: '' } }),
        seenLeaving: () => seen,
      };

      const { steps } = await walkPacket(lookups, 'a', { ...echo(64), port: 80 }, new Map());

      expect(steps[0]).toMatchObject({ kind: 'route', hop: { via }, isCertain });
    },
  );

  it("crosses Docker's own bridge, which nobody asks, to the neighbor that has the MAC", async () => {
    const lookups: Lookups = {
      ...ring(['a', 'b'], false),
      otherEnd: () => ({ machine: 'outside', interface: 'a' }),
      bridgeOf: (machine) => (machine === 'outside' ? 'br-kind' : undefined),
      endsAround: () => ['a', 'b'].map((machine) => ({ machine, interface: 'eth0' })),
    };
    const walk = await walkPacket(lookups, 'a', echo(64), new Map());

    expect(walk.steps.find(({ kind }) => kind === 'switch')).toMatchObject({
      machine: 'outside',
      port: undefined,
      to: 'b',
    });
    expect(walk.arrivedAt).toBe('b');
  });

  it('dies where the TTL is used up', async () => {
    const walk = await walkPacket(ring(['a', 'b', 'c', 'd'], false), 'a', echo(2), new Map());

    expect(endOf(walk.steps)).toEqual({ machine: 'c', reason: 'ttl', address: '10.0.0.9' });
    expect(walk.arrivedAt).toBeUndefined();
  });

  it('ends at the first machine it comes back to, and names those that send it round', async () => {
    const walk = await walkPacket(ring(['a', 'b', 'c'], true), 'a', echo(64), new Map());

    expect(endOf(walk.steps)).toEqual({ machine: 'b', reason: 'loop', address: '10.0.0.9', machines: ['b', 'c', 'a'] });
  });
});
