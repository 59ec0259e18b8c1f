// Owns the step from the text of a VyOS configuration to its tree: which form it has, which release wrote it.

import type { Problem } from '../../base/place.ts';
import type { Source } from '../tree.ts';
import { readBootText } from './boot-syntax.ts';
import { nodeAt, nodesAt, type VyosConfig, type VyosNode, type VyosRelease, vyosProblem } from './node.ts';
import { inTodaysWords } from './older-words.ts';
import { isSetText, readSetText } from './set-syntax.ts';

/** Control characters but tab and line ends. */
const notText = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]/;

/** Reads a configuration in either form. Never throws: problems are returned, all at once, each with its place. */
export function readVyosConfig(source: Source): { readonly config: VyosConfig; readonly problems: readonly Problem[] } {
  const control = source.text.search(notText);
  if (control >= 0) {
    const at = { start: control, end: control + 1 };
    const message = 'the file is not a VyOS configuration: it has bytes that are no text';
    return {
      config: { source, roots: [], release: undefined },
      problems: [vyosProblem(source, at, 'VYOS_SYNTAX', message)],
    };
  }
  const { roots, problems } = isSetText(source.text) ? readSetText(source) : readBootText(source);
  const config = { source, roots: inTodaysWords(roots, source.text), release: releaseOf(source.text, roots) };
  return { config, problems: [...problems, ...checkBytes(source), ...checkVersionLine(source)] };
}

/**
 * The release that the file's last lines name, else the one whose words it uses: `outbound-interface name eth0` came with 1.5
 * (and late 1.4), plain `outbound-interface eth0` is older.
 */
function releaseOf(text: string, roots: readonly VyosNode[]): VyosRelease | undefined {
  const [, said] = /^\W*Release version:\s*(?:VyOS\s+)?(\d+\.\d+|999|\d{4}\.)/m.exec(text) ?? [];
  if (said !== undefined) return said === '1.4' || said === '1.3' ? '1.4' : '1.5';
  for (const rule of nodesAt(roots, 'nat', 'source', 'rule')) {
    const out = nodeAt(rule.children, 'outbound-interface');
    if (out !== undefined) return out.children.some(({ word }) => word === 'name' || word === 'group') ? '1.5' : '1.4';
  }
  return undefined;
}

/** A description in GBK or Latin-1 is no reason to refuse a router: what a failed decoding leaves is told once. */
function checkBytes(source: Source): readonly Problem[] {
  const start = source.text.indexOf('\ufffd');
  if (start < 0) return [];
  const message = 'the file has bytes that are no UTF-8: they are read as \ufffd';
  const hint = 'iconv -f GB18030 -t UTF-8, or whatever it was written in';
  return [vyosProblem(source, { start, end: start + 1 }, 'VYOS_ENCODING', message, { severity: 'warning', hint })];
}

/** VyOS reads the version line to know which migrations to run; a file that was edited and saved again may have lost it. */
function checkVersionLine(source: Source): readonly Problem[] {
  const twice = /^\s*\/\/\s*\/\/\s*vyos-config-version/m.exec(source.text);
  if (twice === null) return [];
  const start = twice.index + twice[0].indexOf('//');
  const message = 'the version line is commented twice: VyOS would take the file for one of an unknown release';
  const at = { start, end: start + twice[0].trim().length };
  return [vyosProblem(source, at, 'VYOS_VERSION_LINE', message, { severity: 'warning', hint: 'leave one `//`' })];
}
