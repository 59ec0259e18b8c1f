import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { absent, deleteObjects, mergePatch, namesOf, putObjects } from '../../../src/app/change-objects.ts';
import { gettableKinds, kindNamed } from '../../../src/app/object-kinds.ts';
import { readObjects, unplaced } from '../../../src/app/read-objects.ts';
import { LabError } from '../../../src/base/errors.ts';
import type { Design } from '../../../src/design/design.ts';
import { testContext } from '../../support/call.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';
import { scratchFolder } from '../../support/scratch.ts';

let design: Design;

beforeAll(async () => {
  design = await catalogueDesign('bgp-rr');
});

const peer = (name: string, spec: object) => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'BGPPeer',
  metadata: { name },
  spec,
});

function refused(work: () => unknown): LabError {
  try {
    work();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

async function refusedLater(work: Promise<unknown>): Promise<LabError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LabError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

describe('apply', () => {
  it('replaces an object of the same name, and appends a new one', () => {
    const written = [
      peer('rack0-to-leaf0', { peerIP: '10.1.5.1', asNumber: 65099 }),
      peer('extra', { peerIP: '10.1.8.1', asNumber: 65008, node: 'bgp-rr-worker' }),
    ];
    const { objects, touched } = putObjects('apply', design.objects, written.map(unplaced), design.version);

    expect(touched).toEqual([
      { kind: 'BGPPeer', name: 'rack0-to-leaf0' },
      { kind: 'BGPPeer', name: 'extra' },
    ]);
    expect(objects).toHaveLength(design.objects.length + 1);
    expect(objects.find(({ metadata }) => metadata.name === 'rack0-to-leaf0')?.spec).toEqual({
      peerIP: '10.1.5.1',
      asNumber: 65099,
    });
  });

  it('takes nothing when one object is wrong, and gives every reason in calicoctl’s form', () => {
    const written = [
      peer('good', { peerIP: '10.1.8.1', asNumber: 65008 }),
      peer('bad', { peerIP: '10.1.5.300', asNumber: 65005 }),
    ];
    const error = refused(() => putObjects('apply', design.objects, written.map(unplaced), design.version));

    expect(error).toMatchObject({ code: 'OBJECT_INVALID', exitCode: 1 });
    expect(error.message).toMatch(
      /^failed to apply any 'BGPPeer' resources: \[error with field spec\.peerIP = '10\.1\.5\.300' \(Reason: .+\)\]$/,
    );
  });

  it('refuses an unknown field, which calicoctl itself overlooks', () => {
    const error = refused(() =>
      putObjects(
        'apply',
        design.objects,
        [unplaced(peer('x', { peerIp: '10.1.5.1', asNumber: 65005 }))],
        design.version,
      ),
    );

    expect(error.problems[0]).toMatchObject({ code: 'OBJECT_UNKNOWN_FIELD', path: ['spec', 'peerIp'] });
  });

  it('refuses a pool that overlaps one that is there', () => {
    const pool = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'IPPool',
      metadata: { name: 'bad' },
      spec: { cidr: '10.244.0.0/16' },
    };
    const error = refused(() => putObjects('apply', design.objects, [unplaced(pool)], design.version));

    expect(error.message).toContain("failed to apply 'IPPool' resource: [");
    expect(error.message).toContain('overlaps');
  });

  it.each([
    [{ cidr: '10.245.0.0/16' }, 'IPPool CIDR cannot be modified'],
    [{ cidr: '10.244.0.0/16', blockSize: 24 }, 'IPPool BlockSize cannot be modified'],
  ])('refuses to change a pool to %j', (spec, reason) => {
    const pool = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'IPPool',
      metadata: { name: 'default-ipv4-ippool' },
      spec,
    };

    expect(refused(() => putObjects('apply', design.objects, [unplaced(pool)], design.version)).message).toContain(
      reason,
    );
  });

  it('refuses a node that the cluster does not have', () => {
    const node = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { name: 'worker9' },
      spec: { bgp: { ipv4Address: '10.1.5.99/24' } },
    };

    expect(refused(() => putObjects('apply', design.objects, [unplaced(node)], design.version)).message).toContain(
      'cluster.nodes',
    );
  });
});

describe('create, replace, delete', () => {
  const existing = unplaced(peer('rack0-to-leaf0', { peerIP: '10.1.5.1', asNumber: 65005 }));
  const other = unplaced(peer('absent', { peerIP: '10.1.5.1', asNumber: 65005 }));

  it('use calicoctl’s words', () => {
    expect(refused(() => putObjects('create', design.objects, [existing], design.version)).message).toBe(
      `failed to create 'BGPPeer' resource: [resource already exists: BGPPeer(rack0-to-leaf0) with error: bgppeers.crd.projectcalico.org "rack0-to-leaf0" already exists]`,
    );
    expect(refused(() => putObjects('replace', design.objects, [other], design.version)).message).toContain(
      absent('BGPPeer', 'absent'),
    );
    expect(refused(() => deleteObjects(design.objects, namesOf([other]), design.version, false)).message).toBe(
      `failed to delete 'BGPPeer' resource: [${absent('BGPPeer', 'absent')}]`,
    );
  });

  it('delete by name, and overlook what is absent when told so', () => {
    const { objects } = deleteObjects(design.objects, namesOf([existing, other]), design.version, true);

    expect(objects).toHaveLength(design.objects.length - 1);
    expect(objects.map(({ metadata }) => metadata.name)).not.toContain('rack0-to-leaf0');
  });

  it('never delete nodes or endpoints', () => {
    for (const kind of ['Node', 'WorkloadEndpoint'] as const) {
      expect(
        refused(() => deleteObjects(design.objects, [{ kind, name: 'bgp-rr-worker' }], design.version, true)).message,
      ).toContain('lab file');
    }
  });
});

