// Owns reading comparisons of numbers in filters: `tcp[tcpflags] & (tcp-syn|tcp-fin) != 0`, `len > 1400`.

import type { Arithmetic, Filter, HeaderName } from './filter.ts';
import type { FilterFault, Token } from './tokens.ts';

/** What of a parser is needed to read numbers. */
export interface ArithmeticReader {
  readonly next: Token;
  take(): Token;
  accept(...texts: readonly string[]): Token | undefined;
  fault(why: string): FilterFault;
  number(most: number): number;
}

const headers: readonly string[] = ['ip', 'ip6', 'tcp', 'udp', 'icmp', 'icmp6'];

/** Names of numbers in pcap-filter(7). */
const names: Readonly<Record<string, number>> = {
  tcpflags: 13,
  'tcp-fin': 1,
  'tcp-syn': 2,
  'tcp-rst': 4,
  'tcp-push': 8,
  'tcp-ack': 16,
  'tcp-urg': 32,
  'tcp-ece': 64,
  'tcp-cwr': 128,
  icmptype: 0,
  icmpcode: 1,
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-redirect': 5,
  'icmp-echo': 8,
  'icmp-routeradvert': 9,
  'icmp-routersolicit': 10,
  'icmp-timxceed': 11,
  'icmp-paramprob': 12,
  icmp6type: 0,
  icmp6code: 1,
  'icmp6-destinationunreach': 1,
  'icmp6-packettoobig': 2,
  'icmp6-timeexceeded': 3,
  'icmp6-parameterproblem': 4,
  'icmp6-echo': 128,
  'icmp6-echoreply': 129,
  'icmp6-routersolicit': 133,
  'icmp6-routeradvert': 134,
  'icmp6-neighborsolicit': 135,
  'icmp6-neighboradvert': 136,
  'icmp6-redirect': 137,
};

/** Operators by how strongly they bind, the weakest first (pcap-filter(7), as in C but for the comparisons). */
const operators: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];

/** Whether an expression that begins so may be a comparison. */
export function isArithmeticStart(text: string, after: string | undefined): boolean {
  if (text === '(' || text === 'len' || names[text] !== undefined) return true;
  return headers.includes(text) ? after === '[' : /^(0x[0-9a-f]+|\d+)$/i.test(text);
}

/** A comparison. Throws FilterFault. */
export function readRelation(reader: ArithmeticReader): Filter {
  const left = readArithmetic(reader, 0);
  const operator = reader.accept('=', '==', '!=', '<', '>', '<=', '>=')?.text;
  if (operator === undefined) throw reader.fault('stands where a comparison is missing');
  const right = readArithmetic(reader, 0);
  return { kind: 'relation', left, operator: operator === '==' ? '=' : operator, right };
}

function readArithmetic(reader: ArithmeticReader, level: number): Arithmetic {
  const own = operators[level];
  if (own === undefined) return readNumber(reader);
  let left = readArithmetic(reader, level + 1);
  for (let token = reader.accept(...own); token !== undefined; token = reader.accept(...own)) {
    left = { kind: 'operation', left, operator: token.text, right: readArithmetic(reader, level + 1) };
  }
  return left;
}

function readNumber(reader: ArithmeticReader): Arithmetic {
  const { text } = reader.next;
  if (reader.accept('(') !== undefined) {
    const inner = readArithmetic(reader, 0);
    if (reader.accept(')') === undefined) throw reader.fault('stands where `)` is missing');
    return inner;
  }
  if (reader.accept('len') !== undefined) return { kind: 'length' };
  const named = names[text];
  if (named !== undefined) {
    reader.take();
    return { kind: 'number', value: named };
  }
  if (!headers.includes(text)) return { kind: 'number', value: reader.number(0xffff_ffff) };
  reader.take();
  return readBytes(reader, text as HeaderName);
}

function readBytes(reader: ArithmeticReader, of: HeaderName): Arithmetic {
  if (reader.accept('[') === undefined) throw reader.fault('stands where `[` is missing');
  const offset = readArithmetic(reader, 0);
  const size = reader.accept(':') === undefined ? 1 : reader.number(4);
  if (size !== 1 && size !== 2 && size !== 4) throw reader.fault('comes after a size that is not 1, 2 or 4');
  if (reader.accept(']') === undefined) throw reader.fault('stands where `]` is missing');
  return { kind: 'bytes', of, offset, size };
}
