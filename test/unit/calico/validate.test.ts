// Owns the proof that wrong Calico objects are refused, each with its place, its reason and what to type instead.

import { describe, expect, it } from 'vitest';
import type { CalicoObject } from '../../../src/calico/objects.ts';
import { validateObject, validateSet } from '../../../src/calico/validate.ts';

const v333 = { text: 'v3.33', minor: 33 };
const v323 = { text: 'v3.23.2', minor: 23 };

function raw(kind: string, spec: unknown, name = 'default') {
  return { apiVersion: 'projectcalico.org/v3', kind, metadata: { name }, spec };
}

/** `severity CODE path: message | hint`, one line a problem. */
function problemsOf(object: unknown, version = v333): readonly string[] {
  return validateObject(object, version).problems.map(
    ({ severity, code, path, message, hint }) =>
      `${severity} ${code} ${path.join('.')}: ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  );
}

function only(object: unknown, version = v333): string {
  const problems = problemsOf(object, version);
  expect(problems).toHaveLength(1);
  return problems[0] ?? '';
}

describe('an object as a whole', () => {
  it('is given back without status and with labels as text', () => {
    const { object, problems } = validateObject(
      {
        ...raw('Node', { bgp: { ipv4Address: '10.1.5.10/24' }, orchRefs: null }),
        metadata: { name: 'a', uid: 'x', creationTimestamp: null, labels: { rr: true, weight: 3, empty: null } },
        status: { any: 'thing' },
      },
      v333,
    );

    expect(problems).toEqual([]);
    expect(object).toEqual({
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { name: 'a', labels: { rr: 'true', weight: '3', empty: '' } },
      spec: { bgp: { ipv4Address: '10.1.5.10/24' } },
    });
  });

  it('may have no spec', () => {
    expect(validateObject({ ...raw('BGPConfiguration', null) }, v333).object?.spec).toEqual({});
  });

  it.each([null, 'text', [], 3])('must be a mapping, not %j', (value) => {
    expect(only(value)).toMatch(/^error OBJECT_NOT_A_MAPPING : /);
  });

  it.each(['NetworkPolicy', 'GlobalNetworkPolicy', 'HostEndpoint', 'IPReservation', 'Secret'])(
    'of kind %s is refused with a reason',
    (kind) => {
      expect(only(raw(kind, {}))).toMatch(
        new RegExp(`^error OBJECT_KIND_UNSUPPORTED kind: labctl does not act on ${kind}: .+ \\| kinds: IPPool, `),
      );
    },
  );

  it('of a mistyped kind gets a suggestion', () => {
    expect(only(raw('BgpPeer', {}))).toMatch(/did you mean BGPPeer\?$/);
  });

  it('needs the right apiVersion', () => {
    expect(
      only({ ...raw('BGPPeer', { peerIP: '10.1.5.1', asNumber: 1 }), apiVersion: 'crd.projectcalico.org/v1' }),
    ).toBe(
      'error OBJECT_API_VERSION apiVersion: apiVersion "crd.projectcalico.org/v1" is not read | write apiVersion: projectcalico.org/v3',
    );
  });

  it.each([undefined, {}, { name: 'Upper' }, { name: '' }])('needs a name: %j', (metadata) => {
    expect(only({ ...raw('BGPPeer', { peerIP: '10.1.5.1', asNumber: 1 }), metadata })).toMatch(
      /^error OBJECT_NAME metadata/,
    );
  });

  it('has no fields outside spec', () => {
    expect(only({ ...raw('BGPPeer', { asNumber: 1, peerIP: '10.1.5.1' }), nodeSelector: 'all()' })).toBe(
      'error OBJECT_UNKNOWN_FIELD nodeSelector: BGPPeer has no field nodeSelector here | nodeSelector belongs under spec',
    );
  });

  it('reports all its problems at once', () => {
    expect(
      problemsOf(raw('BGPPeer', { peerIp: '10.1.5.1', asnumber: 1, ttlSecurity: 300 })).map(
        (text) => text.split(' ')[1],
      ),
    ).toEqual(['OBJECT_UNKNOWN_FIELD', 'OBJECT_UNKNOWN_FIELD', 'OBJECT_FIELD_VALUE']);
  });

  it('is not given back when there is an error', () => {
    expect(validateObject(raw('BGPPeer', { peerIp: 'x' }), v333).object).toBeUndefined();
  });
});

describe('fields', () => {
  it.each([
    [raw('BGPPeer', { peerIp: '10.1.5.1' }), 'spec.peerIp', 'did you mean peerIP?'],
    [
      raw('BGPPeer', { peerIP: '10.1.5.1', asNumber: 1, password: { secretKeyref: {} } }),
      'spec.password.secretKeyref',
      'did you mean secretKeyRef?',
    ],
    [raw('IPPool', { cidr: '10.0.0.0/16', vxlanmode: 'Always' }), 'spec.vxlanmode', 'did you mean vxlanMode?'],
    [
      raw('BGPFilter', { exportV4: [{ action: 'Accept', peertype: 'eBGP' }] }),
      'spec.exportV4.0.peertype',
      'did you mean peerType?',
    ],
  ])('of a wrong name get a suggestion: %#', (object, path, hint) => {
    expect(problemsOf(object).find((text) => text.startsWith('error OBJECT_UNKNOWN_FIELD'))).toMatch(
      new RegExp(`^error OBJECT_UNKNOWN_FIELD ${path.replaceAll('.', '\\.')}: .*\\| ${hint.replace('?', '\\?')}$`),
    );
  });

  it.each([
    ['BGPPeer', 'ttlSecurity', 1, 'v3.25'],
    ['BGPPeer', 'filters', [], 'v3.26'],
    ['BGPPeer', 'nextHopMode', 'Self', 'v3.30'],
    ['BGPPeer', 'localASNumber', 1, 'v3.31'],
    ['BGPPeer', 'keepaliveTime', '1s', 'v3.32'],
  ])('%s.%s names the first release that has it', (kind, field, value, first) => {
    expect(only(raw(kind, { peerIP: '10.1.5.1', asNumber: 1, [field]: value }), v323)).toBe(
      `error OBJECT_FIELD_VERSION spec.${field}: ${kind} has the field ${field} only from ${first} on; this is v3.23.2 | leave it out, or use version: ${first}`,
    );
    expect(problemsOf(raw(kind, { peerIP: '10.1.5.1', asNumber: 1, [field]: value }))).toEqual([]);
  });

  it('of a BGPFilter rule have first releases, and the kind itself has one', () => {
    const rule = { action: 'Accept', peerType: 'eBGP' };

    expect(only(raw('BGPFilter', { exportV4: [rule] }), { text: 'v3.31', minor: 31 })).toContain('only from v3.32 on');
    expect(problemsOf(raw('BGPFilter', {}), v323)).toEqual([
      'error OBJECT_FIELD_VERSION kind: BGPFilter exists only from v3.26 on; this is v3.23.2 | use version: v3.26 or newer',
    ]);
  });

  it.each([
    [{ asNumber: 0 }, 'BIRD then refuses AS 0'],
    [{ asNumber: '65536.1' }, 'is not an AS number'],
    [{ asNumber: 1.1 }, 'asdot notation must be quoted'],
    [{ keepOriginalNextHop: 'yes' }, 'expected true or false'],
    [{ maxRestartTime: '10' }, 'is not a duration'],
    [{ ttlSecurity: 256 }, 'expected a whole number from 0 to 255'],
    [{ nextHopMode: 'self' }, 'did you mean Self?'],
    [{ sourceAddress: 'Any' }, 'is none of UseNodeIP, None'],
    [{ nodeSelector: "rack = 'a'" }, 'cannot be read at column 6'],
    [{ filters: 'one' }, 'expected a list'],
    [{ password: 'secret' }, 'expected a mapping'],
    [{ reachableBy: 'gateway' }, 'is not an IP address'],
  ])('with a value of the wrong type: %j', (spec, message) => {
    expect(only(raw('BGPPeer', { peerIP: '10.1.5.1', asNumber: 1, ...spec }))).toContain(message);
  });

  it.each([1, 4294967295, '65005', '1.10'])('takes %j for an AS number', (asNumber) => {
    expect(problemsOf(raw('BGPPeer', { peerIP: '10.1.5.1', asNumber }))).toEqual([]);
  });
});

describe('IPPool', () => {
  it.each([
    [{}, 'spec.cidr: a pool needs a cidr'],
    [{ cidr: '10.0.0.0' }, 'is not a valid subnet'],
    [{ cidr: '10.0.0.1/16' }, 'not strictly masked: host bits are set | write 10.0.0.0/16'],
    [{ cidr: '169.254.0.0/20' }, 'overlaps the link-local range 169.254.0.0/16'],
    [{ cidr: 'fe80::/64' }, 'overlaps the link-local range fe80::/10'],
    [{ cidr: '10.0.0.0/16', ipipMode: 'Always', vxlanMode: 'CrossSubnet' }, 'cannot both be enabled on the same pool'],
    [{ cidr: 'fd00::/64', ipipMode: 'Always' }, 'IPIP is not supported on an IPv6 pool'],
    [{ cidr: '10.0.0.0/16', blockSize: 19 }, 'blockSize must be between 20 and 32'],
    [{ cidr: 'fd00::/64', blockSize: 64 }, 'blockSize must be between 116 and 128'],
    [{ cidr: '10.0.0.0/27' }, 'too small'],
    [{ cidr: '10.0.0.0/16', allowedUses: ['Workloads'] }, 'did you mean Workload?'],
    [{ cidr: '10.0.0.0/16', allowedUses: ['LoadBalancer', 'Workload'] }, 'cannot be combined with other uses'],
    [{ cidr: '10.0.0.0/16', allowedUses: ['LoadBalancer'], vxlanMode: 'Always' }, 'LoadBalancer pool cannot use VXLAN'],
    [{ cidr: '10.0.0.0/16', allowedUses: ['LoadBalancer'], nodeSelector: 'has(a)' }, 'must select all() nodes'],
    [{ cidr: '10.0.0.0/16', nodeSelector: 'global()' }, 'global() has no meaning'],
    [{ cidr: '10.0.0.0/16', allowedUses: ['Tunnel'], namespaceSelector: 'has(a)' }, 'cannot have a namespaceSelector'],
  ])('refuses %j', (spec, message) => {
    const found = problemsOf(raw('IPPool', spec)).filter((text) => text.startsWith('error'));

    expect(found.join('\n')).toContain(message);
  });

  it('warns when an encapsulated pool has no tunnel addresses', () => {
    expect(only(raw('IPPool', { cidr: '10.0.0.0/16', ipipMode: 'Always', allowedUses: ['Workload'] }))).toMatch(
      /^warning POOL_NO_TUNNEL spec\.allowedUses:/,
    );
  });

  it.each([
    { cidr: '10.0.0.0/26' },
    { cidr: '10.0.0.0/27', disabled: true },
    { cidr: 'fd00::/64', vxlanMode: 'Always' },
  ])('takes %j', (spec) => {
    expect(problemsOf(raw('IPPool', spec))).toEqual([]);
  });
});

describe('BGPPeer', () => {
  it.each([
    [{}, 'the peer is not said'],
    [{ peerIP: '10.1.5.1' }, 'peerIP needs asNumber'],
    [{ peerIP: '10.1.5', asNumber: 1 }, 'is no address'],
    [{ peerIP: '10.1.5.1:99999', asNumber: 1 }, 'is no address'],
    [{ peerIP: '10.1.5.1', asNumber: 1, node: 'a', nodeSelector: 'all()' }, 'node and nodeSelector'],
    [{ peerIP: '10.1.5.1', peerSelector: 'all()' }, 'peerIP and peerSelector'],
    [{ asNumber: 1, peerSelector: 'all()' }, 'the AS number is taken from the selected nodes'],
    [{ localWorkloadSelector: 'all()' }, 'localWorkloadSelector needs asNumber'],
    [{ localWorkloadSelector: 'all()', asNumber: 1, peerIP: '10.1.5.1' }, 'localWorkloadSelector and peerIP'],
    [{ peerSelector: 'all()', reachableBy: '10.1.5.1' }, 'reachableBy needs peerIP'],
    [{ peerIP: '10.1.5.1', asNumber: 1, reachableBy: 'fd00::1' }, 'different address families'],
    [{ peerIP: '10.1.5.1', asNumber: 1, keepOriginalNextHop: true, nextHopMode: 'Self' }, 'contradict each other'],
    [{ peerIP: '10.1.5.1', asNumber: 1, password: {} }, 'needs secretKeyRef'],
  ])('refuses %j', (spec, message) => {
    expect(problemsOf(raw('BGPPeer', spec)).join('\n')).toContain(message);
  });

  it.each([
    { peerIP: '10.1.5.1:1790', asNumber: '0.65005' },
    { peerIP: '[fd00::1]:50', asNumber: 1 },
    { peerSelector: "rr == 'true'", nodeSelector: 'all()' },
    { localWorkloadSelector: 'all()', asNumber: 1 },
    { peerIP: '10.1.5.1', asNumber: 1, keepOriginalNextHop: false, nextHopMode: 'Self' },
  ])('takes %j', (spec) => {
    expect(problemsOf(raw('BGPPeer', spec))).toEqual([]);
  });
});

describe('BGPConfiguration', () => {
  it('has one of two names', () => {
    expect(only(raw('BGPConfiguration', {}, 'mine'))).toContain('Calico ignores mine');
    expect(problemsOf(raw('BGPConfiguration', { listenPort: 500 }, 'node.a'))).toEqual([]);
  });

  it('of a node sets only what Calico reads there', () => {
    expect(only(raw('BGPConfiguration', { asNumber: 1 }, 'node.a'))).toContain('cannot set asNumber');
  });

  it.each([
    [{ nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: '1s' }, 'while the node-to-node mesh is disabled'],
    [{ logSeverityScreen: 'Loud' }, 'is none of trace'],
    [{ listenPort: 0 }, 'from 1 to 65535'],
    [{ communities: [{ name: 'a', value: '1:2' }] }, 'no prefixAdvertisements uses it'],
    [
      {
        communities: [{ name: 'a', value: '1:70000' }],
        prefixAdvertisements: [{ cidr: '10.0.0.0/16', communities: ['a'] }],
      },
      'is no community',
    ],
    [{ prefixAdvertisements: [{ cidr: '10.0.0.0/16', communities: ['b'] }] }, 'is no community'],
  ])('refuses %j', (spec, message) => {
    expect(problemsOf(raw('BGPConfiguration', spec)).join('\n')).toContain(message);
  });

  it('takes the words of its release for programClusterRoutes', () => {
    const set = (programClusterRoutes: string) => raw('BGPConfiguration', { programClusterRoutes });

    expect(problemsOf(set('EnabledNoEncapOnly'))).toEqual([]);
    expect(problemsOf(set('Enabled'), { text: 'v3.32', minor: 32 })).toEqual([]);
    expect(only(set('EnabledNoEncapOnly'), { text: 'v3.32', minor: 32 })).toContain('exists from v3.33 on');
  });
});

describe('BGPFilter and Node', () => {
  it.each([
    [{}, 'a rule needs an action'],
    [{ action: 'Accept', cidr: '10.0.0.0/8' }, 'both or none'],
    [{ action: 'Accept', cidr: 'fd00::/8', matchOperator: 'In' }, 'is not an IPv4 prefix'],
    [{ action: 'Accept', prefixLength: { min: 1 } }, 'prefixLength needs a cidr'],
    [
      { action: 'Accept', cidr: '10.0.0.0/8', matchOperator: 'In', prefixLength: { min: 30, max: 20 } },
      'larger than max',
    ],
    [{ action: 'Reject', operations: [{ setPriority: { value: 1 } }] }, 'only possible with action: Accept'],
    [{ action: 'Accept', operations: [{}] }, 'exactly one of'],
    [{ action: 'Accept', communities: { values: ['1:1', '1:2'] } }, 'exactly one community'],
  ])('refuses the rule %j', (rule, message) => {
    expect(problemsOf(raw('BGPFilter', { importV4: [rule] })).join('\n')).toContain(message);
  });

  it.each([
    [{ bgp: {} }, 'present but empty'],
    [{ bgp: { ipv4Address: '10.1.5.10' } }, 'has no prefix length'],
    [{ bgp: { ipv4Address: 'fd00::1/64' } }, 'is no IPv4 address'],
    [{ bgp: { ipv4Address: '10.1.5.10/24', routeReflectorClusterID: '7' } }, 'must look like an IPv4 address'],
    [{ vxlanTunnelMACAddr: '66:00' }, 'is no MAC address'],
  ])('refuses the node %j', (spec, message) => {
    expect(only(raw('Node', spec, 'a'))).toContain(message);
  });
});

describe('validateSet', () => {
  const set = (...objects: readonly unknown[]) => {
    const read = objects.map((object) => validateObject(object, v333).object as CalicoObject);
    expect(read).not.toContain(undefined);
    return validateSet(read, v333).map(({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`);
  };
  const node = (name: string, ipv4Address: string, more: object = {}) =>
    raw('Node', { bgp: { ipv4Address, ...more } }, name);

  it('finds overlapping pools, once', () => {
    const first = raw('IPPool', { cidr: '10.0.0.0/8' }, 'a');

    expect(set(first, raw('IPPool', { cidr: '10.244.0.0/16' }, 'b'))).toEqual(['error POOL_OVERLAP 1.spec.cidr']);
    expect(set(first, raw('IPPool', { cidr: '11.0.0.0/16' }, 'b'))).toEqual([]);
  });

  it('finds two objects of one kind and name', () => {
    expect(set(raw('BGPConfiguration', {}), raw('BGPConfiguration', {}))).toEqual([
      'error OBJECT_DUPLICATE 1.metadata.name',
    ]);
  });

  it('finds names of filters and nodes that are not there', () => {
    expect(
      set(
        raw('BGPPeer', { peerIP: '10.1.5.1', asNumber: 1, node: 'wroker', filters: ['absent'] }, 'p'),
        node('worker', '10.1.5.10/24'),
        raw('BGPConfiguration', { listenPort: 5 }, 'node.other'),
      ),
    ).toEqual([
      'error OBJECT_NOT_FOUND 0.spec.filters.0',
      'error OBJECT_NOT_FOUND 0.spec.node',
      'error OBJECT_NOT_FOUND 2.metadata.name',
    ]);
  });

  it('finds two nodes with one address', () => {
    expect(set(node('a', '10.1.5.10/24'), node('b', '10.1.5.10/16'))).toEqual([
      'error NODE_ADDRESS_TAKEN 1.spec.bgp.ipv4Address',
    ]);
  });

  it('warns of a reflector that leaves the mesh without peers of its own', () => {
    const reflector = node('rr', '10.1.5.20/24', { routeReflectorClusterID: '244.0.0.1' });

    expect(set(reflector, node('a', '10.1.5.10/24'))).toEqual([
      'warning REFLECTOR_OUTSIDE_MESH 0.spec.bgp.routeReflectorClusterID',
    ]);
    expect(
      set(reflector, node('a', '10.1.5.10/24'), raw('BGPPeer', { node: 'rr', peerSelector: 'all()' }, 'p')),
    ).toEqual([]);
  });

  it('warns of a peering between nodes that selects none', () => {
    expect(set(node('a', '10.1.5.10/24'), raw('BGPPeer', { peerSelector: 'has(rr)' }, 'p'))).toEqual([
      'warning PEER_SELECTS_NOTHING 1.spec.peerSelector',
    ]);
  });
});
