// Owns the words of Calico's selector language: a selector's text cut into tokens, each with its column.

/** What a token is; the text of operators is canonical (`starts with`, `not in`). */
export interface SelectorToken {
  readonly kind: 'label' | 'string' | 'has' | 'call' | 'operator' | 'mark' | 'end';
  /** The label's name, the string without quotes, the operator, `all`/`global`, or the mark itself. */
  readonly value: string;
  /** 1-based column of its first character. */
  readonly column: number;
}

/** Why a selector cannot be read, and the 1-based column where reading stopped. */
export class SelectorError extends Error {
  readonly column: number;
  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

const longestLabel = 512;
const wordOperators: readonly (readonly [RegExp, string])[] = [
  [/contains/y, 'contains'],
  [/starts[ \t]*with/y, 'starts with'],
  [/ends[ \t]*with/y, 'ends with'],
  [/not[ \t]*in/y, 'not in'],
  [/in/y, 'in'],
];
const marks = ['==', '!=', '&&', '||', '(', ')', '{', '}', ',', '!'];

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Cuts a selector into tokens; the last is always `end`. Throws a SelectorError. */
export function tokenizeSelector(text: string): readonly SelectorToken[] {
  const tokens: SelectorToken[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(/[ \t]*/y, text, at)?.[0].length ?? 0;
    const column = at + 1;
    if (at >= text.length) {
      tokens.push({ kind: 'end', value: '', column });
      return tokens;
    }
    const [token, length] = nextToken(text, at, tokens.at(-1)?.kind === 'label');
    tokens.push({ ...token, column });
    at += length;
  }
}

function nextToken(text: string, at: number, afterLabel: boolean): [Omit<SelectorToken, 'column'>, number] {
  const first = text[at] ?? '';
  if (first === '"' || first === "'") {
    const end = text.indexOf(first, at + 1);
    if (end < 0) throw new SelectorError('the string is not closed', at + 1);
    return [{ kind: 'string', value: text.slice(at + 1, end) }, end + 1 - at];
  }
  const mark = marks.find((candidate) => text.startsWith(candidate, at));
  if (mark !== undefined) return [{ kind: 'mark', value: mark }, mark.length];
  if (first === '=' || first === '&' || first === '|') {
    throw new SelectorError(`expected "${first}${first}"`, at + 1);
  }
  return afterLabel ? operatorAt(text, at) : wordAt(text, at);
}

function operatorAt(text: string, at: number): [Omit<SelectorToken, 'column'>, number] {
  for (const [pattern, value] of wordOperators) {
    const length = matchAt(pattern, text, at)?.[0].length;
    if (length === undefined || /[\w./-]/.test(text[at + length] ?? '')) continue;
    return [{ kind: 'operator', value }, length];
  }
  throw new SelectorError('expected ==, !=, in, not in, contains, starts with or ends with after the label', at + 1);
}

function wordAt(text: string, at: number): [Omit<SelectorToken, 'column'>, number] {
  const has = matchAt(/has\([ \t]*([\w./-]*)[ \t]*(\)?)/y, text, at);
  if (has !== null) {
    const [whole, label = '', closed = ''] = has;
    if (label === '') throw new SelectorError('expected a label inside has()', at + 5);
    if (closed === '') throw new SelectorError('has( is not closed', at + 1 + whole.length);
    return [{ kind: 'has', value: checkedLabel(label, at) }, whole.length];
  }
  const call = matchAt(/(all|global)\([ \t]*(\)?)/y, text, at);
  if (call !== null) {
    const [whole, name = '', closed = ''] = call;
    if (closed === '') throw new SelectorError(`${name}( is not closed`, at + 1 + whole.length);
    return [{ kind: 'call', value: name }, whole.length];
  }
  const label = matchAt(/[\w./-]+/y, text, at)?.[0];
  if (label === undefined) throw new SelectorError(`unexpected "${text[at]}"`, at + 1);
  return [{ kind: 'label', value: checkedLabel(label, at) }, label.length];
}

function checkedLabel(label: string, at: number): string {
  if (label.length > longestLabel) throw new SelectorError(`the label is longer than ${longestLabel}`, at + 1);
  return label;
}
