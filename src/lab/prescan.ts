// Owns what is refused before a YAML document is composed: too large, not text, too deep, anchors, tags, directives.

import { type CST, Lexer, Parser } from 'yaml';
import type { Problem } from '../base/place.ts';
import { type ProblemText, problemAtSpan, type Source } from './tree.ts';

/** Largest lab or topology in bytes. */
export const maxBytes = 256 * 1024;

/** Most tokens: a text of brackets, quotes or empty lines alone would keep the parser busy for seconds. */
export const maxTokens = 120_000;

/** Deepest nesting of maps and lists. */
export const maxDepth = 32;

/** The tokens of a document, or the one problem that stopped the scan. */
export type Scan = { readonly tokens: readonly CST.Token[] } | { readonly problem: Problem };

/**
 * Splits a text into tokens one by one and stops at the first that must not go further. The `yaml` package can abort
 * the whole process on deep nesting (RegExpCompiler out of memory, not catchable), and aliases multiply: neither
 * gets past here, because depth and tokens are looked at before the parser takes its next step.
 */
export function prescan(source: Source, from = 0): Scan {
  const text = from === 0 ? source.text : ' '.repeat(from) + source.text.slice(from);
  const refuse = (start: number, width: number, problem: ProblemText): Scan => ({
    problem: problemAtSpan({ source, start, end: start + width }, [], problem),
  });
  if (Buffer.byteLength(text) > maxBytes) {
    return refuse(0, 1, { code: 'LAB_TOO_LARGE', message: `the file is larger than ${maxBytes / 1024} KiB` });
  }
  const control = text.search(controlCharacter);
  if (control >= 0) {
    const number = text.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0');
    const message = number === 'FFFD' ? 'the file is not UTF-8 text' : `the file has a control character (U+${number})`;
    return refuse(control, 1, { code: 'LAB_NOT_TEXT', message, hint: 'save the file as plain UTF-8 text' });
  }
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let isScalar = false;
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const start = parser.offset;
    if (++count > maxTokens) {
      return refuse(start, 1, { code: 'LAB_TOO_LARGE', message: `the file has more than ${maxTokens} YAML tokens` });
    }
    const problem = isScalar ? undefined : refusedLexeme(lexeme);
    if (problem !== undefined) return refuse(start, lexeme.length, problem);
    isScalar = lexeme === scalarFollows;
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > maxDepth + 1) {
      return refuse(start, 1, {
        code: 'LAB_TOO_DEEP',
        message: `maps and lists are nested deeper than ${maxDepth} levels`,
        hint: 'close brackets that are open, and indent less',
      });
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

/** C0 and C1 without tab, line feed and carriage return; DEL; line separators; what a failed UTF-8 decoding leaves. */
const controlCharacter = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffd]/;

/** The lexer's mark that the next token is a plain or block scalar's text. */
const scalarFollows = '\x1f';

function refusedLexeme(lexeme: string): ProblemText | undefined {
  switch (lexeme[0]) {
    case '&':
    case '*':
      return {
        code: 'LAB_ALIAS',
        message: 'anchors (&) and aliases (*) are not supported',
        hint: 'write the value out, or share it with `extends:`, a topology or a variant; quote a text that begins with & or *',
      };
    case '!':
      return {
        code: 'LAB_TAG',
        message: 'tags (!) are not supported',
        hint: 'remove the tag; quote a text that begins with !',
      };
    case '%':
      return { code: 'LAB_DIRECTIVE', message: 'directives (%) are not supported', hint: 'remove this line' };
    default:
      return undefined;
  }
}
