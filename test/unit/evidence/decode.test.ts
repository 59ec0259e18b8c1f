// Owns the tests of the pcap reader and the decoder on frames made by hand, whole and cut at every length.

import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../src/evidence/decode.ts';
import { echoesIn, hasPattern } from '../../../src/evidence/echo.ts';
import { readPcap } from '../../../src/evidence/pcap.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

const ethernet = (type: string): string => `eeeeeeeeeeee 5e0000000001 ${type}`;
const word = (value: number): string => value.toString(16).padStart(4, '0');
const ipv4 = (protocol: string, ttl: string, payload: string, ends = '0af40102 0af40203'): string =>
  `4500 ${word(20 + hex(payload).length)} 0001 4000 ${ttl}${protocol} 0000 ${ends} ${payload}`;
const echo = (type: string): string => `${type}00 0000 1234 0001 ${'00'.repeat(16)} ${'c0ffee0011223344'.repeat(5)}`;
const udp = (payload: string): string => `c000 12b5 ${word(8 + hex(payload).length)} 0000 ${payload}`;
const nodes = '0a01050a 0a01080b';

const plain = hex(ethernet('0800') + ipv4('01', '40', echo('08')));
const tagged = hex(`${ethernet('8100')} 0064 0800 ${ipv4('01', '40', echo('08'))}`);
const ipip = hex(ethernet('0800') + ipv4('04', '3f', ipv4('01', '3e', echo('08')), nodes));
const vxlan = hex(
  ethernet('0800') +
    ipv4('11', '40', udp(`0800 0000 0010 0000 ${ethernet('0800')} ${ipv4('01', '3f', echo('00'))}`), nodes),
);
const overIpv6 = hex(
  `${ethernet('86dd')} 6000 0000 ${word(hex(echo('80')).length)} 3a3f fd000000000000000000000000000001 fd000000000000000000000000000002 ${echo('80')}`,
);

function pcapOf(
  order: 'little' | 'big',
  magic: number,
  fraction: number,
  frames: readonly Uint8Array[],
  linkType = 1,
): Uint8Array {
  const number = (value: number): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, order === 'little');
    return bytes;
  };
  const head = [number(magic), hex(order === 'little' ? '02000400' : '00020004'), number(0), number(0), number(65535)];
  const records = frames.flatMap((frame) => [
    number(7),
    number(fraction),
    number(frame.length),
    number(frame.length),
    frame,
  ]);
  return new Uint8Array(Buffer.concat([...head, number(linkType), ...records]));
}

describe('the pcap reader', () => {
  it.each([
    ['little', 0xa1b2c3d4, 7_000_005_000n],
    ['big', 0xa1b2c3d4, 7_000_005_000n],
    ['little', 0xa1b23c4d, 7_000_000_005n],
    ['big', 0xa1b23c4d, 7_000_000_005n],
  ] as const)('reads %s-endian files of magic %i', (order, magic, time) => {
    const pcap = readPcap(pcapOf(order, magic, 5, [plain, ipip]));

    expect(pcap).toMatchObject({ linkType: 1, isCut: false });
    expect(pcap?.frames.map((frame) => [frame.time, frame.length])).toEqual([
      [time, plain.length],
      [time, ipip.length],
    ]);
    expect(pcap?.frames[1]?.bytes).toEqual(ipip);
  });

  it('leaves a cut last frame out and says so', () => {
    const whole = pcapOf('little', 0xa1b2c3d4, 5, [plain, ipip]);

    for (let length = 24; length < whole.length; length++) {
      const pcap = readPcap(whole.subarray(0, length));
      expect(pcap?.frames.length).toBe(length < 24 + 16 + plain.length ? 0 : 1);
      expect(pcap?.isCut).toBe(length !== 24 && length !== 24 + 16 + plain.length);
    }
  });

  it('refuses what is no pcap file, and a frame longer than any', () => {
    expect(readPcap(hex('0a0d0d0a'.repeat(8)))).toBeUndefined();
    expect(readPcap(new Uint8Array())).toBeUndefined();
    const file = pcapOf('little', 0xa1b2c3d4, 5, [plain]);
    new DataView(file.buffer).setUint32(24 + 8, 0xffffffff, true);
    expect(readPcap(file)).toMatchObject({ frames: [], isCut: true });
  });
});

