// Owns the comparison of our decoding with tshark's, packet by packet and field by field: of every capture at hand, and
// of packets put together by chance.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCaptureFile } from '../../../src/evidence/capture-file.ts';
import { layerNames } from '../../../src/packet/layers.ts';
import { comparedFields, OurReader } from '../../support/our-fields.ts';
import { pcapFile } from '../../support/packets.ts';
import { madeLinkTypes, randomFrames } from '../../support/random-packets.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { sharedFolder } from '../../support/shared.ts';
import { hasTshark, tsharkFields } from '../../support/tshark.ts';

const withTshark = hasTshark();

/** tshark has the AS path under two names, by the width of its numbers. */
const asked = comparedFields.flatMap((name) =>
  name === 'bgp.as_path' ? ['as4', 'as2'].map((width) => `bgp.update.path_attribute.as_path_segment.${width}`) : [name],
);

/** tshark's values in our terms: only protocols known here, no repetition of what it shows twice. */
function theirs(row: readonly (readonly string[])[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [index, field] of asked.entries()) {
    const cells = [...(row[index] ?? [])];
    const name = field.includes('as_path_segment') ? 'bgp.as_path' : field;
    if (cells.length > 0) values.set(name, [...(values.get(name) ?? []), ...cells.flatMap((cell) => cell.split(','))]);
  }
  const stack = (values.get('frame.protocols')?.[0] ?? '')
    .split(':')
    .filter((name) => [...layerNames, 'ieee8021ad'].includes(name));
  values.set('frame.protocols', [stack.join(':')]);
  return values;
}

/** In a first fragment, of a tunnel's packet too, tshark tells TCP's length only at times. */
function isFragment(values: ReadonlyMap<string, readonly string[]>): boolean {
  return values.get('ip.flags.mf')?.includes('1') === true || values.has('ipv6.fraghdr.ident');
}

async function differences(file: string): Promise<readonly string[]> {
  const rows = await tsharkFields(file, asked);
  const found: string[] = [];
  const reader = new OurReader();
  const facts = await readCaptureFile(file, (frame) => {
    const ours = reader.read(frame);
    const other = theirs(rows[frame.number - 1] ?? []);
    for (const name of comparedFields) {
      const [a, b] = [ours.get(name)?.join() ?? '', other.get(name)?.join() ?? ''];
      if (name === 'tcp.len' && b === '' && isFragment(other)) continue;
      if (a !== b) found.push(`frame ${frame.number}: ${name}: ours ${a}, tshark's ${b}`);
    }
  });
  if (facts.frames !== rows.length) found.push(`${facts.frames} frames, tshark has ${rows.length}`);
  return found;
}

function filesIn(folder: string | undefined): readonly string[] {
  if (folder === undefined) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

describe.skipIf(!withTshark)('decoding, beside tshark', () => {
  const real = [...filesIn(sharedFolder('captures')), ...filesIn(sharedFolder('truth'))];

  it.skipIf(real.length === 0)(
    'equals it in every packet of every capture at hand',
    async () => {
      const found: string[] = [];
      const left = [...real];
      const compareNext = async (): Promise<void> => {
        for (let file = left.shift(); file !== undefined; file = left.shift()) {
          for (const line of await differences(file)) found.push(`${file}: ${line}`);
        }
      };
      await Promise.all([compareNext(), compareNext()]);

      expect(found).toEqual([]);
    },
    600_000,
  );

  it.each(madeLinkTypes)('equals it in 2,000 made packets of link type %i', async (linkType) => {
    const file = join(scratchFolder('labctl-made-'), 'made.pcap');
    writeFileSync(file, pcapFile(randomFrames(7 + linkType, 2_000, linkType), { linkType }));

    expect(await differences(file)).toEqual([]);
  });
});
