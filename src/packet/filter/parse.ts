// Owns reading a filter expression by the grammar of pcap-filter(7): `and` and `or` bind alike and to the left, qualifiers
// are repeated for a bare value (`host a or b`).

import { type Filter, protocolNumbers } from './filter.ts';
import { type ArithmeticReader, isArithmeticStart, readRelation } from './parse-relation.ts';
import { portsNamed } from './port-names.ts';
import { addressFilter, both, either, familyOnly, portsOf } from './primitives.ts';
import { FilterFault, type Token, tokensOf } from './tokens.ts';

/** The addresses that a name stands for; none: it is unknown. */
export type ResolveName = (name: string) => readonly string[];

/** What stands before a value: `tcp src port`. */
interface Qualifiers {
  readonly protocol: string | undefined;
  readonly way: 'source' | 'destination' | 'either' | 'both';
  readonly type: 'host' | 'net' | 'port' | 'portrange' | 'proto';
}

const types = ['host', 'net', 'port', 'portrange', 'proto'] as const;

/** Where groups are (RFC 5771, RFC 4291 section 2.7). */
const multicast: Readonly<Record<string, ReturnType<typeof addressFilter>>> = {
  ip: addressFilter('net', '224.0.0.0/4'),
  ip6: addressFilter('net', 'ff00::/8'),
};

/** Words of pcap-filter(7) that ask for what is around the packet, and so for one form of it only. */
const around =
  /^(ether|link|vlan|mpls|pppoe[ds]|geneve|vxlan|gateway|broadcast|multicast|inbound|outbound|ifname|rarp|llc|wlan|fddi|tr|ppp|slip)$/;

/** Reads an expression about the inner packet. Throws FilterFault. */
export function parseFilter(text: string, resolve: ResolveName): Filter {
  return new Parser(tokensOf(text), resolve).whole();
}

class Parser implements ArithmeticReader {
  private place = 0;
  private last: Qualifiers | undefined;
  private readonly tokens: readonly Token[];
  private readonly resolve: ResolveName;

  constructor(tokens: readonly Token[], resolve: ResolveName) {
    this.tokens = tokens;
    this.resolve = resolve;
  }

  whole(): Filter {
    const filter = this.expression();
    if (this.next.text !== '') throw this.fault('does not belong here: `and` or `or` is missing before it');
    return filter;
  }

  get next(): Token {
    return this.tokens[this.place] ?? { text: '', at: 0 };
  }

  take(): Token {
    const token = this.next;
    if (token.text !== '') this.place++;
    return token;
  }

  accept(...texts: readonly string[]): Token | undefined {
    return texts.includes(this.next.text) ? this.take() : undefined;
  }

  /** A fault at the next token. */
  fault(why: string): FilterFault {
    const { text, at } = this.next;
    if (text === '') return new FilterFault('the expression ends too early', Math.max(at - 1, 0), 1);
    return new FilterFault(`\`${text}\` ${why}`, at, text.length);
  }

  private expression(): Filter {
    let filter = this.term();
    for (;;) {
      if (this.accept('and', '&&') !== undefined) filter = { kind: 'and', parts: [filter, this.term()] };
      else if (this.accept('or', '||') !== undefined) filter = { kind: 'or', parts: [filter, this.term()] };
      else return filter;
    }
  }

  private term(): Filter {
    if (this.accept('not', '!') !== undefined) return { kind: 'not', part: this.term() };
    if (isArithmeticStart(this.next.text, this.tokens[this.place + 1]?.text)) {
      const relation = this.relation();
      if (relation !== undefined) return relation;
    }
    if (this.accept('(') === undefined) return this.primitive();
    const filter = this.expression();
    if (this.accept(')') === undefined) throw this.fault('stands where `)` is missing');
    return filter;
  }

  /** A comparison; undefined where a `(` or a number begins something else. */
  private relation(): Filter | undefined {
    const { place } = this;
    try {
      return readRelation(this);
    } catch (error) {
      const isElse = this.tokens[place]?.text === '(' || /^\d/.test(this.tokens[place]?.text ?? '');
      if (!(error instanceof FilterFault) || !isElse) throw error;
      this.place = place;
      return undefined;
    }
  }

