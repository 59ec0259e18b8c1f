import { describe, expect, it } from 'vitest';
import { compareFacts, countsOf, differencesToText, omissions } from '../../support/parity/compare.ts';
import { parseProbe, truthFolder } from '../../support/parity/dump.ts';
import { factsOf } from '../../support/parity/facts.ts';
import { truthLabs } from '../../support/parity/labs-of-truth.ts';
import { mutationsOf } from '../../support/parity/mutations.ts';
import { readTruth } from '../../support/parity/read-truth.ts';

const folder = truthFolder();
const has = (lab: string): boolean => folder !== undefined && truthLabs(folder).includes(lab);

describe.skipIf(folder === undefined).each(folder === undefined ? [] : truthLabs(folder))(
  'parity comparator on %s',
  (lab) => {
    const truth = readTruth(`${folder}/${lab}`);

    it('parity: a cluster equals itself', () => {
      const facts = factsOf(truth);

      const { compared, differences } = compareFacts(facts, factsOf(truth), []);

      console.log(`parity: ${lab}: ${compared} facts: ${countsOf(facts)}`);
      expect(differencesToText(differences)).toBe('');
      expect(compared).toBeGreaterThan(50);
    });

    it('parity: a change of every sort is tried where the lab has all of them', () => {
      if (lab !== 'bgp-rr') return;
      const sorts = mutationsOf(truth).map(({ what }) => what.replace(/ of \S+$/, ''));

      expect(new Set(sorts).size).toBe(13);
    });

    it.each(mutationsOf(truth).map((mutation) => [mutation.what, mutation] as const))(
      'parity bites: %s',
      (_, mutation) => {
        const { differences } = compareFacts(factsOf(truth), factsOf(mutation.dump), []);

        expect(differences.map(({ key }) => key)).toEqual([expect.stringMatching(mutation.key)]);
      },
    );
  },
);

describe('parity: what is left to chance', () => {
  it.skipIf(!has('fullmesh'))('parity: names of Docker addresses do not matter', () => {
    const truth = readTruth(`${folder}/fullmesh`);
    const swap = (text: string): string =>
      text.replaceAll(/172([._])18\1\d\1[34]\b/g, (address) =>
        address.endsWith('3') ? address.replace(/3$/, '4') : address.replace(/4$/, '3'),
      );
    const machines = [...truth.machines].map(([name, machine]) => {
      const texts = Object.entries(machine).map(([key, text]) => [key, swap(text)]);
      return [name, Object.fromEntries(texts) as typeof machine] as const;
    });
    const probes = [...truth.probes].map(([name, text]) => [name, swap(text)] as const);

    const swapped = factsOf({ machines: new Map(machines), probes: new Map(probes) });

    expect(differencesToText(compareFacts(factsOf(truth), swapped, []).differences)).toBe('');
  });

  it.skipIf(!has('bgp-rr'))('parity: which of equal paths a leaf tells on does not matter', () => {
    const truth = readTruth(`${folder}/bgp-rr`);
    const [spine0, spine1] = [truth.machines.get('spine0'), truth.machines.get('spine1')];
    if (spine0 === undefined || spine1 === undefined) throw new Error('the truth of bgp-rr has no spines');
    const table0 = JSON.parse(spine0.table);
    const table1 = JSON.parse(spine1.table);
    const echo = table0.routes['10.1.5.0/24'].find((path: { path: string }) => path.path === '65008 800 65005');
    table0.routes['10.1.5.0/24'] = table0.routes['10.1.5.0/24'].filter((path: unknown) => path !== echo);
    table1.routes['10.1.5.0/24'].push({
      ...echo,
      path: '65008 500 65005',
      peerId: '10.1.11.1',
      nexthops: [{ ip: '10.1.11.1' }],
    });
    const received = (text: string, peer: string, change: number): string => {
      const summary = JSON.parse(text);
      summary.peers[peer].pfxRcd += change;
      return JSON.stringify(summary);
    };

    const other = new Map(truth.machines)
      .set('spine0', { ...spine0, table: JSON.stringify(table0), summary: received(spine0.summary, '10.1.34.1', -1) })
      .set('spine1', { ...spine1, table: JSON.stringify(table1), summary: received(spine1.summary, '10.1.11.1', 1) });

    expect(echo).toBeDefined();
    expect(
      differencesToText(compareFacts(factsOf(truth), factsOf({ ...truth, machines: other }), []).differences),
    ).toBe('');
  });
});

describe('parity: omissions', () => {
  const [omission] = omissions;

  it('parity: a fact is left out only when the engine declares its reason', () => {
    const truth = new Map([['leaf0 addresses6 eth0', 'x']]);

    expect(compareFacts(truth, new Map(), []).differences).toHaveLength(1);
    expect(compareFacts(truth, new Map(), [omission?.id ?? '']).differences).toEqual([]);
  });

  it('parity: probe names are read', () => {
    expect(parseProbe('ping-node-control-plane-pod-b')).toEqual({
      program: 'ping',
      family: 4,
      from: 'control-plane',
      to: 'pod-b',
    });
    expect(parseProbe('traceroute-udp-pod-a-10.1.8.1')).toMatchObject({
      program: 'udp',
      from: 'pod-a',
      to: '10.1.8.1',
    });
    expect(parseProbe('traceroute-icmp-pod-a-pod-b')).toMatchObject({ program: 'icmp', from: 'pod-a', to: 'pod-b' });
    expect(parseProbe('ping6-pod-a-pod-b')).toEqual({ program: 'ping', family: 6, from: 'pod-a', to: 'pod-b' });
    expect(parseProbe('traceroute6-udp-pod-a-fd00::1')).toMatchObject({ program: 'udp', family: 6, to: 'fd00::1' });
    expect(parseProbe('traceroute-pod-a-pod-b')).toBeUndefined();
  });
});
