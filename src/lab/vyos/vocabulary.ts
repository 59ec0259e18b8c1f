// Owns how words of a VyOS configuration are understood: tables of paths with types, what FRR is told for each, and what is unknown.

import { parseAddress, parsePrefix } from '../../base/address.ts';
import type { Problem } from '../../base/place.ts';
import type { Source } from '../tree.ts';
import { type VyosNode, vyosProblem } from './node.ts';

/**
 * One path that is understood. Words in `<…>` are values of a type (`valueTypes`; `<name:text>` is a text called name) and
 * may stand in the line as `{name}`. Without a line the path changes no packet by itself or is read elsewhere.
 */
export interface Row {
  readonly path: string;
  /** The line of FRR that says the same, as VyOS's own templates write it. */
  readonly line?: string | undefined;
  /** Why routes can no longer be derived when it is there: in words of the field. */
  readonly beyond?: string | undefined;
  /** Everything below is read elsewhere. */
  readonly isElsewhere?: boolean | undefined;
  /** Nothing of it is used in a lab, and no packet changes by that. */
  readonly isNote?: boolean | undefined;
}

/** What was found wrong, left aside, or too rich for the model, while a configuration was read. */
export class Findings {
  readonly source: Source;
  readonly problems: Problem[] = [];
  /** Parts that no packet depends on, in the order of the file. */
  readonly notes: { readonly what: string; readonly start: number; readonly end: number }[] = [];
  /** What routes depend on and the model of BGP has not. */
  readonly beyond = new Set<string>();

  constructor(source: Source) {
    this.source = source;
  }

  /** An error (or a warning) at a node. */
  add(node: { readonly start: number; readonly end: number }, code: string, message: string, hint?: string): void {
    this.problems.push(vyosProblem(this.source, node, code, message, { hint }));
  }

  /** Something packets depend on and labctl does not understand. */
  unknown(node: VyosNode, trail: readonly string[]): void {
    const what = [...trail, node.word].join(' ');
    const hint = 'delete it from the file, or ask for it: packets may depend on it';
    this.add(node, 'VYOS_UNKNOWN', `labctl does not understand \`${what}\``, hint);
  }

  /** Something that is left aside. */
  note(node: VyosNode, trail: readonly string[]): void {
    this.notes.push({ what: [...trail, node.word].join(' '), start: node.start, end: node.end });
  }
}

const name = /^[A-Za-z0-9_][A-Za-z0-9_.:+@-]{0,127}$/;
const isInteger = (value: string, most: number): boolean => /^\d{1,10}$/.test(value) && Number(value) <= most;

/** The types of values: what is one. */
const valueTypes: Readonly<Record<string, (value: string) => boolean>> = {
  address: (value) => parseAddress(value) !== undefined,
  prefix: (value) => parsePrefix(value) !== undefined,
  number: (value) => isInteger(value, 4294967295),
  as: (value) => isInteger(value, 4294967295) || /^\d{1,5}\.\d{1,5}$/.test(value),
  name: (value) => name.test(value),
  interface: (value) => /^[A-Za-z][A-Za-z0-9._-]{0,14}$/.test(value),
  peer: (value) => parseAddress(value) !== undefined || name.test(value),
  word: (value) => /^\S+$/.test(value),
  match: (value) => /^!?[A-Za-z0-9_.:,/+*-]+$/.test(value),
  mac: (value) => /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(value),
  mss: (value) => value === 'clamp-mss-to-pmtu' || isInteger(value, 65535),
  numbers: (value) => /^[\d.]+( [\d.]+)*$/.test(value),
  communities: (value) => /^[\w:.-]+( [\w:.-]+)*$/.test(value),
  rate: (value) => /^\d+\/(second|minute|hour|day)$/.test(value),
  text: (value) => value !== '',
};

/** Whether a word is a value of a type of the tables. */
export function isValue(type: string, word: string): boolean {
  return valueTypes[type]?.(word) === true;
}

interface Step {
  readonly literals: Map<string, Step>;
  value: { readonly type: string; readonly called: string; readonly step: Step } | undefined;
  row: { readonly row: Row; readonly order: number } | undefined;
}