describe('a merge patch', () => {
  it('follows RFC 7396', () => {
    expect(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } })).toEqual({
      a: 'z',
      c: { d: 'e' },
    });
    expect(mergePatch({ a: ['b'] }, { a: ['c', 'd'] })).toEqual({ a: ['c', 'd'] });
    expect(mergePatch({ a: 'b' }, { c: { d: null } })).toEqual({ a: 'b', c: {} });
    expect(mergePatch([1], 'x')).toBe('x');
  });

  it('cannot reach a prototype', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'));

    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(merged as object)).toEqual(['__proto__']);
  });
});

describe('objects in a file', () => {
  const folder = scratchFolder('labctl-objects-');

  async function read(text: string) {
    writeFileSync(join(folder, 'x.yaml'), text);
    return readObjects(testContext({ cwd: folder }), 'x.yaml');
  }

  it('may be several documents, lists, or JSON', async () => {
    const documents = await read('kind: BGPPeer\n---\n---\nkind: IPPool\n');
    const list = await read('kind: BGPPeerList\nitems:\n- {kind: BGPPeer}\n- {kind: BGPPeer}\n');
    const json = await read(JSON.stringify([{ kind: 'IPPool' }]));

    expect(documents.map(({ raw }) => raw)).toEqual([{ kind: 'BGPPeer' }, { kind: 'IPPool' }]);
    expect(list).toHaveLength(2);
    expect(json.map(({ raw }) => raw)).toEqual([{ kind: 'IPPool' }]);
  });

  it.each([
    ['kind: IPPool\n---\nkind: BGPPeer\nspec:\n  peerIP: bad\n', 1, 5, 11],
    ['kind: List\nitems:\n- kind: BGPPeer\n- kind: BGPPeer\n  spec: {peerIP: bad}\n', 1, 5, 18],
    ['[{"kind": "BGPPeer", "spec": {"peerIP": "bad"}}]\n', 0, 1, 41],
    ['kind: BGPPeer\nspec: {asNumber: 1}\n', 0, 2, 7],
  ])('keep their places: %j', async (text, index, line, column) => {
    const objects = await read(text);
    const problem = { severity: 'error', code: 'X', message: 'x', path: ['spec', 'peerIP'] } as const;

    expect(objects[index]?.place(problem).at).toMatchObject({ file: 'x.yaml', line, column });
  });

  it('are refused with a place when they are no YAML, and before the parser when they are a bomb', async () => {
    const broken = await refusedLater(read('kind: [BGPPeer\nspec: {}\n'));
    const bomb = await refusedLater(read(`a: &a [x]\nb: [*a, *a]\n`));
    const deep = await refusedLater(read('['.repeat(5000)));

    expect(broken.problems[0]).toMatchObject({ code: 'OBJECT_YAML', at: { file: 'x.yaml' } });
    expect(bomb.problems[0]?.code).toBe('LAB_ALIAS');
    expect(deep.problems[0]?.code).toBe('LAB_TOO_DEEP');
  });

  it('may come from standard input', async () => {
    const objects = await readObjects(testContext({ readStdin: async () => 'kind: IPPool\n' }), '-');

    expect(objects.map(({ raw }) => raw)).toEqual([{ kind: 'IPPool' }]);
  });

  it('are missed by name', async () => {
    const error = await refusedLater(readObjects(testContext({ cwd: folder }), 'absent.yaml'));

    expect(error.message).toContain(join(folder, 'absent.yaml'));
  });
});

describe('kinds', () => {
  it.each([
    ['bgpp', 'BGPPeer'],
    ['BGPPeers', 'BGPPeer'],
    ['bgpconfig', 'BGPConfiguration'],
    ['ippools', 'IPPool'],
    ['pool', 'IPPool'],
    ['nodes', 'Node'],
    ['wep', 'WorkloadEndpoint'],
    ['bgpfilter', 'BGPFilter'],
  ])('know %s', (word, kind) => {
    expect(kindNamed(word)).toBe(kind);
  });

  it('say what they know', () => {
    const error = refused(() => kindNamed('bgppeeer'));

    expect(error).toMatchObject({ code: 'UNKNOWN_OBJECT', hint: 'did you mean `bgppeer`?' });
    expect(error.facts.join()).toContain(gettableKinds.join(', '));
  });
});
