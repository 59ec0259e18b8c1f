import { describe, expect, it } from 'vitest';
import { filterFunctionName } from '../../../src/calico/names.ts';
import type { BGPFilterRule } from '../../../src/calico/objects.ts';
import type { BgpRoute } from '../../../src/design/bgp.ts';
import { type FilterSubject, filterVerdict } from '../../../src/design/bgp-filter.ts';
import { expectedOf } from '../../../src/design/expected.ts';
import { fabricLab, peer, rackNodes } from '../../support/bgp-labs.ts';

const route: BgpRoute = {
  prefix: '10.244.1.64/26',
  asPath: [65105, 65005],
  nextHop: '10.1.5.1',
  linkLocal: undefined,
  localPref: 2147483647 - 1024,
  originatorId: undefined,
  clusterList: [],
  communities: ['65001:10', '65001:1:2'],
};
const subject: FilterSubject = { route, isLearned: true, dev: 'net0', peerType: 'eBGP' };

function filterOf(rules: readonly BGPFilterRule[], name = 'f') {
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'BGPFilter',
    metadata: { name },
    spec: { exportV4: rules },
  } as const;
}

type Condition = Omit<BGPFilterRule, 'action'>;

function isMatched(condition: Condition, own: Partial<FilterSubject> = {}): boolean {
  const rule = { ...condition, action: 'Reject' } as const;
  return filterVerdict([filterOf([rule])], 'export', { ...subject, ...own })?.action === 'Reject';
}

describe('a rule', () => {
  const inPool = { cidr: '10.244.0.0/16', matchOperator: 'In' } as const;
  it.each<readonly [string, Condition, Condition]>([
    ['prefixLength', { ...inPool, prefixLength: { min: 26 } }, { ...inPool, prefixLength: { max: 25 } }],
    ['interface', { interface: 'net?' }, { interface: 'eth*' }],
    ['peerType', { peerType: 'eBGP' }, { peerType: 'iBGP' }],
    ['communities', { communities: { values: ['65001:10'] } }, { communities: { values: ['65001:11'] } }],
    ['large communities', { communities: { values: ['65001:1:2'] } }, { communities: { values: ['65001:1:3'] } }],
    ['asPathPrefix', { asPathPrefix: [65105, 65005] }, { asPathPrefix: [65005] }],
    ['asPathPrefix in asdot', { asPathPrefix: ['0.65105'] }, { asPathPrefix: [65105, 65005, 1] }],
    ['priority', { priority: 1024 }, { priority: 512 }],
  ])('matches by %s', (_, yes, no) => {
    expect([isMatched(yes), isMatched(no)]).toEqual([true, false]);
  });

  it('does all its operations, in order', () => {
    const operations = [
      { addCommunity: { value: '65001:77' } },
      { prependASPath: { prefix: [64700, 64701] } },
      { setPriority: { value: 512 } },
    ];

    const verdict = filterVerdict([filterOf([{ action: 'Accept', operations }])], 'export', subject);

    expect(verdict).toMatchObject({
      action: 'Accept',
      route: {
        asPath: [64700, 64701, 65105, 65005],
        localPref: 2147483135,
        communities: ['65001:10', '65001:1:2', '65001:77'],
      },
    });
  });
});

describe('a BGPFilter of nodes that peer with their leaf', () => {
  const block = '10.244.238.192/26';
  const name = filterFunctionName('f', 'export', 4);

  /** Node control-plane of AS 64512, its leaf and a spine; `rules` on every node's session. */
  const withRules = (rules: readonly BGPFilterRule[]) => {
    const nodes = rackNodes(
      () => 64512,
      (_, leaf) => [peer(leaf.address, leaf.as, { filters: [name] })],
    );
    return expectedOf({ ...fabricLab(nodes, { spines: ['spine0'] }), objects: [filterOf(rules)] });
  };
  const pathAt = (machine: string, rules: readonly BGPFilterRule[], prefix = block) =>
    withRules(rules)
      .paths.filter((path) => path.machine === machine && path.prefix === prefix)
      .map(({ asPath }) => asPath.join(' '));

  it('sees and changes a path that the node’s own AS is in already, as Calico’s BIRD has it', () => {
    const operations = [{ prependASPath: { prefix: [64700] } }];

    expect(pathAt('leaf0', [{ asPathPrefix: [64512], action: 'Accept', operations }])).toEqual(['64700 64512']);
  });

  it('keeps a route at the leaf by the community NO_EXPORT (RFC 1997)', () => {
    const operations = [{ addCommunity: { value: '65535:65281' } }];

    expect(pathAt('spine0', [])).toEqual(['65005 64512']);
    expect(pathAt('leaf0', [{ action: 'Accept', operations }])).toEqual(['64512']);
    expect(pathAt('spine0', [{ action: 'Accept', operations }])).toEqual([]);
  });

  it('lets pods out one by one where it accepts all of a pool before aggregation', () => {
    const inPool = { cidr: '10.244.0.0/16', matchOperator: 'In' } as const;

    expect(pathAt('leaf0', [{ ...inPool, action: 'Accept' }], '10.244.238.192/32')).toEqual(['64512']);
    expect(pathAt('leaf0', [{ ...inPool, prefixLength: { max: 31 }, action: 'Accept' }], '10.244.238.192/32')).toEqual(
      [],
    );
  });
});
