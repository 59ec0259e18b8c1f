// Owns our own answer to the fields that tshark is asked for: every layer's values, quoted packets included.

import type { BgpMessage } from '../../src/packet/bgp-message.ts';
import { BgpStream, bgpPort } from '../../src/packet/bgp-stream.ts';
import { ipv4Text, long, word } from '../../src/packet/bytes.ts';
import { decode, decodeQuoted } from '../../src/packet/decode.ts';
import * as fields from '../../src/packet/fields.ts';
import type { Frame } from '../../src/packet/frame.ts';
import { Layers, layer, layerNames } from '../../src/packet/layers.ts';

/** One packet's values under tshark's names of the fields. */
export type FieldValues = Map<string, string[]>;

/** The fields that are compared. */
export const comparedFields = [
  ...['frame.protocols', 'frame.len', 'frame.cap_len', 'frame.time_epoch', 'vlan.id', 'ieee8021ad.id', 'mpls.label'],
  ...['arp.opcode', 'arp.src.proto_ipv4', 'arp.dst.proto_ipv4'],
  ...['ip.src', 'ip.dst', 'ip.ttl', 'ip.id', 'ip.flags.df', 'ip.flags.mf', 'ip.frag_offset', 'ip.len', 'ip.proto'],
  ...['ipv6.src', 'ipv6.dst', 'ipv6.hlim', 'ipv6.plen', 'ipv6.fraghdr.offset', 'ipv6.fraghdr.ident'],
  ...['icmp.type', 'icmp.code', 'icmp.ident', 'icmp.seq'],
  ...['icmpv6.type', 'icmpv6.code', 'icmpv6.echo.identifier', 'icmpv6.echo.sequence_number'],
  ...['tcp.srcport', 'tcp.dstport', 'tcp.seq', 'tcp.ack', 'tcp.flags', 'tcp.len', 'tcp.options.mss_val'],
  ...['tcp.options.timestamp.tsval', 'udp.srcport', 'udp.dstport', 'udp.length'],
  ...['vxlan.vni', 'geneve.vni', 'gre.proto', 'esp.spi', 'esp.sequence'],
  ...['bgp.type', 'bgp.open.identifier', 'bgp.open.holdtime', 'bgp.cap.type', 'bgp.notify.major_error'],
  ...['bgp.as_path', 'bgp.update.path_attribute.next_hop', 'bgp.update.path_attribute.originator_id'],
  ...[
    'bgp.update.path_attribute.local_pref',
    'bgp.update.path_attribute.multi_exit_disc',
    'bgp.nlri_prefix',
    'bgp.withdrawn_prefix',
  ],
  ...['bgp.mp_reach_nlri_ipv6_prefix', 'bgp.mp_unreach_nlri_ipv6_prefix'],
] as const;

const layers = new Layers();
const quoted = new Layers();

/** Reads frames one after another, as tshark does: BGP messages appear with the packet that completes them. */
export class OurReader {
  private readonly streams = new Map<string, BgpStream>();

  read(frame: Frame): FieldValues {
    const values: FieldValues = new Map();
    const { bytes } = frame;
    decode(layers, bytes, frame.start, frame.end, frame.interface.linkType);
    const names = addLayers(values, layers, bytes);
    const last = layers.lastKind();
    const icmpAt = layers.starts[layers.count - 1]!;
    if ((last === layer.icmp || last === layer.icmpv6) && fields.isIcmpError(last, bytes[icmpAt]!)) {
      decodeQuoted(quoted, bytes, icmpAt, layers.end);
      names.push(...addLayers(values, quoted, bytes));
    } else if (last === layer.tcp) this.addBgp(values, bytes, icmpAt);
    values.set('frame.protocols', [names.join(':')]);
    put(values, 'frame.len', frame.length);
    put(values, 'frame.cap_len', frame.end - frame.start);
    put(values, 'frame.time_epoch', `${frame.seconds}.${String(frame.nanoseconds).padStart(9, '0')}`);
    return values;
  }

