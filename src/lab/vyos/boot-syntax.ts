// Owns the text of a `config.boot`: curly brackets, quotes, comments; every word keeps its place.

import type { Problem } from '../../base/place.ts';
import type { Source } from '../tree.ts';
import { GrowingNode, type Word } from './growing.ts';
import { type VyosNode, vyosProblem } from './node.ts';

/** Deepest nesting that VyOS itself knows is 11; deeper text is not a configuration. */
const maxDepth = 32;

type Token =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'open' | 'close' | 'line'; readonly start: number };

/** Reads curly text into words. Never throws: what cannot be read is a problem, and reading goes on behind it. */
export function readBootText(source: Source): {
  readonly roots: readonly VyosNode[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const refuse = (start: number, message: string, hint?: string): void => {
    problems.push(vyosProblem(source, { start, end: start + 1 }, 'VYOS_SYNTAX', message, { hint }));
  };
  const root = new GrowingNode({ text: '', start: 0, end: 0 });
  const open: { readonly node: GrowingNode; readonly start: number }[] = [];
  let statement: Word[] = [];
  const current = (): GrowingNode => open.at(-1)?.node ?? root;
  const endStatement = (): GrowingNode => {
    const [, , third] = statement;
    if (third !== undefined) refuse(third.start, `\`${third.text}\` follows a value`, 'quote a value that has spaces');
    const [name, value] = statement;
    statement = [];
    if (name === undefined) return current();
    const node = current().grow(name);
    return value === undefined ? node : node.grow(value);
  };
  for (const token of tokensOf(source.text, refuse)) {
    if (token.kind === 'word') statement.push(token.word);
    else if (token.kind === 'line') endStatement();
    else if (token.kind === 'open') {
      if (statement.length === 0) refuse(token.start, '`{` without a name before it');
      open.push({ node: endStatement(), start: token.start });
      if (open.length <= maxDepth) continue;
      refuse(token.start, `nested deeper than ${maxDepth} levels`);
      break;
    } else {
      endStatement();
      if (open.pop() === undefined) refuse(token.start, '`}` closes nothing', 'remove it, or find the missing `{`');
    }
  }
  endStatement();
  const unclosed = open.at(-1);
  if (unclosed !== undefined && open.length <= maxDepth) {
    refuse(unclosed.start, '`{` is never closed', 'the file may be cut off');
  }
  return { roots: root.finish(), problems };
}

type Refuse = (start: number, message: string, hint?: string) => void;

function* tokensOf(text: string, refuse: Refuse): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '\n' || char === ';') {
      yield { kind: 'line', start: at++ };
    } else if (char === '{' || char === '}') {
      yield { kind: char === '{' ? 'open' : 'close', start: at++ };
    } else if (/\s/.test(char)) {
      at++;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) refuse(at, 'a comment is never closed', 'end it with */');
      at = end < 0 ? text.length : end + 2;
    } else if (text.startsWith('//', at) || char === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else {
      const word = wordAt(text, at, refuse);
      yield { kind: 'word', word };
      at = word.end;
    }
  }
}

/** A quoted or plain word. In quotes `\"` and `\\` stand for themselves; a quote must end on its own line. */
function wordAt(text: string, start: number, refuse: Refuse): Word {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") {
    const [plain = ''] = /^[^\s{};"']+/.exec(text.slice(start, start + 4096)) ?? [];
    return { text: plain, start, end: start + Math.max(1, plain.length) };
  }
  let value = '';
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    const char = text[at] ?? '';
    if (char === quote) return { text: value, start, end: at + 1 };
    if (char === '\\' && (text[at + 1] === quote || text[at + 1] === '\\')) at++;
    value += text[at] ?? '';
  }
  refuse(start, 'a quote is never closed', `end the value with ${quote} on the same line`);
  const end = text.indexOf('\n', start);
  return { text: value, start, end: end < 0 ? text.length : end };
}
