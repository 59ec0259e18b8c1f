// Owns what each Calico release has: every field that 3.23 lacks (calico.md A.2 to A.5), and each fact of a generation.

import { describe, expect, it } from 'vitest';
import { generationOf } from '../../../src/calico/generations.ts';
import { validateObject } from '../../../src/calico/validate.ts';

/** A minor release, as a lab names it. */
const release = (minor: number) => ({ text: `v3.${minor}`, minor });

const bases: Readonly<Record<string, object>> = {
  IPPool: { cidr: '10.0.0.0/16' },
  BGPConfiguration: {},
  BGPPeer: { peerIP: '10.1.5.1', asNumber: 65005 },
};

function read(kind: string, spec: object, minor: number) {
  const name = kind === 'BGPConfiguration' ? 'default' : 'x';
  const object = { apiVersion: 'projectcalico.org/v3', kind, metadata: { name }, spec };
  const { problems } = validateObject(object, release(minor));
  return problems.map(({ code, message }) => `${code}: ${message}`);
}

describe('a field', () => {
  it.each([
    ['IPPool', { assignmentMode: 'Manual' }, 30],
    ['IPPool', { namespaceSelector: 'all()' }, 31],
    ['BGPConfiguration', { ignoredInterfaces: ['eth9'] }, 25],
    ['BGPConfiguration', { localWorkloadPeeringIPV4: '169.254.2.1' }, 30],
    ['BGPConfiguration', { localWorkloadPeeringIPV6: 'fd00::1' }, 30],
    ['BGPConfiguration', { serviceLoadBalancerAggregation: 'Enabled' }, 31],
    ['BGPConfiguration', { programClusterRoutes: 'Enabled' }, 32],
    ['BGPConfiguration', { ipv4NormalRoutePriority: 1024 }, 32],
    ['BGPConfiguration', { ipv6NormalRoutePriority: 1024 }, 32],
    ['BGPPeer', { ttlSecurity: 1 }, 25],
    ['BGPPeer', { reachableBy: '10.1.5.2' }, 25],
    ['BGPPeer', { filters: ['x'] }, 26],
    ['BGPPeer', { localWorkloadSelector: 'all()', peerIP: '' }, 30],
    ['BGPPeer', { reversePeering: 'Manual' }, 30],
    ['BGPPeer', { nextHopMode: 'Self' }, 30],
    ['BGPPeer', { localASNumber: 65001 }, 31],
    ['BGPPeer', { keepaliveTime: '10s' }, 32],
    ['BGPFilter', { exportV4: [{ action: 'Reject', source: 'RemotePeers' }] }, 27],
    ['BGPFilter', { exportV4: [{ action: 'Reject', interface: 'eth0' }] }, 27],
    [
      'BGPFilter',
      { exportV4: [{ action: 'Reject', cidr: '10.0.0.0/8', matchOperator: 'In', prefixLength: { min: 9 } }] },
      29,
    ],
    ['BGPFilter', { exportV4: [{ action: 'Reject', peerType: 'eBGP' }] }, 32],
    ['BGPFilter', { exportV4: [{ action: 'Reject', communities: { values: ['65001:1'] } }] }, 32],
    ['BGPFilter', { exportV4: [{ action: 'Reject', asPathPrefix: [65001] }] }, 32],
    ['BGPFilter', { exportV4: [{ action: 'Reject', priority: 100 }] }, 32],
    ['BGPFilter', { exportV4: [{ action: 'Accept', operations: [{ setPriority: { value: 9 } }] }] }, 32],
  ] as const)('%s %j is there from v3.%d on', (kind, fields, first) => {
    const spec = { ...bases[kind], ...fields };

    expect(read(kind, spec, first - 1).join()).toMatch(
      new RegExp(
        `OBJECT_FIELD_VERSION: ${kind} has the field \\w+ only from v3\\.${first} on; this is v3\\.${first - 1}`,
      ),
    );
    expect(read(kind, spec, first).filter((text) => text.startsWith('OBJECT_FIELD_VERSION'))).toEqual([]);
  });

  it('of a value that came later', () => {
    const pool = { ...bases['IPPool'], allowedUses: ['LoadBalancer'] };

    expect(read('IPPool', pool, 29)).toEqual(['OBJECT_FIELD_VERSION: LoadBalancer pools exist only from v3.30 on']);
    expect(read('IPPool', pool, 30)).toEqual([]);
  });
});

describe('a generation', () => {
  const minors = [23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33];

  it.each([
    ['podRouteMetric', [32, 33]],
    ['metricFromLocalPref', [32, 33]],
    ['importPreference', [32, 33]],
    ['liveMigrationEscape', [32, 33]],
    ['felixOwnsIpip', [33]],
    ['tunnelRouteMtu', [31, 32, 33]],
    ['vxlanUntracked', [29, 30, 31, 32, 33]],
    ['meshMultihop', [23, 24, 25, 33]],
    ['deviceRouteExportRule', [27, 28, 29, 30, 31, 32, 33]],
    ['bpfDeviceExportRule', [32, 33]],
    ['reverseSameFamilyOnly', minors.slice(1)],
    ['peersSortedByName', [32, 33]],
    ['routerIdHashLowered', minors.slice(2)],
    ['bgpFilters', minors.slice(3)],
    ['autodetectionAnchored', minors.slice(1)],
    ['autodetectionHidesBridges', minors.slice(2)],
    ['mtuOnlyFromUpInterfaces', [32, 33]],
    ['nftables', minors.slice(6)],
  ] as const)('has %s in %j (calico.md A.8, A.10, B, C)', (fact, expected) => {
    const having = minors.filter((minor) => Boolean(generationOf({ minor })[fact]));

    expect(having).toEqual(expected);
  });

  it('announces blocks with LOCAL_PREF 100 before 3.32 and 2147482623 since: with the metric, 2147483647', () => {
    const [older, newer] = [generationOf({ minor: 31 }), generationOf({ minor: 32 })];

    expect([older.originLocalPref, newer.originLocalPref]).toEqual([100, 2147482623]);
    expect(newer.originLocalPref + (newer.podRouteMetric ?? 0)).toBe(2147483647);
  });
});
