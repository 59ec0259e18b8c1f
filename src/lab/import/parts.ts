// Owns taking a folder apart: every YAML document of its files and scripts, every VyOS file, every command.

import type { SourcePlace } from '../../base/place.ts';
import { parseSource } from '../parse.ts';
import { entryOf, placeOfSpan, type Source, sourceOf, type Tree } from '../tree.ts';
import { type Account, itemsOf, startOf, textOf } from './account.ts';
import { partOf, readScript, type ScriptCommand } from './script.ts';

/** A text file of the folder. */
export interface ImportFile {
  /** Inside the folder, with slashes. */
  readonly path: string;
  /** As messages show it. */
  readonly shown: string;
  readonly text: string;
}

/** A YAML document. */
export interface YamlPart {
  readonly tree: Tree;
  readonly kind: string;
  readonly name: string;
  /** The path of the file it is in, or that a script writes it to. */
  readonly path: string;
  /** The command that a script feeds it to. */
  readonly command: ScriptCommand | undefined;
}

/** A folder in its parts. */
export interface Parts {
  readonly documents: readonly YamlPart[];
  readonly commands: readonly ScriptCommand[];
  /** Commands that a README tells the reader to type: they name things, and nobody knows whether they were typed. */
  readonly told: readonly ScriptCommand[];
  /** Files that are neither YAML nor scripts, with what scripts write: router configurations are among them. */
  readonly others: ReadonlyMap<string, Source>;
}

/** Takes a folder apart, in the order in which a shell lists its files. What a script writes takes the place of the file. */
export function partsOf(files: readonly ImportFile[], account: Account): Parts {
  const commands: ScriptCommand[] = [];
  const documents: YamlPart[] = [];
  const texts = new Map<string, { source: Source; command: ScriptCommand | undefined }>();
  for (const { path, shown, text } of files.filter((file) => isScript(file))) {
    const script = readScript(shown, text);
    commands.push(...script.commands);
    for (const { source, command, target } of script.documents) {
      const to = target === undefined ? undefined : pathFrom(path, target);
      if (to === undefined) documents.push(...documentsOf(source, path, command, account));
      else texts.set(to, { source, command });
    }
  }
  const others = new Map<string, Source>();
  const readmes = files.filter(({ path }) => path.endsWith('.md'));
  const told = readmes.flatMap(({ shown, text }) => readScript(shown, shellBlocks(text)).commands);
  for (const file of files.filter((candidate) => !isScript(candidate) && !readmes.includes(candidate))) {
    const written = texts.get(file.path);
    if (written === undefined) texts.set(file.path, { source: sourceOf(file.shown, file.text), command: undefined });
    else if (written.source.text.trim() !== file.text.trim())
      account.leave(
        startOf(sourceOf(file.shown, file.text)),
        `the script writes this file anew (${shownPlace(placeOfSpan(written.command?.span ?? startOf(written.source)))})`,
      );
  }
  for (const [path, { source, command }] of texts) {
    if (/\.(ya?ml|json)$/.test(path)) documents.push(...documentsOf(source, path, command, account));
    else others.set(path, source);
  }
  return { documents, commands, told, others };
}

/** `1-setup-env.sh:27`. */
export function shownPlace({ file, line }: SourcePlace): string {
  return `${file}:${line}`;
}

/** A path that a file of the folder says, as a path of the folder: `./a/../b.cfg` beside `x/clab.yaml` is `x/b.cfg`. */
export function pathFrom(file: string, said: string): string {
  const words: string[] = [];
  for (const word of [...file.split('/').slice(0, -1), ...said.split('/')]) {
    if (word === '..') words.pop();
    else if (word !== '' && word !== '.') words.push(word);
  }
  return words.join('/');
}

/** The lines of Markdown's shell blocks where they stand, all others empty. */
function shellBlocks(text: string): string {
  let isInside = false;
  const lines = text.split('\n').map((line) => {
    const isFence = line.startsWith('```');
    if (isFence) isInside = !isInside && /^```(ba|z)?sh\b/.test(line);
    return isInside && !isFence ? line : '';
  });
  return lines.join('\n');
}

function isScript({ path, text }: ImportFile): boolean {
  return /\.(sh|bash)$/.test(path) || /^#!?\S*\/(env )?(ba|da|z)?sh\b/.test(text);
}

/** Documents whose kind no lab depends on are not even parsed: a manifest's definitions are thousands of lines. */
const definitions = /^kind:\s*["']?CustomResourceDefinition/m;

function documentsOf(
  whole: Source,
  path: string,
  command: ScriptCommand | undefined,
  account: Account,
): readonly YamlPart[] {
  const above = whole.lineStarts.filter((start) => start === 0).length - 1;
  const found: YamlPart[] = [];
  let line = above;
  for (const text of whole.text.split(/^---.*\n/m)) {
    const source = partOf(whole.file, text, line);
    line += text.split('\n').length;
    if (text.replace(/^\s*(#.*)?$/gm, '').trim() === '' || definitions.test(text)) continue;
    const parsed = parseSource(source);
    if ('problems' in parsed) account.add(parsed.problems);
    else found.push(...partsOfTree(parsed.tree, path, command));
  }
  return found;
}

function partsOfTree(tree: Tree, path: string, command: ScriptCommand | undefined): readonly YamlPart[] {
  const kind = textOf(entryOf(tree, 'kind')?.value) ?? (entryOf(tree, 'topology') === undefined ? '' : 'topology');
  if (kind.endsWith('List'))
    return itemsOf(entryOf(tree, 'items')?.value).flatMap((item) => partsOfTree(item, path, command));
  const name =
    textOf(entryOf(entryOf(tree, 'metadata')?.value, 'name')?.value) ?? textOf(entryOf(tree, 'name')?.value) ?? '';
  return [{ tree, kind, name, path, command }];
}
