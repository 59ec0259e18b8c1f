// Owns bringing together packets made by hand, as points would have seen them.

import { Correlator } from '../../src/flow/correlator.ts';
import { findingsOf } from '../../src/flow/findings.ts';
import { flowText } from '../../src/flow/flow.ts';
import { type Correlation, correlate } from '../../src/flow/paths.ts';
import { CaptureParser } from '../../src/packet/capture-parser.ts';
import * as p from './packets.ts';

const ms = 1_000_000;
const start = 1_700_000_000_000 * ms;

/** Points in order, each with its frames as `[milliseconds, IPv4 packet]` or a whole Ethernet frame. */
export function seen(points: Readonly<Record<string, readonly (readonly [number, Uint8Array])[]>>): Correlation {
  const correlator = new Correlator();
  for (const [name, frames] of Object.entries(points)) {
    const point = correlator.addPoint(name);
    const parser = new CaptureParser((frame) => correlator.see(point, frame));
    const timed = frames.map(([time, bytes]) => ({
      time: start + time * ms,
      bytes: bytes[0] === 0x45 ? p.eth(0x0800, bytes, { from: '5e0000000001', to: '5e0000000002' }) : bytes,
    }));
    parser.push(p.pcapFile(timed));
  }
  return correlate(correlator);
}

/** Every path: how many packets, then each point with its TTL, and the flow where translation made it another. */
export function hopsOf({ correlator, paths }: Correlation): readonly string[] {
  return paths.map(({ hops, count }) => {
    const way = hops.map((hop, place) => {
      const isNew = place > 0 && hops[place - 1]!.flow !== hop.flow;
      return `${correlator.points[hop.point]!.name} ${hop.ttl}${isNew ? ` ${flowText(correlator.flows.all[hop.flow]!)}` : ''}`;
    });
    return `${count}x ${way.join(' > ')}`;
  });
}

/** Every finding as `kind: text`. */
export const kinds = (correlation: Correlation): readonly string[] =>
  findingsOf(correlation).map(({ kind, text }) => `${kind}: ${text}`);
