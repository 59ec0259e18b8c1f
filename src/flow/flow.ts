// Owns what a flow is: packets one way between two ends, told apart by ports, ICMP identifier or SPI.

import { long, word } from '../packet/bytes.ts';
import { destinationOf, isIcmpError, sourceOf } from '../packet/fields.ts';
import { ending, type Layers, layer } from '../packet/layers.ts';
import { type Fingerprint, FingerprintIndex } from './fingerprint.ts';

/** One direction between two ends. */
export interface Flow {
  readonly index: number;
  /** Wireshark's name of the innermost protocol known: `tcp`, `icmp`, `esp`, `ip`. */
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  /** TCP and UDP. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /** ICMP echo's identifier, ESP's SPI. */
  readonly id: number | undefined;
  /** What an echo is. */
  readonly echo: 'request' | 'reply' | undefined;
  /** What an ICMP error says: its type and code. */
  readonly error: { readonly type: number; readonly code: number } | undefined;
  /** The index of the flow the other way; -1 until one of its packets was seen. */
  reverse: number;
  /** The MSS that a SYN of this flow announced. */
  mss: number | undefined;
}

/** Flows that are kept; packets of later ones are only counted. */
const mostFlows = 100_000;

/** The flows seen so far. */
export class Flows {
  readonly all: Flow[] = [];
  private readonly index = new FingerprintIndex();

  /** The packet's flow, made when it is new; -1 when there are too many. Leaves the flow's fingerprint in `print`. */
  find(print: Fingerprint, layers: Layers, bytes: Uint8Array): number {
    identify(print, layers, bytes, false);
    const { low, high } = print;
    const known = this.index.get(low, high);
    if (known >= 0 || this.all.length >= mostFlows) return known;
    const made = flowOf(this.all.length, layers, bytes);
    this.all.push(made);
    this.index.set(low, high, made.index);
    identify(print, layers, bytes, true);
    made.reverse = made.error === undefined ? this.index.get(print.low, print.high) : -1;
    const other = this.all[made.reverse];
    if (other !== undefined) other.reverse = made.index;
    print.begin(low, high);
    return made.index;
  }
}

/** Mixes addresses, protocol and ports; `isReverse` mixes what the answer would have. */
function identify(print: Fingerprint, layers: Layers, bytes: Uint8Array, isReverse: boolean): void {
  const ip = layers.innerIp;
  const at = layers.starts[ip]!;
  const isV6 = layers.kinds[ip] === layer.ipv6;
  const [first, width] = isV6 ? [at + 8, 16] : [at + 12, 4];
  print.begin();
  print.addWords(bytes, isReverse ? first + width : first, width);
  print.addWords(bytes, isReverse ? first : first + width, width);
  const last = layers.kinds[layers.transport]!;
  const header = layers.starts[layers.transport]!;
  print.add(last);
  if (last === layer.tcp || last === layer.udp) {
    const ports = long(bytes, header);
    print.add(isReverse ? (ports << 16) | (ports >>> 16) : ports);
  } else if (last === layer.esp) print.add(isReverse ? 0 : long(bytes, header));
  else if (last === layer.icmp || last === layer.icmpv6) {
    print.add(isIcmpError(last, bytes[header]!) ? word(bytes, header) | 0x10000 : echoId(bytes, header, last));
    // Two hosts may ping each other with the same identifier: a question and an answer one way are two flows.
    print.add(isQuestion(bytes[header]!) === isReverse ? 0 : 1);
  } else print.add(isV6 ? layers.endingDetail : bytes[at + 9]!);
}

function isQuestion(type: number): boolean {
  return type === 8 || type === 128;
}

/** The identifier of an echo; other messages have none. */
function echoId(bytes: Uint8Array, at: number, kind: number): number {
  const type = bytes[at]!;
  const isEcho = kind === layer.icmp ? type === 8 || type === 0 : type === 128 || type === 129;
  return isEcho ? word(bytes, at + 4) : -1 - type;
}

const names: Readonly<Record<number, string>> = {
  [layer.tcp]: 'tcp',
  [layer.udp]: 'udp',
  [layer.icmp]: 'icmp',
  [layer.icmpv6]: 'icmpv6',
  [layer.esp]: 'esp',
};

function flowOf(index: number, layers: Layers, bytes: Uint8Array): Flow {
  const last = layers.kinds[layers.transport]!;
  const at = layers.starts[layers.transport]!;
  const hasPorts = last === layer.tcp || last === layer.udp;
  const isIcmp = last === layer.icmp || last === layer.icmpv6;
  const error = isIcmp && isIcmpError(last, bytes[at]!) ? { type: bytes[at]!, code: bytes[at + 1]! } : undefined;
  const echo = isIcmp && error === undefined ? echoId(bytes, at, last) : -1;
  return {
    index,
    protocol: names[last] ?? otherProtocol(layers, bytes),
    source: sourceOf(layers, bytes, layers.innerIp),
    destination: destinationOf(layers, bytes, layers.innerIp),
    sourcePort: hasPorts ? word(bytes, at) : undefined,
    destinationPort: hasPorts ? word(bytes, at + 2) : undefined,
    id: last === layer.esp ? long(bytes, at) : echo >= 0 ? echo : undefined,
    echo: echo < 0 ? undefined : isQuestion(bytes[at]!) ? 'request' : 'reply',
    error,
    reverse: -1,
    mss: undefined,
  };
}

function otherProtocol(layers: Layers, bytes: Uint8Array): string {
  const { kinds, starts, innerIp, ending: ended, endingDetail } = layers;
  if (kinds[innerIp] === layer.ipv4) return `ip proto ${bytes[starts[innerIp]! + 9]}`;
  return ended === ending.unknown ? `ip proto ${endingDetail}` : 'ipv6';
}

/** `tcp 10.244.1.2:40000 > 10.244.2.3:80`, `icmp 10.244.1.2 > 10.244.2.3 id 7`. */
export function flowText(flow: Flow): string {
  const { protocol, source, destination, sourcePort, destinationPort, id, error } = flow;
  if (error !== undefined) return `${protocol} ${source} > ${destination} type ${error.type} code ${error.code}`;
  if (protocol === 'esp') return `esp ${source} > ${destination} spi 0x${(id ?? 0).toString(16)}`;
  if (id !== undefined) return `${protocol} ${source} > ${destination} id ${id}`;
  return `${protocol} ${endText(source, sourcePort)} > ${endText(destination, destinationPort)}`;
}

/** An address with its port: `10.244.1.2:80`, `[fd00::1]:80`. */
export function endText(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
