// Owns VyOS's `set` commands as text: `show configuration commands`, configuration scripts, here-documents of them.

import type { Problem } from '../../base/place.ts';
import type { Source } from '../tree.ts';
import { GrowingNode, type Word } from './growing.ts';
import { type VyosNode, vyosProblem } from './node.ts';

/** What a script of `set` commands has beside them, and what changes nothing of the configuration. */
const scriptLine =
  /^(#|$|configure\b|commit\b|save\b|exit\b|end\b|source\s|run\s|load\s|if\b|fi\b|sleep\b|echo\b|EOF\b|top$|up$|cat\s|vbash\b|sg\s|show\b)/;

/** `vyos@leaf0# set …`: a prompt that was copied along. */
const prompt = /^\S+@\S+?[#$:>]\S*(\s+|$)/;

/** Whether a text is made of `set` commands: its first line that says anything is one, or a script's. */
export function isSetText(text: string): boolean {
  for (const line of text.split('\n', 400)) {
    const said = line.trim().replace(prompt, '');
    if (/^(set|delete)\s/.test(said)) return true;
    if (!scriptLine.test(said) && !said.startsWith('//') && !said.startsWith('[edit')) return false;
  }
  return false;
}

/** Reads `set` and `delete` commands into words. Never throws. */
export function readSetText(source: Source): {
  readonly roots: readonly VyosNode[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const root = new GrowingNode({ text: '', start: 0, end: 0 });
  const { text, lineStarts } = source;
  for (const [i, lineStart] of lineStarts.entries()) {
    const line = text.slice(lineStart, lineStarts[i + 1] ?? text.length).replace(/\r?\n$/, '');
    const skipped = (/^\s*/.exec(line)?.[0].length ?? 0) + (prompt.exec(line.trimStart())?.[0].length ?? 0);
    const said = line.slice(skipped);
    if (scriptLine.test(said) || said.startsWith('//') || said.startsWith('[edit')) continue;
    const words = wordsOf(said, lineStart + skipped);
    const refuse = (at: Word | undefined, message: string, hint?: string): void => {
      const place = at ?? { start: lineStart + skipped, end: lineStart + line.length };
      problems.push(vyosProblem(source, place, 'VYOS_SYNTAX', message, { hint }));
    };
    if (words === undefined) {
      refuse(undefined, 'a quote is never closed');
      continue;
    }
    const [command, ...path] = words;
    if (command?.text === 'set' && path.length > 0) {
      if (path.length > 32) refuse(path[32], 'nested deeper than 32 levels');
      else path.reduce((node, word) => node.grow(word), root);
    } else if (command?.text === 'delete' && path.length > 0) {
      root.cut(path.map((word) => word.text));
    } else if (command?.text === 'comment') {
    } else {
      refuse(command, `\`${command?.text ?? ''}\` is no command that labctl reads`, 'set …, delete …');
    }
  }
  return { roots: root.finish(), problems };
}

/** The words of a line, quotes taken off; undefined when a quote is open. */
function wordsOf(line: string, start: number): readonly Word[] | undefined {
  const words: Word[] = [];
  const pattern = /\s*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s'"]+))/y;
  while (line.slice(pattern.lastIndex).trim() !== '') {
    const from = pattern.lastIndex;
    const match = pattern.exec(line);
    if (match === null) return undefined;
    const text = match[1] ?? match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '';
    const at = from + (/^\s*/.exec(match[0])?.[0].length ?? 0);
    words.push({ text, start: start + at, end: start + pattern.lastIndex });
  }
  return words;
}
