// Owns which file is meant: a catalogue name, a path, a folder, standard input; what a lab may refer to; reading it whole.

import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { LabError } from '../base/errors.ts';
import { hintForName, labName } from './names.ts';
import { maxBytes } from './prescan.ts';
import { throwIfInvalid } from './problems.ts';
import { problemAtSpan, type Source, sourceOf } from './tree.ts';

/** A lab file or topology that was found and read. */
export interface FoundFile {
  readonly source: Source;
  /** Absolute path, or `-`. */
  readonly file: string;
  /** The folder that relative references start from. */
  readonly folder: string;
  /** What the file name says the name is; undefined for standard input. */
  readonly name: string | undefined;
}

/** Where labs are looked for. */
export interface FindOptions {
  readonly labsDir: string;
  readonly topologiesDir: string;
  readonly cwd: string;
  readonly stdin?: (() => Promise<string>) | undefined;
}

/** The file name endings of lab files. */
export const labEndings = ['.lab.yml', '.lab.yaml'] as const;

/** Finds and reads what a user named. Throws LAB_NOT_FOUND when nothing is there. */
export async function findLab(
  reference: string,
  options: FindOptions,
): Promise<{ readonly found: FoundFile; readonly variant: string | undefined }> {
  const colon = reference.lastIndexOf(':');
  const [base, variant] = colon < 0 ? [reference, undefined] : [reference.slice(0, colon), reference.slice(colon + 1)];
  if (base === '-') return { found: await readStandardInput(options), variant };
  if (labName.test(base)) {
    const file = join(options.labsDir, `${base}.lab.yml`);
    if (await isFile(file)) return { found: await readFound(file, options), variant };
    throw await unknownLab(base, options);
  }
  if (!/[/.]/.test(base)) throw await unknownLab(base, options);
  const path = resolve(options.cwd, base);
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined)
    throw notFound(`there is no file \`${base}\``, '`labctl list` for the labs that come with labctl');
  const file = kind.isDirectory() ? await onlyLabIn(path, base) : path;
  return { found: await readFound(file, options), variant };
}

/** A file that a lab refers to: beside it by name or `./path`, else in labctl's own folder. Undefined: not there. */
export async function findReferred(
  reference: string,
  from: FoundFile,
  kind: 'lab' | 'topology',
  options: FindOptions,
): Promise<FoundFile | undefined> {
  const ending = kind === 'lab' ? '.lab.yml' : '.yml';
  if (labName.test(reference)) {
    const own = kind === 'lab' ? options.labsDir : options.topologiesDir;
    for (const folder of [from.folder, own]) {
      const file = join(folder, `${reference}${ending}`);
      if (await isFile(file)) return readFound(file, options);
    }
    return undefined;
  }
  return reference.startsWith('./') && /\.ya?ml$/.test(reference) ? findBeside(reference, from, options) : undefined;
}

/** A file beside another or below it, never outside of that folder, also not by a link. Undefined: not there. */
export async function findBeside(
  reference: string,
  from: FoundFile,
  options: FindOptions,
): Promise<FoundFile | undefined> {
  if (isAbsolute(reference) || reference.split('/').includes('..')) return undefined;
  const file = resolve(from.folder, reference);
  if (!(await isFile(file))) return undefined;
  const [realFile, realFolder] = await Promise.all([realpath(file), realpath(from.folder)]);
  return realFile.startsWith(realFolder + sep) ? readFound(file, options) : undefined;
}

/** The names of the labs (or topologies) in a folder, sorted; none when there is no such folder. */
export async function namesIn(folder: string, endings: readonly string[]): Promise<readonly string[]> {
  const files = await readdir(folder).catch(() => [] as string[]);
  const names = files.flatMap((file) => {
    const ending = endings.find((candidate) => file.endsWith(candidate));
    return ending === undefined ? [] : [file.slice(0, -ending.length)];
  });
  return [...new Set(names)].toSorted();
}

/** Reads a lab file whole. Throws LAB_NOT_FOUND when it cannot be read, LAB_INVALID when it is too large. */
export async function readFound(file: string, options: { readonly cwd: string }): Promise<FoundFile> {
  const shown = shownPath(file, options.cwd);
  const seen = await stat(file).catch((error: NodeJS.ErrnoException) => error);
  if (seen instanceof Error) throw notFound(`cannot read ${shown}: ${seen.code ?? seen.message}`);
  if (!seen.isFile()) throw notFound(`${shown} is not a regular file`, '`-` to read a lab from standard input');
  if (seen.size > maxBytes) refuseSize(shown);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) throw notFound(`cannot read ${shown}: ${text.code ?? text.message}`);
  const name = basename(file).replace(/(\.lab)?\.ya?ml$/, '');
  return { source: sourceOf(shown, text), file, folder: dirname(file), name };
}

/** Shared by all sizes that are refused before the text is held as a document. */
function refuseSize(shown: string): never {
  const span = { source: sourceOf(shown, ''), start: 0, end: 1 };
  const message = `the file is larger than ${maxBytes / 1024} KiB`;
  throwIfInvalid([problemAtSpan(span, [], { code: 'LAB_TOO_LARGE', message })], shown);
  throw new TypeError('a problem must have been thrown');
}

async function readStandardInput(options: FindOptions): Promise<FoundFile> {
  const text = (await options.stdin?.()) ?? '';
  return { source: sourceOf('<stdin>', text), file: '-', folder: options.cwd, name: undefined };
}

async function onlyLabIn(folder: string, shown: string): Promise<string> {
  const files = (await readdir(folder)).filter((file) => labEndings.some((ending) => file.endsWith(ending))).toSorted();
  const [only, second] = files;
  if (only === undefined) throw notFound(`no lab file (*.lab.yml) in \`${shown}\``);
  if (second !== undefined) {
    throw notFound(`\`${shown}\` has ${files.length} lab files`, `name one of them: ${files.slice(0, 8).join(', ')}`);
  }
  return join(folder, only);
}

async function unknownLab(name: string, options: FindOptions): Promise<LabError> {
  const names = await namesIn(options.labsDir, ['.lab.yml']);
  const isHere = name !== '' && (await stat(resolve(options.cwd, name)).catch(() => undefined)) !== undefined;
  const hint = isHere ? `./${name} for the file or folder here` : hintForName(name, names);
  return notFound(`there is no lab named \`${name}\``, hint);
}

/** A LAB_NOT_FOUND error. */
export function notFound(message: string, hint?: string): LabError {
  return new LabError('LAB_NOT_FOUND', message, { hint });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** Relative where the file lies below the working folder, absolute elsewhere. */
function shownPath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path === '' || path.startsWith('..') || isAbsolute(path) ? file : path;
}
