// Owns writing a filter for every form in which the packet may pass: what tcpdump is given.

import type { Arithmetic, Filter } from './filter.ts';
import { type PacketForm, packetForms } from './forms.ts';

/** The expression that takes a packet plain or wrapped when its inner packet is meant. */
export function writeFilter(filter: Filter): string {
  return packetForms.map((form) => `(${form.is} and ${write(filter, form)})`).join(' or ');
}

function write(filter: Filter, form: PacketForm): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.parts.map((part) => write(part, form)).join(` ${filter.kind} `)})`;
    case 'not':
      return `(not ${write(filter.part, form)})`;
    case 'family':
      return `(${form.family(filter.family)})`;
    case 'arp':
      return `(${form.arp})`;
    case 'protocol': {
      const families = filter.family === undefined ? ([4, 6] as const) : [filter.family];
      return anyOf(families.map((family) => protocolIs(form, family, [filter.number])));
    }
    case 'address':
      return addressIs(filter, form);
    case 'port':
      return anyOf(([4, 6] as const).map((family) => portIs(filter, form, family)));
    case 'relation': {
      const guards = [...guardsOf(filter.left, form), ...guardsOf(filter.right, form)];
      const relation = `${number(filter.left, form)} ${filter.operator} ${number(filter.right, form)}`;
      return allOf([...new Set([...guards, relation])]);
    }
  }
}

function anyOf(parts: readonly string[]): string {
  return `(${parts.join(' or ')})`;
}

function allOf(parts: readonly string[]): string {
  return `(${parts.join(' and ')})`;
}

/** IPv6 tells it in the header, or in a fragment header behind it (RFC 8200 section 4.5), as libpcap looks. */
function protocolIs(form: PacketForm, family: 4 | 6, numbers: readonly number[]): string {
  const is = (offset: string) => anyOf(numbers.map((one) => `${form.bytes(family, offset, 1)} = ${one}`));
  if (family === 4) return allOf([form.family(4), is('9')]);
  return allOf([form.family(6), anyOf([is('6'), allOf([`${form.bytes(6, '6', 1)} = 44`, is('40')])])]);
}

function addressIs({ end, words, masks }: Extract<Filter, { kind: 'address' }>, form: PacketForm): string {
  const family = words.length === 1 ? 4 : 6;
  const begin = family === 4 ? { source: 12, destination: 16 } : { source: 8, destination: 24 };
  const parts = words.flatMap((word, place) => {
    const mask = masks[place] ?? 0;
    const bytes = form.bytes(family, String(begin[end] + 4 * place), 4);
    if (mask === 0) return [];
    return [`${bytes}${mask === 0xffff_ffff ? '' : ` & ${mask}`} = ${word}`];
  });
  return allOf([form.family(family), ...parts]);
}

/** Where TCP, UDP and ICMP begin; in IPv6 behind no extension header, as libpcap looks. */
function transportAt(form: PacketForm, family: 4 | 6): string {
  return family === 4 ? `((${form.bytes(4, '0', 1)} & 0xf) << 2)` : '40';
}

/** A later fragment has no header above IP's. */
function isFirst(form: PacketForm): string {
  return `${form.bytes(4, '6', 2)} & 0x1fff = 0`;
}

function portIs(
  { end, protocols, low, high }: Extract<Filter, { kind: 'port' }>,
  form: PacketForm,
  family: 4 | 6,
): string {
  const offset = end === 'source' ? 0 : 2;
  const port = form.bytes(family, `${transportAt(form, family)}+${offset}`, 2);
  const range = low === high ? `${port} = ${low}` : allOf([`${port} >= ${low}`, `${port} <= ${high}`]);
  const protocol = anyOf(protocols.map((one) => `${form.bytes(family, family === 4 ? '9' : '6', 1)} = ${one}`));
  return allOf([form.family(family), protocol, ...(family === 4 ? [isFirst(form)] : []), range]);
}

const transports = { tcp: 6, udp: 17, icmp: 1, icmp6: 58 } as const;

/** What must be true before bytes of these headers can be asked for: libpcap asks the same of a plain packet. */
function guardsOf(arithmetic: Arithmetic, form: PacketForm): readonly string[] {
  switch (arithmetic.kind) {
    case 'number':
    case 'length':
      return [];
    case 'operation':
      return [...guardsOf(arithmetic.left, form), ...guardsOf(arithmetic.right, form)];
    case 'bytes': {
      const { of, offset } = arithmetic;
      const inner = guardsOf(offset, form);
      if (of === 'ip' || of === 'ip6') return [...inner, form.family(of === 'ip' ? 4 : 6)];
      const family = of === 'icmp6' ? 6 : 4;
      const header = protocolIs(form, family, [transports[of]]);
      return [...inner, header, ...(family === 4 ? [isFirst(form)] : [])];
    }
  }
}

function number(arithmetic: Arithmetic, form: PacketForm): string {
  switch (arithmetic.kind) {
    case 'number':
      return String(arithmetic.value);
    case 'length':
      return form.length;
    case 'operation':
      return `(${number(arithmetic.left, form)} ${arithmetic.operator} ${number(arithmetic.right, form)})`;
    case 'bytes': {
      const { of, size } = arithmetic;
      const family = of === 'ip6' || of === 'icmp6' ? 6 : 4;
      const offset = number(arithmetic.offset, form);
      const start = of === 'ip' || of === 'ip6' ? '' : `${transportAt(form, family)}+`;
      return form.bytes(family, `${start}${offset}`, size);
    }
  }
}