describe('the decoder', () => {
  it.each([
    ['a plain echo', plain, ['ethernet', 'ip', 'icmp']],
    ['an echo with an 802.1Q tag', tagged, ['ethernet', 'vlan', 'ip', 'icmp']],
    ['an echo in IPIP', ipip, ['ethernet', 'ip', 'ip', 'icmp']],
    ['an echo in VXLAN', vxlan, ['ethernet', 'ip', 'udp', 'vxlan', 'ethernet', 'ip', 'icmp']],
    ['an echo over IPv6', overIpv6, ['ethernet', 'ip', 'icmp']],
  ])('names the layers of %s', (_, frame, kinds) => {
    expect(decodeFrame(frame, 1).map((layer) => layer.kind)).toEqual(kinds);
  });

  it('reads ARP and TCP', () => {
    const arp = hex(`${ethernet('0806')} 0001 0800 0604 0001 5e0000000001 0af40102 000000000000 a9fe0101`);
    const tcp = hex(ethernet('0800') + ipv4('06', '40', 'c350 0050 00000000 00000000 5012 ffff 0000 0000'));

    expect(decodeFrame(arp, 1)[1]).toEqual({
      kind: 'arp',
      operation: 1,
      sender: '10.244.1.2',
      senderMac: '5e:00:00:00:00:01',
      target: '169.254.1.1',
    });
    expect(decodeFrame(tcp, 1)[2]).toEqual({ kind: 'tcp', sourcePort: 50000, destinationPort: 80, flags: 0x012 });
  });

  it('starts at the IP header on a raw device', () => {
    expect(decodeFrame(plain.subarray(14), 101).map((layer) => layer.kind)).toEqual(['ip', 'icmp']);
    expect(decodeFrame(plain, 113)).toEqual([{ kind: 'rest', because: 'link type 113', length: plain.length }]);
  });

  it('does not take a later fragment for a header', () => {
    const fragment = plain.slice();
    fragment.set([0x20, 0x10], 14 + 6);

    expect(decodeFrame(fragment, 1).map((layer) => layer.kind)).toEqual(['ethernet', 'ip']);
  });

  it('never reads past the end: every shorter frame ends in a rest or a shorter payload', () => {
    for (const frame of [plain, tagged, ipip, vxlan, overIpv6]) {
      for (let length = 0; length < frame.length; length++) {
        const layers = decodeFrame(frame.subarray(0, length), 1);
        const icmp = layers.at(-1);
        if (icmp?.kind === 'icmp') expect(icmp.payload.length).toBeLessThan(56);
        else expect(icmp).toMatchObject({ kind: 'rest', because: expect.stringMatching(/cut short|no IP header/) });
      }
    }
  });
});

describe('finding echoes', () => {
  it('takes only those with our pattern', () => {
    const foreign = plain.slice();
    foreign.fill(0xaa, foreign.length - 40);
    const pcap = readPcap(pcapOf('little', 0xa1b23c4d, 5, [foreign, plain]));

    const echoes = echoesIn(pcap!, (payload) => hasPattern(payload, 'c0ffee0011223344'));

    expect(echoes).toHaveLength(1);
    expect(echoes[0]).toMatchObject({ kind: 'request', sequence: 1, ttl: 64, wrapping: 'none', outer: undefined });
  });

  it('tells the wrapping and keeps the outer header', () => {
    const pcap = readPcap(pcapOf('little', 0xa1b23c4d, 5, [ipip, vxlan, overIpv6]));
    const [inIpip, inVxlan, v6] = echoesIn(pcap!, () => true);

    expect(inIpip).toMatchObject({
      kind: 'request',
      ttl: 62,
      source: '10.244.1.2',
      destination: '10.244.2.3',
      wrapping: 'ipip',
      outer: { source: '10.1.5.10', destination: '10.1.8.11', ttl: 63, vni: undefined },
    });
    expect(inVxlan).toMatchObject({ kind: 'reply', ttl: 63, wrapping: 'vxlan', outer: { ttl: 64, vni: 4096 } });
    expect(v6).toMatchObject({ kind: 'request', source: 'fd00::1', ttl: 63, wrapping: 'none' });
  });
});
