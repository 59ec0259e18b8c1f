// Owns the tests of writing pcap files: private, numbered, never over something, never through a symbolic link.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PointEvidence } from '../../../src/evidence/capture.ts';
import { saveCaptures } from '../../../src/evidence/save-captures.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'save-captures-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const points: readonly PointEvidence[] = ['pod-a:eth0', 'leaf0:eth1'].map((name) => ({
  point: { name, machine: name, interface: 'eth0', role: 'path', requestGoes: 'out' },
  pcap: [new TextEncoder().encode(name)],
  packets: 0,
  missed: 0,
  isSeen: false,
  mtu: 1500,
}));
const pcapng = [new Uint8Array(4)];
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('saving captures', () => {
  it('numbers files by the path and folders by the run', async () => {
    const options = { parent: join(folder, 'labctl-bgp-rr'), folder: undefined, owner: undefined };

    const [first, second] = [await saveCaptures(points, pcapng, options), await saveCaptures(points, pcapng, options)];

    expect(first).toEqual({
      folder: join(folder, 'labctl-bgp-rr', 'capture-1'),
      files: ['01-pod-a-eth0.pcap', '02-leaf0-eth1.pcap'],
      merged: 'all.pcapng',
    });
    expect(second.folder).toBe(join(folder, 'labctl-bgp-rr', 'capture-2'));
    expect(readFileSync(join(second.folder, '02-leaf0-eth1.pcap'), 'utf8')).toBe('leaf0:eth1');
    expect([mode(first.folder), mode(join(first.folder, '01-pod-a-eth0.pcap'))]).toEqual(['700', '600']);
  });

  it('writes into a stated folder, made if absent, beside what is there', async () => {
    const stated = join(folder, 'here');
    const options = { parent: join(folder, 'unused'), folder: stated, owner: undefined };
    mkdirSync(stated);
    chmodSync(stated, 0o755);
    writeFileSync(join(stated, 'notes.txt'), 'mine');

    await saveCaptures(points, pcapng, options);

    expect(readdirSync(stated).sort()).toEqual(['01-pod-a-eth0.pcap', '02-leaf0-eth1.pcap', 'all.pcapng', 'notes.txt']);
    expect(existsSync(options.parent)).toBe(false);
    await expect(saveCaptures(points, pcapng, options)).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
      message: `cannot write captures: ${join(stated, '01-pod-a-eth0.pcap')}: exists already; captures are never overwritten`,
      hint: '--out DIR',
    });
  });

  it('never writes through a symbolic link, to a file or a folder', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    const stated = join(folder, 'here');
    mkdirSync(stated);
    symlinkSync(victim, join(stated, '01-pod-a-eth0.pcap'));
    symlinkSync(stated, join(folder, 'linked'));

    await expect(saveCaptures(points, pcapng, { parent: '', folder: stated, owner: undefined })).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
    });
    await expect(
      saveCaptures(points, pcapng, { parent: join(folder, 'linked'), folder: undefined, owner: undefined }),
    ).rejects.toMatchObject({ message: `${join(folder, 'linked')} is not a folder` });
    await expect(
      saveCaptures(points, pcapng, { parent: victim, folder: undefined, owner: undefined }),
    ).rejects.toMatchObject({
      message: `${victim} is not a folder`,
    });
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
    expect(readdirSync(stated)).toEqual(['01-pod-a-eth0.pcap']);
  });
});
