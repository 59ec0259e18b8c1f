// Owns how a packet is wrapped: what stands around the innermost IP header.

import { destinationOf, sourceOf, vniOf } from '../packet/fields.ts';
import { type Layers, layer, layerNames } from '../packet/layers.ts';
import { type Fingerprint, FingerprintIndex } from './fingerprint.ts';

/** The headers around the innermost packet, between its two tunnel ends. */
export interface Wrap {
  readonly index: number;
  /** `IPIP`, `VXLAN`, `GENEVE`, `flannel UDP`, `GRE/MPLS`: from outside to inside; `plain` without any. */
  readonly name: string;
  /** Of the outermost IP header; undefined when plain. */
  readonly source: string | undefined;
  readonly destination: string | undefined;
  readonly vni: number | undefined;
  /** Bytes from the outermost IP header to the innermost. */
  readonly overhead: number;
}

/** The wrappings seen so far; the first is none. */
export class Wraps {
  readonly all: Wrap[] = [
    { index: 0, name: 'plain', source: undefined, destination: undefined, vni: undefined, overhead: 0 },
  ];
  private readonly index = new FingerprintIndex();

  /** The number of the packet's wrapping. Uses `print`. */
  find(print: Fingerprint, layers: Layers, bytes: Uint8Array): number {
    const { outerIp, innerIp } = layers;
    if (outerIp === innerIp) return 0;
    print.begin();
    for (let place = 0; place <= innerIp; place++) {
      const kind = layers.kinds[place]!;
      const at = layers.starts[place]!;
      print.add(kind);
      if (place === innerIp) break;
      if (kind === layer.ipv4) print.addWords(bytes, at + 12, 8);
      else if (kind === layer.ipv6) print.addWords(bytes, at + 8, 32);
      else if (kind === layer.vxlan || kind === layer.geneve) print.add(vniOf(bytes, at));
    }
    const known = this.index.get(print.low, print.high);
    if (known >= 0) return known;
    const made = wrapOf(this.all.length, layers, bytes);
    // 65,536 is what a column holds; more tunnels than that count as one.
    if (made.index > 65_535) return 65_535;
    this.all.push(made);
    this.index.set(print.low, print.high, made.index);
    return made.index;
  }
}

function wrapOf(index: number, layers: Layers, bytes: Uint8Array): Wrap {
  const { outerIp, innerIp } = layers;
  const names: string[] = [];
  let vni: number | undefined;
  for (let place = outerIp; place < innerIp; place++) {
    const [kind, inside] = [layers.kinds[place]!, layers.kinds[place + 1]!];
    if (kind === layer.vxlan || kind === layer.geneve) vni ??= vniOf(bytes, layers.starts[place]!);
    const isIp = kind === layer.ipv4 || kind === layer.ipv6;
    if (isIp && (inside === layer.ipv4 || inside === layer.ipv6)) names.push(ipInIp(kind, inside));
    else if (kind === layer.flannel) names.push('flannel UDP');
    else if (kind >= layer.vxlan) names.push(layerNames[kind]!.toUpperCase());
  }
  return {
    index,
    name: names.join('/'),
    source: sourceOf(layers, bytes, outerIp),
    destination: destinationOf(layers, bytes, outerIp),
    vni,
    overhead: layers.starts[innerIp]! - layers.starts[outerIp]!,
  };
}

/** IPIP (RFC 2003), 6in4 (RFC 4213), 4in6 and 6in6 (RFC 2473). */
function ipInIp(outer: number, inner: number): string {
  if (outer === layer.ipv4) return inner === layer.ipv4 ? 'IPIP' : '6in4';
  return inner === layer.ipv4 ? '4in6' : '6in6';
}