/** A compiled table. */
export interface Vocabulary {
  readonly first: Step;
}

/** Short form of rows: path, line, and why routes cannot be derived any more. */
export type ShortRow = readonly [path: string, line?: string, beyond?: string];

/** Compiles rows; lines come out in the order of the table, as FRR needs some before others. */
export function vocabularyOf(...tables: readonly (readonly (Row | ShortRow)[])[]): Vocabulary {
  const first = newStep();
  let order = 0;
  for (const given of tables.flat()) {
    const row: Row = 'path' in given ? given : { path: given[0], line: given[1], beyond: given[2] };
    let step = first;
    for (const word of row.path.split(' ')) step = stepFor(step, word);
    step.row = { row, order: order++ };
  }
  return { first };
}

function newStep(): Step {
  return { literals: new Map(), value: undefined, row: undefined };
}

function stepFor(step: Step, word: string): Step {
  const [, called, type] = /^<(?:(\w+):)?(\w+)>$/.exec(word) ?? [];
  if (type !== undefined) {
    step.value ??= { type, called: called ?? type, step: newStep() };
    return step.value.step;
  }
  const next = step.literals.get(word) ?? newStep();
  step.literals.set(word, next);
  return next;
}

/** What captured words are called. */
export type Captured = Readonly<Record<string, string>>;

/** A line and its place in the table's order. */
interface Said {
  readonly order: number;
  readonly line: string;
}

/** Everything inside a node in FRR's words. What is unknown, of a wrong type or left aside goes into the findings. */
export function translate(
  nodes: readonly VyosNode[],
  vocabulary: Vocabulary,
  trail: readonly string[],
  findings: Findings,
  captured: Captured = {},
): readonly string[] {
  const said: Said[] = [];
  visit(nodes, vocabulary.first, trail, captured);
  return said.toSorted((a, b) => a.order - b.order).map(({ line }) => line);

  function visit(inside: readonly VyosNode[], step: Step, above: readonly string[], known: Captured): void {
    for (const node of inside) {
      const literal = step.literals.get(node.word);
      if (literal !== undefined) {
        meet(node, literal, above, known);
      } else if (step.value !== undefined) {
        const { type, called, step: next } = step.value;
        if (isValue(type, node.word)) meet(node, next, above, { ...known, [called]: node.word });
        else findings.add(node, 'VYOS_VALUE', `\`${[...above, node.word].join(' ')}\`: expected ${expectedOf(type)}`);
      } else {
        findings.unknown(node, above);
      }
    }
  }

  function meet(node: VyosNode, step: Step, above: readonly string[], known: Captured): void {
    const row = step.row?.row;
    if (row?.isNote === true) findings.note(node, above);
    if (row?.line !== undefined) said.push({ order: step.row?.order ?? 0, line: filled(row.line, known) });
    if (row?.beyond !== undefined) findings.beyond.add(row.beyond);
    if (row?.isElsewhere === true || row?.isNote === true) return;
    if (row === undefined && node.children.length === 0 && step.literals.size === 0 && step.value !== undefined) {
      findings.add(node, 'VYOS_VALUE', `\`${[...above, node.word].join(' ')}\` has no value`);
    }
    visit(node.children, step, [...above, node.word], known);
  }
}

function filled(line: string, captured: Captured): string {
  return line.replace(/\{(\w+)\}/g, (_, called: string) => captured[called] ?? '');
}

function expectedOf(type: string): string {
  const words: Readonly<Record<string, string>> = {
    address: 'an address',
    prefix: 'a prefix such as 10.1.5.0/24',
    number: 'a number',
    as: 'an AS number',
    interface: 'an interface name',
    peer: 'an address or a name',
    numbers: 'AS numbers',
    communities: 'communities such as 65005:100',
    rate: 'a rate such as 10/second',
    mac: 'a MAC address',
    mss: 'a number or clamp-mss-to-pmtu',
  };
  return words[type] ?? 'a name';
}
