import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Design } from '../../../src/design/design.ts';
import { gotText } from '../../../src/report/calicoctl-get.ts';
import { successText } from '../../../src/report/calicoctl-objects.ts';
import { addressText, fiveDigits, ipamTable, usagesOf } from '../../../src/report/ipam-show.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';
import { sharedFolder } from '../../support/shared.ts';

const recordedFolder = sharedFolder('recorded/calicoctl/HEAD-87c1590');

/** What the real calicoctl printed on stdout in the real bgp-rr cluster. */
function recorded(name: string): string {
  const text = readFileSync(join(recordedFolder ?? '', `${name}.txt`), 'utf8');
  const [, stdout = ''] = /--- stdout\n([\s\S]*?)--- stderr/.exec(text) ?? [];
  return stdout;
}

let design: Design;

beforeAll(async () => {
  design = await catalogueDesign('bgp-rr');
});

function got(
  kind: Parameters<typeof gotText>[1]['kind'],
  output: 'ps' | 'wide' | 'json' | 'yaml',
  namespace?: string,
): string {
  return gotText(design, { kind, names: [], output, namespace });
}

describe.skipIf(recordedFolder === undefined)('calicoctl against the recorded real one', () => {
  it.each([
    ['get-bgppeer-wide', 'BGPPeer', 'wide'],
    ['get-bgpconfig-wide', 'BGPConfiguration', 'wide'],
    ['get-ippool-wide', 'IPPool', 'wide'],
    ['get-node-wide', 'Node', 'wide'],
    ['get-bgpfilter-wide', 'BGPFilter', 'wide'],
    ['get-workloadendpoint-wide', 'WorkloadEndpoint', 'wide'],
    ['version-mismatch', 'Node', 'ps'],
  ] as const)('prints %s byte for byte', (name, kind, output) => {
    expect(got(kind, output)).toBe(recorded(name));
  });

  it('prints workload endpoints of all namespaces byte for byte', () => {
    expect(got('WorkloadEndpoint', 'wide', 'all')).toBe(recorded('get-wep-all'));
  });

  it('prints ipam show --show-blocks byte for byte', () => {
    expect(ipamTable(usagesOf(design, true), design.version.minor)).toBe(recorded('ipam-show-blocks'));
  });

  it('prints the same specs as JSON, in the same document', () => {
    for (const [name, kind] of [
      ['get-bgppeer-json', 'BGPPeer'],
      ['get-ippool-json', 'IPPool'],
    ] as const) {
      const real = JSON.parse(recorded(name));
      const ours = JSON.parse(got(kind, 'json'));

      expect(ours).toMatchObject({ kind: real.kind, apiVersion: real.apiVersion });
      expect(ours.items.map((item: { spec: unknown }) => item.spec)).toEqual(
        real.items.map((item: { spec: unknown }) => item.spec),
      );
      expect(ours.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(
        real.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      );
    }
  });

  it('says who has an address', () => {
    const [first, , ...attributes] = recorded('ipam-show-ip').trimEnd().split('\n');
    const ours = addressText(design, '10.244.238.192').trimEnd().split('\n');

    expect(ours[0]).toBe(first);
    expect(ours.slice(2)).toEqual(attributes.filter((line) => !line.includes('timestamp')));
  });

  it('says what was changed', () => {
    expect(successText('apply', [{ kind: 'BGPPeer' }])).toBe(recorded('apply-unknown-field'));
    expect(successText('patch', [{ kind: 'IPPool' }])).toBe(recorded('patch-ippool-ipip'));
    expect(successText('apply', [{ kind: 'BGPPeer' }, { kind: 'BGPPeer' }, { kind: 'BGPConfiguration' }])).toBe(
      recorded('apply-ok'),
    );
  });
});

describe('calicoctl get', () => {
  it('prints one object that is asked for by name, and a list otherwise', () => {
    const one = parse(
      gotText(design, { kind: 'BGPPeer', names: ['rack0-to-leaf0'], output: 'yaml', namespace: undefined }),
    );
    const all = parse(got('BGPPeer', 'yaml'));

    expect(one).toMatchObject({ kind: 'BGPPeer', metadata: { name: 'rack0-to-leaf0' } });
    expect(all).toMatchObject({ kind: 'BGPPeerList', items: [{ kind: 'BGPPeer' }, { kind: 'BGPPeer' }] });
  });

  it('has the columns of an older release', () => {
    const older = { ...design, version: { text: 'v3.23.2', minor: 23 } };

    expect(gotText(older, { kind: 'IPPool', names: [], output: 'wide', namespace: undefined })).not.toContain(
      'ASSIGNMENTMODE',
    );
    expect(ipamTable(usagesOf(design, false), 23)).toContain(
      '| GROUPING |     CIDR      | IPS TOTAL | IPS IN USE |   IPS FREE   |',
    );
  });

  it('shows an inherited AS number in parentheses', () => {
    const objects = design.objects.map((object) =>
      object.kind === 'Node' ? { ...object, spec: { bgp: { ipv4Address: '10.1.5.10/24' } } } : object,
    );

    expect(
      gotText({ ...design, objects }, { kind: 'Node', names: [], output: 'wide', namespace: undefined }),
    ).toContain('(64512)');
  });

  it('lists a namespace without endpoints as headings alone', () => {
    expect(got('WorkloadEndpoint', 'ps', 'kube-system')).toBe(
      'NAMESPACE   WORKLOAD   NODE   NETWORKS   INTERFACE   \n\n',
    );
  });
});

describe('ipam show', () => {
  it.each([
    [64, '64'],
    [65536, '65536'],
    [131072, '1.3107e+05'],
    [16777216, '1.6777e+07'],
    [2 ** 64, '1.8447e+19'],
  ])('writes %d as Go does', (value, text) => {
    expect(fiveDigits(value)).toBe(text);
  });

  it('rounds half a percent to the even side', () => {
    const row = { grouping: 'Block', cidr: '10.0.0.0/26', total: 64, reserved: 0 } as const;

    expect(ipamTable([{ ...row, inUse: 8, free: 56 }], 33)).toContain('8 (12%)');
    expect(ipamTable([{ ...row, inUse: 24, free: 40 }], 33)).toContain('24 (38%)');
  });

  it('says that an address is free', () => {
    expect(addressText(design, '10.244.0.9')).toBe('10.244.0.9 is not assigned\n');
  });
});