  private addBgp(values: FieldValues, bytes: Uint8Array, at: number): void {
    if (word(bytes, at) !== bgpPort && word(bytes, at + 2) !== bgpPort) return;
    const ip = layers.innerIp;
    const ends = [fields.sourceOf(layers, bytes, ip), word(bytes, at), fields.destinationOf(layers, bytes, ip)];
    const key = [...ends, word(bytes, at + 2)].join();
    const stream = this.streams.get(key) ?? new BgpStream();
    this.streams.set(key, stream);
    const isSyn = (fields.tcpFlags(bytes, at) & 2) !== 0;
    for (const message of stream.take(long(bytes, at + 4), isSyn, bytes, layers.at, layers.end))
      addBgp(values, message);
  }
}

function put(values: FieldValues, name: string, value: string | number): void {
  const known = values.get(name);
  if (known === undefined) values.set(name, [String(value)]);
  else known.push(String(value));
}

function addLayers(values: FieldValues, from: Layers, bytes: Uint8Array): string[] {
  const names: string[] = [];
  for (let index = 0; index < from.count; index++) {
    const kind = from.kinds[index]!;
    if (kind !== layer.flannel)
      names.push(isService(kind, bytes, from.starts[index]!) ? 'ieee8021ad' : layerNames[kind]!);
    addLayer(values, from, bytes, index, kind, from.starts[index]!);
  }
  return names;
}

/** 802.1ad's service tag, which tshark holds for another protocol: the EtherType before it is 0x88a8. */
function isService(kind: number, bytes: Uint8Array, at: number): boolean {
  return kind === layer.vlan && word(bytes, at - 2) === 0x88a8;
}

function addLayer(values: FieldValues, from: Layers, bytes: Uint8Array, index: number, kind: number, at: number): void {
  if (kind === layer.vlan)
    put(values, isService(kind, bytes, at) ? 'ieee8021ad.id' : 'vlan.id', word(bytes, at) & 0xfff);
  if (kind === layer.mpls) for (const label of fields.mplsLabels(bytes, at)) put(values, 'mpls.label', label);
  if (kind === layer.arp) {
    put(values, 'arp.opcode', word(bytes, at + 6));
    put(values, 'arp.src.proto_ipv4', ipv4Text(bytes, at + 14));
    put(values, 'arp.dst.proto_ipv4', ipv4Text(bytes, at + 24));
  }
  if (kind === layer.ipv4 || kind === layer.ipv6) addIp(values, from, bytes, index, at);
  if (kind === layer.icmp || kind === layer.icmpv6) addIcmp(values, kind, bytes, at);
  if (kind === layer.tcp) addTcp(values, from, bytes, index, at);
  if (kind === layer.udp) {
    put(values, 'udp.srcport', word(bytes, at));
    put(values, 'udp.dstport', word(bytes, at + 2));
    put(values, 'udp.length', word(bytes, at + 4));
  }
  if (kind === layer.vxlan) put(values, 'vxlan.vni', fields.vniOf(bytes, at));
  if (kind === layer.geneve) put(values, 'geneve.vni', hexWord(fields.vniOf(bytes, at), 6));
  if (kind === layer.gre) put(values, 'gre.proto', hexWord(word(bytes, at + 2), 4));
  if (kind === layer.esp) {
    put(values, 'esp.spi', hexWord(long(bytes, at), 8));
    put(values, 'esp.sequence', long(bytes, at + 4));
  }
}

function addIp(values: FieldValues, from: Layers, bytes: Uint8Array, index: number, at: number): void {
  const family = from.kinds[index] === layer.ipv4 ? 'ip' : 'ipv6';
  put(values, `${family}.src`, fields.sourceOf(from, bytes, index));
  put(values, `${family}.dst`, fields.destinationOf(from, bytes, index));
  put(values, family === 'ip' ? 'ip.ttl' : 'ipv6.hlim', fields.ttlOf(from, bytes, index));
  const fragmentation = fields.fragmentationOf(from, bytes, index);
  if (family === 'ip') {
    put(values, 'ip.id', hexWord(fragmentation.id, 4));
    put(values, 'ip.flags.df', fragmentation.isUnfragmentable ? 1 : 0);
    put(values, 'ip.flags.mf', fragmentation.hasMore ? 1 : 0);
    put(values, 'ip.frag_offset', fragmentation.offset / 8);
    put(values, 'ip.len', fields.statedEnd(from, bytes, index) - at);
    put(values, 'ip.proto', bytes[at + 9]!);
    return;
  }
  put(values, 'ipv6.plen', word(bytes, at + 4));
  for (let place = index + 1; place < from.count && isExtension(from.kinds[place]!); place++) {
    if (from.kinds[place] !== layer.fragment) continue;
    put(values, 'ipv6.fraghdr.offset', fragmentation.offset / 8);
    put(values, 'ipv6.fraghdr.ident', hexWord(fragmentation.id, 8));
  }
}