  private primitive(): Filter {
    const begin = this.next;
    if (around.test(begin.text))
      throw this.fault('asks for what is around the packet; a filter here is about the inner packet');
    if (this.accept('arp') !== undefined) return { kind: 'arp' };
    const limit = this.accept('less', 'greater');
    if (limit !== undefined) {
      const right = { kind: 'number', value: this.number(2 ** 31) } as const;
      return { kind: 'relation', left: { kind: 'length' }, operator: limit.text === 'less' ? '<=' : '>=', right };
    }
    const protocol = this.protocol();
    const groups = protocol === undefined ? undefined : multicast[protocol];
    if (groups !== undefined && this.accept('multicast') !== undefined)
      return { kind: 'address', end: 'destination', ...groups };
    const way = this.way();
    const type = types.find((one) => this.accept(one) !== undefined);
    if (way === undefined && type === undefined && protocol !== undefined) return familyOnly(protocol);
    const isBare = protocol === undefined && way === undefined && type === undefined;
    const qualifiers =
      isBare && this.last !== undefined ? this.last : { protocol, way: way ?? 'either', type: type ?? 'host' };
    this.last = qualifiers;
    return this.valued(qualifiers);
  }

  private protocol(): string | undefined {
    const { text } = this.next;
    if (text !== 'ip' && text !== 'ip6' && protocolNumbers[text] === undefined) return undefined;
    return this.take().text;
  }

  private way(): Qualifiers['way'] | undefined {
    const first = this.accept('src', 'dst')?.text;
    if (first === undefined) return undefined;
    const other = first === 'src' ? 'dst' : 'src';
    for (const [word, way] of [
      ['or', 'either'],
      ['and', 'both'],
    ] as const) {
      if (this.next.text !== word || this.tokens[this.place + 1]?.text !== other) continue;
      this.place += 2;
      return way;
    }
    return first === 'src' ? 'source' : 'destination';
  }

  private valued({ protocol, way, type }: Qualifiers): Filter {
    switch (type) {
      case 'proto': {
        const token = this.next;
        const number = protocolNumbers[token.text.replace('\\', '')];
        const family = protocol === undefined ? undefined : protocol === 'ip6' ? 6 : 4;
        if (number !== undefined) this.take();
        return { kind: 'protocol', family, number: number ?? this.number(255) };
      }
      case 'port':
      case 'portrange':
        return this.ports(protocol, way);
      case 'host':
      case 'net':
        return this.addresses(protocol, way, type);
    }
  }

  private ports(protocol: string | undefined, way: Qualifiers['way']): Filter {
    const { text, at } = this.next;
    const ports = portsNamed(text);
    if (ports === undefined)
      throw this.fault('is no port: a number up to 65535, two with a hyphen between, or a name as `http`');
    this.take();
    const protocols = portsOf(protocol);
    if (protocols === undefined) throw new FilterFault(`${protocol} has no ports`, at, text.length);
    const [low, high] = ports;
    return both(way, (end) => ({ kind: 'port', end, protocols, low, high }));
  }

  private addresses(protocol: string | undefined, way: Qualifiers['way'], type: 'host' | 'net'): Filter {
    const { text } = this.next;
    const mask = this.tokens[this.place + 1]?.text === 'mask' ? this.tokens[this.place + 2]?.text : undefined;
    const made = addressFilter(type, text, mask);
    const found = made === undefined ? this.resolve(text).map((address) => addressFilter('host', address)) : [made];
    const known = found.filter((one) => one !== undefined);
    if (known.length === 0)
      throw this.fault(type === 'net' ? 'is no network' : 'is no address and no machine of the lab');
    this.place += mask === undefined ? 1 : 3;
    const filter = either(known.map((prefix) => both(way, (end) => ({ kind: 'address', end, ...prefix }))));
    return protocol === undefined ? filter : { kind: 'and', parts: [familyOnly(protocol), filter] };
  }

  /** A number from 0 to `most`. */
  number(most: number): number {
    const value = Number(this.next.text);
    if (!/^(0x[0-9a-f]+|\d+)$/i.test(this.next.text) || value > most) throw this.fault(`is no number up to ${most}`);
    this.take();
    return value;
  }
}
