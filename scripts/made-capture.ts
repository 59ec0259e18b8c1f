// Writes a pcap file for the decode benchmark: TCP of 500 connections, each packet plain at the pod and then in VXLAN.
// Usage: tsx scripts/made-capture.ts <file> <packets> [payload bytes]

import { closeSync, openSync, writeSync } from 'node:fs';
import * as p from '../test/support/packets.ts';

const [file = '', packets = '1000000', payload = '100'] = process.argv.slice(2);
const macs = { from: '5e0000000001', to: '5e0000000002' };
const nodes = { from: '10.1.5.10', to: '10.1.8.11' };

/** A plain frame and the same one wrapped; offsets of the inner IP header are 14 and 64. */
const templates = Array.from({ length: 500 }, (_, connection) => {
  const ends = { from: `10.244.${connection >> 8}.${connection & 0xff}`, to: '10.244.9.9' };
  const segment = p.tcp({ from: 40_000 + connection, to: 80, timestamp: 1 }, new Uint8Array(Number(payload)));
  const inner = (ttl: number): Uint8Array => p.eth(0x0800, p.ipv4(6, { ...ends, ttl }, segment), macs);
  return [
    inner(64),
    p.eth(0x0800, p.ipv4(17, nodes, p.udp(50_000 + connection, 4789, p.vxlan(4096, inner(63)))), macs),
  ];
});

const out = openSync(file, 'w');
writeSync(out, p.pcapFile([]));
let batch: Uint8Array[] = [];
for (let number = 0; number < Number(packets); number++) {
  const pair = number >> 1;
  const isWrapped = (number & 1) === 1;
  const frame = templates[pair % 500]![number & 1]!.slice();
  const ip = isWrapped ? 64 : 14;
  frame.set(p.u16(pair & 0xffff), ip + 4);
  frame.set(p.u32(pair * 100), ip + 24);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(1_700_000_000 + Math.floor(number / 10_000), 0);
  header.writeUInt32LE((number % 10_000) * 100_000, 4);
  header.writeUInt32LE(frame.length, 8);
  header.writeUInt32LE(frame.length, 12);
  batch.push(header, frame);
  if (batch.length >= 20_000 || number === Number(packets) - 1) {
    writeSync(out, p.joined(...batch));
    batch = [];
  }
}
closeSync(out);
