// Owns what stands before a packet on its link: Ethernet addresses with their tags, or what a cooked capture keeps of them.

import { long, macText, word } from '../packet/bytes.ts';
import { type Layers, layer } from '../packet/layers.ts';
import { type Fingerprint, FingerprintIndex } from './fingerprint.ts';

/** The link-layer header of a packet at a point. */
export type Link =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'ethernet';
      readonly source: string;
      readonly destination: string;
      /** 802.1Q identifiers, outermost first. */
      readonly vlans: readonly number[];
    }
  | {
      readonly kind: 'cooked';
      /** The interface's number; version 1 of the format has none. */
      readonly interface: number | undefined;
      readonly direction: 'in' | 'out' | 'other';
    };

/** The link-layer headers seen so far; the first is none. */
export class Links {
  readonly all: Link[] = [{ kind: 'none' }];
  private readonly index = new FingerprintIndex();

  /** The number of the packet's header. Uses `print`. */
  find(print: Fingerprint, layers: Layers, bytes: Uint8Array): number {
    const kind = layers.kinds[0]!;
    if (kind !== layer.ethernet && kind !== layer.cooked) return 0;
    const at = layers.starts[0]!;
    print.begin();
    // Of a cooked header all but the sender's address; its versions differ in length.
    print.addWords(bytes, at, kind === layer.ethernet || lengthOf(layers) === 20 ? 12 : 4);
    for (let place = 1; layers.kinds[place] === layer.vlan && place < layers.count; place++) {
      print.add(word(bytes, layers.starts[place]!) & 0xfff);
    }
    const known = this.index.get(print.low, print.high);
    if (known >= 0) return known;
    // What a column holds; more than that count as one.
    if (this.all.length > 65_535) return 65_535;
    this.index.set(print.low, print.high, this.all.length);
    return this.all.push(kind === layer.ethernet ? ethernetOf(layers, bytes, at) : cookedOf(layers, bytes, at)) - 1;
  }
}

function ethernetOf(layers: Layers, bytes: Uint8Array, at: number): Link {
  const vlans: number[] = [];
  for (let place = 1; layers.kinds[place] === layer.vlan && place < layers.count; place++) {
    vlans.push(word(bytes, layers.starts[place]!) & 0xfff);
  }
  return { kind: 'ethernet', source: macText(bytes, at + 6), destination: macText(bytes, at), vlans };
}

/** Version 1 begins with the packet's type; version 2 has the interface at 4 and the type at 10: 0 to 3 came in, 4 went out. */
function cookedOf(layers: Layers, bytes: Uint8Array, at: number): Link {
  const isSecond = lengthOf(layers) === 20;
  const type = isSecond ? bytes[at + 10]! : word(bytes, at);
  const direction = type === 4 ? 'out' : type === 3 ? 'other' : 'in';
  return { kind: 'cooked', interface: isSecond ? long(bytes, at + 4) : undefined, direction };
}

function lengthOf({ count, starts, at }: Layers): number {
  return (count > 1 ? starts[1]! : at) - starts[0]!;
}

/** `02:00:00:00:00:01 > 02:00:00:00:00:02 VLAN 100 10`, `interface 3 in`; empty without a header. */
export function linkText(link: Link): string {
  if (link.kind === 'none') return '';
  if (link.kind === 'ethernet') return [`${link.source} > ${link.destination}`, ...vlanWords(link)].join(' ');
  return [...(link.interface === undefined ? [] : [`interface ${link.interface}`]), link.direction].join(' ');
}

/** What of it tells points of one file apart: `VLAN 100 10`, `interface 3 in`. */
export function linkNotes(link: Link): readonly string[] {
  if (link.kind === 'none') return [];
  return link.kind === 'ethernet' ? vlanWords(link) : [linkText(link)];
}

function vlanWords({ vlans }: { readonly vlans: readonly number[] }): readonly string[] {
  return vlans.length === 0 ? [] : [`VLAN ${vlans.join(' ')}`];
}
