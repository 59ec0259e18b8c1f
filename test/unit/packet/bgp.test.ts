// Owns the tests of BGP messages and of putting them together from TCP segments.

import { describe, expect, it } from 'vitest';
import { type BgpMessage, bgpMessage } from '../../../src/packet/bgp-message.ts';
import { BgpStream } from '../../../src/packet/bgp-stream.ts';
import { hex, joined, u16, u32 } from '../../support/packets.ts';

function message(type: number, body: Uint8Array): Uint8Array {
  return joined(hex('ff'.repeat(16)), u16(19 + body.length), Uint8Array.of(type), body);
}

function attribute(type: number, value: Uint8Array, isLong = false): Uint8Array {
  return joined(
    Uint8Array.of(isLong ? 0x50 : 0x40, type),
    isLong ? u16(value.length) : Uint8Array.of(value.length),
    value,
  );
}

function update(withdrawn: string, attributes: readonly Uint8Array[], announced: string): Uint8Array {
  const all = joined(...attributes);
  return message(2, joined(u16(hex(withdrawn).length), hex(withdrawn), u16(all.length), all, hex(announced)));
}

function read(bytes: Uint8Array): BgpMessage {
  return bgpMessage(bytes, 0, bytes.length);
}

const keepalive = message(4, new Uint8Array());

describe('a BGP message', () => {
  it('OPEN gives the AS of RFC 6793 and the capabilities', () => {
    const capabilities = hex('02 0c 0104 00010001 4104 0001 1170');
    const open = message(1, joined(hex('04 5ba0 00b4 0a010501'), Uint8Array.of(capabilities.length), capabilities));

    expect(read(open)).toEqual({ kind: 'open', as: 70_000, holdTime: 180, id: '10.1.5.1', capabilities: [1, 65] });
  });

  it('UPDATE gives the attributes of a reflected route', () => {
    const attributes = [
      attribute(1, hex('00')),
      attribute(2, joined(hex('0202'), u32(65_001), u32(65_002), hex('0101'), u32(65_009)), true),
      attribute(3, hex('0a01050b')),
      attribute(4, u32(10)),
      attribute(5, u32(100)),
      attribute(9, hex('0a01050b')),
      attribute(10, hex('0a010501 0a010801')),
      attribute(8, hex('fde90064 ffffff01')),
      attribute(16, hex('0002fde900000064')),
      attribute(32, joined(u32(65_001), u32(1), u32(2))),
    ];

    expect(read(update('18 0a0109', attributes, '1a 0af48040 20 0af48e00'))).toEqual({
      kind: 'update',
      withdrawn: ['10.1.9.0/24'],
      announced: ['10.244.128.64/26', '10.244.142.0/32'],
      origin: 'IGP',
      asPath: '65001 65002 {65009}',
      nextHop: '10.1.5.11',
      med: 10,
      localPref: 100,
      originatorId: '10.1.5.11',
      clusterList: ['10.1.5.1', '10.1.8.1'],
      communities: ['65001:100', 'no-export', 'target 65001:100', '65001:1:2'],
      reach: undefined,
      unreach: undefined,
    });
  });

  it('UPDATE with two-byte AS numbers is read as such', () => {
    expect(read(update('', [attribute(2, joined(hex('0202'), u16(65_001), u16(65_002)))], ''))).toMatchObject({
      asPath: '65001 65002',
    });
  });

  it('UPDATE gives IPv6 routes with both next hops, and their withdrawal', () => {
    const reach = hex(
      `0002 01 20 fd00${'00'.repeat(13)}01 fe80${'00'.repeat(13)}01 00 7a fd00001000000000000000000000 1480`.replace(
        /\s/g,
        '',
      ),
    );
    const message = read(update('', [attribute(14, reach), attribute(15, hex('0002 01 40 fd00001100000000'))], ''));

    expect(message).toMatchObject({
      reach: { afi: 2, safi: 1, nextHops: ['fd00::1', 'fe80::1'], prefixes: ['fd00:10::1480/122'] },
      unreach: { afi: 2, prefixes: ['fd00:11::/64'], nextHops: [] },
    });
  });

  it.each([
    ['that BIRD sent to FRR', '00000004 1a 0af4df40', ['10.244.223.64/26']],
    ['of two paths to the default route', '00000001 00 00000002 00', ['0.0.0.0/0', '0.0.0.0/0']],
    ['without, of the default route and another', '00 18 0a0109', ['0.0.0.0/0', '10.1.9.0/24']],
  ])('UPDATE with path identifiers (RFC 7911) %s', (_, prefixes, announced) => {
    expect(read(update('', [], prefixes))).toMatchObject({ kind: 'update', announced });
  });

  it('whose lengths contradict each other is malformed', () => {
    expect(read(update('', [hex('40 02 ff 0201')], ''))).toEqual({ kind: 'malformed', type: 2 });
    expect(read(message(2, hex('ffff')))).toEqual({ kind: 'malformed', type: 2 });
    expect(read(message(9, hex('')))).toEqual({ kind: 'malformed', type: 9 });
    expect(read(message(3, hex('0607')))).toEqual({ kind: 'notification', code: 6, subcode: 7 });
  });

  it("NOTIFICATION gives the administrator's words, without what a terminal would obey", () => {
    const said = message(3, joined(hex('0602 0b'), new TextEncoder().encode('at \u001b[1m night')));

    expect(read(said)).toMatchObject({ code: 6, subcode: 2, text: 'at ?[1m nig' });
    expect(read(message(3, hex('0602ff41')))).toMatchObject({ text: 'A' });
  });
});

describe('a BGP stream', () => {
  const two = joined(update('', [attribute(3, hex('0a01050b'))], '20 0af48e00'), keepalive);
  const kinds = (stream: BgpStream, sequence: number, bytes: Uint8Array): readonly string[] =>
    stream.take(sequence, false, bytes, 0, bytes.length).map(({ kind }) => kind);

  it('gives several messages of one segment', () => {
    expect(kinds(new BgpStream(), 1, two)).toEqual(['update', 'keepalive']);
  });

  it('puts a message together across segments, at any cut, and leaves retransmissions out', () => {
    for (let cut = 1; cut < two.length; cut++) {
      const stream = new BgpStream();
      stream.take(0xfffffff0 - 1, true, two, 0, 0);
      const first = kinds(stream, 0xfffffff0, two.subarray(0, cut));
      const again = kinds(stream, 0xfffffff0, two.subarray(0, cut));
      const rest = kinds(stream, (0xfffffff0 + cut) >>> 0, two.subarray(cut));

      expect([...first, ...again, ...rest]).toEqual(['update', 'keepalive']);
      expect(again).toEqual([]);
    }
  });

  it('forgets what was begun when bytes are missing, and finds the next message', () => {
    const stream = new BgpStream();
    kinds(stream, 1, two.subarray(0, 30));

    expect(kinds(stream, 500, keepalive)).toEqual(['keepalive']);
    expect(kinds(new BgpStream(), 1, joined(hex('0102030405'), keepalive))).toEqual(['keepalive']);
  });
});
