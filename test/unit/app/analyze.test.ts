// Owns the story of `analyze` on files made here: names of points, gzip, what is said, and what is refused.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Analysis, analyze } from '../../../src/app/analyze.ts';
import { pointsTable } from '../../../src/report/analysis.ts';
import { analysisJson } from '../../../src/report/analysis-json.ts';
import { analysisMarkdown, analysisText } from '../../../src/report/analysis-text.ts';
import * as p from '../../support/packets.ts';
import { interfaceBlock, packetBlock, sectionBlock } from '../../support/pcapng.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = scratchFolder('labctl-analyze-');
const macs = { from: '5e0000000001', to: '5e0000000002' };
const echo = (ttl: number): Uint8Array =>
  p.ipv4(1, { from: '10.244.1.2', to: '10.244.2.3', ttl, id: 9 }, p.echo(8, 7, 1));
const pod = p.pcapFile([{ bytes: p.eth(0x0800, echo(64), macs), time: 5e9 }]);
const node = p.eth(0x0800, p.ipv4(4, { from: '10.1.5.10', to: '10.1.8.11' }, echo(63)), macs);
writeFileSync(join(folder, 'pod-a.pcap'), pod);
writeFileSync(join(folder, 'node.pcap.gz'), gzipSync(p.pcapFile([{ bytes: node, time: 5e9 + 20_000 }])));
writeFileSync(join(folder, 'cut.pcap'), pod.subarray(0, pod.length - 3));
writeFileSync(join(folder, 'cut.pcap.gz'), gzipSync(pod).subarray(0, 60));
writeFileSync(join(folder, 'pod-a.pcap.zst'), p.hex('28b52ffd000000'));
writeFileSync(join(folder, 'none.txt'), 'nothing of the kind, though it is long enough');
writeFileSync(
  join(folder, 'two.pcapng'),
  p.joined(
    sectionBlock(true),
    interfaceBlock(true, 1, { name: 'pod-a:eth0' }),
    interfaceBlock(true, 1, { name: 'leaf0:eth1' }),
    packetBlock(true, 0, 5_000_000n, p.eth(0x0800, echo(64), macs)),
    packetBlock(true, 1, 5_000_009n, p.eth(0x0800, echo(62), macs)),
  ),
);

const run = (files: readonly string[], points: readonly string[] = []): Promise<Analysis> =>
  analyze({ cwd: folder, signal: new AbortController().signal }, { files, points });
const names = ({ correlation }: Analysis): readonly string[] => correlation.correlator.points.map(({ name }) => name);

describe('analyze', () => {
  it('names points by their files, or as told, and follows a packet through a compressed one', async () => {
    const all = await run(['pod-a.pcap'], ['worker:net0=node.pcap.gz']);

    expect(names(all)).toEqual(['pod-a', 'worker:net0']);
    expect(analysisText(all)).toMatch(/^icmp 10\.244\.1\.2 > 10\.244\.2\.3 id 7: 1 packet, echo request seq 1$/m);
    expect(analysisText(all)).toMatch(/^pod-a +1 +64 +plain +58 +0x0009 +- +0\.0 us$/m);
    expect(analysisText(all)).toMatch(
      /^worker:net0 .* IPIP 10\.1\.5\.10 > 10\.1\.8\.11 \(\+20\) +78 .* 20\.0 us +1 routed hop; outer TTL 64$/m,
    );
    expect(analysisMarkdown(all)).toContain('| worker:net0 | 1 | 63 | IPIP 10.1.5.10 > 10.1.8.11 (+20) |');
    expect(analysisJson(all)).toMatchObject({
      paths: [{ packets: 1, hops: [{ ttl: 64 }, { encapsulation: 'IPIP', outer: { overhead: 20 } }] }],
      notRead: [],
    });
  });

  it('takes the interfaces of one pcapng file for points', async () => {
    const all = await run(['two.pcapng']);

    expect(names(all)).toEqual(['two:pod-a:eth0', 'two:leaf0:eth1']);
    expect(all.correlation.paths[0]?.hops.map(({ ttl }) => ttl)).toEqual([64, 62]);
  });

  it('tells interfaces apart that have one name in two sections, and the link of each', async () => {
    const section = [
      sectionBlock(true),
      interfaceBlock(true, 1, { name: 'eth0' }),
      interfaceBlock(true, 101, { name: 'tunl0' }),
    ];
    const packets = [
      packetBlock(true, 0, 5_000_000n, p.eth(0x0800, echo(64), macs)),
      packetBlock(true, 1, 5_000_001n, echo(63)),
    ];
    writeFileSync(join(folder, 'cat.pcapng'), p.joined(...section, ...packets, ...section, ...packets));
    const all = await run(['cat.pcapng']);

    expect(pointsTable(all).rows.map(([name, , link]) => `${name} ${link}`)).toEqual([
      'cat:eth0 Ethernet',
      'cat:tunl0 raw IP',
      'cat:eth0#2 Ethernet',
      'cat:tunl0#2 raw IP',
    ]);
  });

  it('shows Ethernet addresses when asked for', async () => {
    expect(analysisText(await run(['pod-a.pcap']), true)).toMatch(
      /^pod-a +5e:00:00:00:00:01 > 5e:00:00:00:00:02 +1 +64 /m,
    );
  });

  it('says what could not be read and uses the rest', async () => {
    const text = analysisText(await run(['cut.pcap', 'pod-a.pcap', 'cut.pcap.gz']));

    expect(text).toMatch(/cut\.pcap: at byte 24: the file ends inside a packet/);
    expect(text).toMatch(/cut\.pcap\.gz: .*gzip: unexpected end of file/);
  });

  it('refuses files that are not there, all at once, files that are none, and names that clash', async () => {
    await expect(run(['a.pcap', 'b.pcap'])).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: expect.stringMatching(/a\.pcap, .*b\.pcap/),
    });
    await expect(run(['none.txt'])).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      facts: [expect.stringContaining('neither pcap nor pcapng')],
    });
    await expect(run(['pod-a.pcap.zst'])).rejects.toMatchObject({
      facts: [expect.stringContaining('compressed with zstd: zstd -d it first')],
    });
    await expect(run(['.'])).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      hint: expect.stringContaining('/*.pcap'),
    });
    await expect(run([])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run([], ['pod-a.pcap'])).rejects.toMatchObject({
      code: 'USAGE',
      message: '--point pod-a.pcap: not name=file',
    });
    await expect(run(['pod-a.pcap'], ['pod-a=two.pcapng'])).rejects.toMatchObject({
      message: 'two points are named pod-a',
    });
  });
});
