// Owns Calico's selector language: ==, !=, in, not in, contains, starts with, ends with, has(), all(), !, &&, ||.

import { SelectorError, type SelectorToken, tokenizeSelector } from './selector-tokens.ts';

/** Labels of a node or pod. */
export type Labels = Readonly<Record<string, string>>;

/** A selector that was read. */
export interface Selector {
  readonly text: string;
  /** True when labels satisfy the selector. A missing label satisfies `!=` and `not in`, nothing else. */
  matches(labels: Labels): boolean;
}

type Test = (labels: Labels) => boolean;

/**
 * Reads a selector as Calico does (calico.md A.4, H): `||` binds weakest, then `&&`, then `!`; the empty selector
 * matches everything. Gives a sentence with the column instead when it cannot be read.
 */
export function parseSelector(text: string): Selector | string {
  try {
    const reader = new Reader(tokenizeSelector(text));
    const test = reader.whole();
    return { text, matches: test };
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    return `selector "${text}" cannot be read at column ${error.column}: ${error.message}`;
  }
}

/** True when a selector can be read and matches; one that cannot be read matches nothing, as in confd. */
export function selectorMatches(text: string, labels: Labels): boolean {
  const selector = parseSelector(text);
  return typeof selector !== 'string' && selector.matches(labels);
}

function own(labels: Labels, label: string): string | undefined {
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

class Reader {
  readonly #tokens: readonly SelectorToken[];
  #at = 0;

  constructor(tokens: readonly SelectorToken[]) {
    this.#tokens = tokens;
  }

  whole(): Test {
    if (this.#peek().kind === 'end') return () => true;
    const test = this.#anyOf();
    const rest = this.#peek();
    if (rest.kind !== 'end') throw new SelectorError(`unexpected "${rest.value}" after the selector`, rest.column);
    return test;
  }

  #peek(): SelectorToken {
    return this.#tokens[this.#at] ?? { kind: 'end', value: '', column: 1 };
  }

  #take(): SelectorToken {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #skipMark(mark: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'mark' || token.value !== mark) return false;
    this.#at++;
    return true;
  }

  #anyOf(): Test {
    const tests = [this.#allOf()];
    while (this.#skipMark('||')) tests.push(this.#allOf());
    return (labels) => tests.some((test) => test(labels));
  }

  #allOf(): Test {
    const tests = [this.#operation()];
    while (this.#skipMark('&&')) tests.push(this.#operation());
    return (labels) => tests.every((test) => test(labels));
  }

  #operation(): Test {
    let negated = false;
    while (this.#skipMark('!')) negated = !negated;
    const test = this.#plainOperation();
    return negated ? (labels) => !test(labels) : test;
  }

  #plainOperation(): Test {
    const token = this.#take();
    if (token.kind === 'has') return (labels) => own(labels, token.value) !== undefined;
    if (token.kind === 'call') return () => true;
    if (token.kind === 'label') return this.#comparison(token.value);
    if (token.kind === 'mark' && token.value === '(') {
      const test = this.#anyOf();
      if (!this.#skipMark(')')) throw new SelectorError('expected ")"', this.#peek().column);
      return test;
    }
    if (token.kind === 'end') throw new SelectorError('the selector ends too early', token.column);
    throw new SelectorError(`unexpected "${token.value}"`, token.column);
  }

  #comparison(label: string): Test {
    const operator = this.#take();
    switch (operator.value) {
      case '==': {
        const wanted = this.#string();
        return (labels) => own(labels, label) === wanted;
      }
      case '!=': {
        const wanted = this.#string();
        return (labels) => own(labels, label) !== wanted;
      }
      case 'contains': {
        const wanted = this.#string();
        return (labels) => own(labels, label)?.includes(wanted) ?? false;
      }
      case 'starts with': {
        const wanted = this.#string();
        return (labels) => own(labels, label)?.startsWith(wanted) ?? false;
      }
      case 'ends with': {
        const wanted = this.#string();
        return (labels) => own(labels, label)?.endsWith(wanted) ?? false;
      }
      case 'in': {
        const wanted = this.#set();
        return (labels) => wanted.has(own(labels, label) ?? missing);
      }
      case 'not in': {
        const wanted = this.#set();
        return (labels) => !wanted.has(own(labels, label) ?? missing);
      }
      default:
        throw new SelectorError('expected an operator after the label', operator.column);
    }
  }

  #string(): string {
    const token = this.#take();
    if (token.kind !== 'string') throw new SelectorError('expected a string in quotes', token.column);
    return token.value;
  }

  #set(): ReadonlySet<string | symbol> {
    const open = this.#peek();
    if (!this.#skipMark('{')) throw new SelectorError('expected a set in braces, { "a", "b" }', open.column);
    const values = new Set<string | symbol>();
    while (this.#peek().kind === 'string') {
      values.add(this.#take().value);
      if (!this.#skipMark(',')) break;
    }
    if (!this.#skipMark('}')) throw new SelectorError('expected "}"', this.#peek().column);
    return values;
  }
}

/** Stands for a label that is not there: member of no set. */
const missing = Symbol('missing');
