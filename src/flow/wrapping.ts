// Owns how a packet is wrapped: what stands around the innermost IP header.

import { word } from '../packet/bytes.ts';
import { tunnelPort } from '../packet/decode-transport.ts';
import { destinationOf, greKeyOf, mplsLabels, sourceOf, vniOf } from '../packet/fields.ts';
import { type Layers, layer, layerNames } from '../packet/layers.ts';
import { type Fingerprint, FingerprintIndex } from './fingerprint.ts';
import { endText } from './flow.ts';

/** The headers between one outer IP header and the next one inside. */
export interface Tunnel {
  /** `IPIP`, `VXLAN`, `GENEVE`, `flannel UDP`, `GRE/MPLS`: from outside to inside. */
  readonly name: string;
  /** Undefined for labels (MPLS) that stand on Ethernet itself. */
  readonly source: string | undefined;
  readonly destination: string | undefined;
  readonly vni: number | undefined;
  /** UDP's destination port. */
  readonly port: number | undefined;
  /** GRE's key (RFC 2890). */
  readonly key: number | undefined;
  /** MPLS labels, outermost first. */
  readonly labels: readonly number[];
}

/** All that stands around the innermost packet. */
export interface Wrap {
  readonly index: number;
  /** The tunnels' names, `plain` without any. */
  readonly name: string;
  /** Of the outermost IP header; undefined when plain. */
  readonly source: string | undefined;
  readonly destination: string | undefined;
  /** Of the outermost tunnel that has one. */
  readonly vni: number | undefined;
  /** Bytes from the outermost tunnel's header to the innermost IP header. */
  readonly overhead: number;
  /** From outside to inside. */
  readonly tunnels: readonly Tunnel[];
}

/** The wrappings seen so far; the first is none. */
export class Wraps {
  readonly all: Wrap[] = [
    { index: 0, name: 'plain', source: undefined, destination: undefined, vni: undefined, overhead: 0, tunnels: [] },
  ];
  private readonly index = new FingerprintIndex();

  /** The number of the packet's wrapping. Uses `print`. */
  find(print: Fingerprint, layers: Layers, bytes: Uint8Array): number {
    const { innerIp } = layers;
    const first = firstOf(layers);
    if (first === innerIp) return 0;
    print.begin();
    for (let place = 0; place <= innerIp; place++) {
      const kind = layers.kinds[place]!;
      const at = layers.starts[place]!;
      print.add(kind);
      if (place === innerIp) break;
      if (kind === layer.ipv4) print.addWords(bytes, at + 12, 8);
      else if (kind === layer.ipv6) print.addWords(bytes, at + 8, 32);
      else if (kind === layer.vxlan || kind === layer.geneve) print.add(vniOf(bytes, at));
      else if (kind === layer.gre) print.add(greKeyOf(bytes, at) ?? -1);
      else if (kind === layer.mpls) for (const label of mplsLabels(bytes, at)) print.add(label);
    }
    const known = this.index.get(print.low, print.high);
    if (known >= 0) return known;
    const made = wrapOf(this.all.length, first, layers, bytes);
    // 65,536 is what a column holds; more tunnels than that count as one.
    if (made.index > 65_535) return 65_535;
    this.all.push(made);
    this.index.set(print.low, print.high, made.index);
    return made.index;
  }
}

/** The place of the outermost IP header, or of the labels before it. */
function firstOf({ kinds, outerIp }: Layers): number {
  return outerIp > 0 && kinds[outerIp - 1] === layer.mpls ? outerIp - 1 : outerIp;
}

function wrapOf(index: number, first: number, layers: Layers, bytes: Uint8Array): Wrap {
  const { innerIp } = layers;
  const tunnels: Tunnel[] = [];
  for (let place = first; place < innerIp; ) {
    let end = place + 1;
    while (end < innerIp && !isIp(layers.kinds[end]!)) end++;
    tunnels.push(tunnelOf(layers, bytes, place, end));
    place = end;
  }
  return {
    index,
    name: tunnels.map(({ name }) => name).join('/'),
    source: tunnels[0]?.source,
    destination: tunnels[0]?.destination,
    vni: tunnels.find(({ vni }) => vni !== undefined)?.vni,
    overhead: layers.starts[innerIp]! - layers.starts[first]!,
    tunnels,
  };
}

/** The headers from `from`, an IP header or the first labels, up to the IP header at `end`. */
function tunnelOf(layers: Layers, bytes: Uint8Array, from: number, end: number): Tunnel {
  const kind = layers.kinds[from]!;
  const names: string[] = [];
  let [vni, port, key]: [number | undefined, number | undefined, number | undefined] = [
    undefined,
    undefined,
    undefined,
  ];
  const labels: number[] = [];
  for (let place = from; place < end; place++) {
    const [inside, at] = [layers.kinds[place]!, layers.starts[place]!];
    if (inside === layer.vxlan || inside === layer.geneve) vni ??= vniOf(bytes, at);
    else if (inside === layer.udp) port = word(bytes, at + 2);
    else if (inside === layer.gre) key = greKeyOf(bytes, at);
    else if (inside === layer.mpls) labels.push(...mplsLabels(bytes, at));
    if (inside === layer.flannel) names.push('flannel UDP');
    else if (inside >= layer.vxlan) names.push(layerNames[inside]!.toUpperCase());
  }
  if (names.length === 0) names.push(ipInIp(kind, layers.kinds[end]!));
  const ends = isIp(kind) ? [sourceOf(layers, bytes, from), destinationOf(layers, bytes, from)] : [];
  return { name: names.join('/'), source: ends[0], destination: ends[1], vni, port, key, labels };
}

function isIp(kind: number): boolean {
  return kind === layer.ipv4 || kind === layer.ipv6;
}

/** IPIP (RFC 2003), 6in4 (RFC 4213), 4in6 and 6in6 (RFC 2473). */
function ipInIp(outer: number, inner: number): string {
  if (outer === layer.ipv4) return inner === layer.ipv4 ? 'IPIP' : '6in4';
  return inner === layer.ipv4 ? '4in6' : '6in6';
}

const usualPorts: readonly (number | undefined)[] = [
  tunnelPort.vxlan,
  tunnelPort.geneve,
  tunnelPort.flannel,
  undefined,
];

/**
 * `plain`, or each tunnel with its ends, from outside to inside, and what they add: `VXLAN 4096 10.1.5.10 > 10.1.8.11 (+50)`. A UDP
 * port is told where it is not the usual one.
 */
export function wrapText({ name, tunnels, overhead }: Wrap): string {
  if (tunnels.length === 0) return name;
  return `${tunnels.map(tunnelText).join(', ')} (+${overhead})`;
}

function tunnelText({ name, source, destination, vni, port, key, labels }: Tunnel): string {
  const ids = [...(key === undefined ? [] : [`key ${key}`]), ...(vni === undefined ? [] : [vni])];
  const words = [name, ...ids, ...(labels.length === 0 ? [] : [`label ${labels.join(' ')}`])];
  if (source === undefined || destination === undefined) return words.join(' ');
  const to = usualPorts.includes(port) ? destination : endText(destination, port);
  return `${words.join(' ')} ${source} > ${to}`;
}