function isExtension(kind: number): boolean {
  return kind >= layer.hopByHop && kind <= layer.authentication;
}

function addIcmp(values: FieldValues, kind: number, bytes: Uint8Array, at: number): void {
  const name = kind === layer.icmp ? 'icmp' : 'icmpv6';
  const type = bytes[at]!;
  put(values, `${name}.type`, type);
  put(values, `${name}.code`, bytes[at + 1]!);
  if (kind === layer.icmp && (type === 0 || type === 8)) {
    // tshark shows both byte orders.
    for (const [field, place] of [
      ['icmp.ident', 4],
      ['icmp.seq', 6],
    ] as const)
      put(values, field, word(bytes, at + place));
  }
  if (kind === layer.icmpv6 && (type === 128 || type === 129)) {
    put(values, 'icmpv6.echo.identifier', hexWord(word(bytes, at + 4), 4));
    put(values, 'icmpv6.echo.sequence_number', word(bytes, at + 6));
  }
}

function addTcp(values: FieldValues, from: Layers, bytes: Uint8Array, index: number, at: number): void {
  put(values, 'tcp.srcport', word(bytes, at));
  put(values, 'tcp.dstport', word(bytes, at + 2));
  put(values, 'tcp.seq', long(bytes, at + 4));
  put(values, 'tcp.ack', long(bytes, at + 8));
  put(values, 'tcp.flags', hexWord(fields.tcpFlags(bytes, at), 4));
  // tshark tells no length of what an error quotes.
  if (from !== quoted) put(values, 'tcp.len', fields.tcpPayloadLength(from, bytes, index));
  const [mss, timestamp] = [fields.tcpOption(bytes, at, 2), fields.tcpOption(bytes, at, 8)];
  if (mss !== undefined) put(values, 'tcp.options.mss_val', mss);
  if (timestamp !== undefined) put(values, 'tcp.options.timestamp.tsval', timestamp);
}

const bgpTypes: Readonly<Record<string, number>> = {
  open: 1,
  update: 2,
  notification: 3,
  keepalive: 4,
  'route-refresh': 5,
};

function addBgp(values: FieldValues, message: BgpMessage): void {
  put(values, 'bgp.type', bgpTypes[message.kind] ?? message.kind);
  if (message.kind === 'open') {
    put(values, 'bgp.open.identifier', message.id);
    put(values, 'bgp.open.holdtime', message.holdTime);
    for (const code of message.capabilities) put(values, 'bgp.cap.type', code);
  }
  if (message.kind === 'notification') put(values, 'bgp.notify.major_error', message.code);
  if (message.kind !== 'update') return;
  for (const as of message.asPath?.match(/\d+/g) ?? []) put(values, 'bgp.as_path', as);
  if (message.nextHop !== undefined) put(values, 'bgp.update.path_attribute.next_hop', message.nextHop);
  if (message.originatorId !== undefined) put(values, 'bgp.update.path_attribute.originator_id', message.originatorId);
  if (message.med !== undefined) put(values, 'bgp.update.path_attribute.multi_exit_disc', message.med);
  if (message.localPref !== undefined) put(values, 'bgp.update.path_attribute.local_pref', message.localPref);
  const address = (prefix: string): string => prefix.slice(0, prefix.indexOf('/'));
  for (const prefix of message.announced) put(values, 'bgp.nlri_prefix', address(prefix));
  for (const prefix of message.withdrawn) put(values, 'bgp.withdrawn_prefix', address(prefix));
  for (const prefix of message.reach?.prefixes ?? []) put(values, 'bgp.mp_reach_nlri_ipv6_prefix', address(prefix));
  for (const prefix of message.unreach?.prefixes ?? []) put(values, 'bgp.mp_unreach_nlri_ipv6_prefix', address(prefix));
}

function hexWord(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
