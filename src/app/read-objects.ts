// Owns reading Calico objects from a file or standard input: YAML or JSON, several documents, lists; with places.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Document, parseAllDocuments } from 'yaml';
import { LabError } from '../base/errors.ts';
import type { Problem } from '../base/place.ts';
import { objectsInDocument, objectYamlOptions } from '../calico/object-text.ts';
import { prescan } from '../lab/prescan.ts';
import { problemAtSpan, type Source, sourceOf } from '../lab/tree.ts';
import type { Context } from './context.ts';

/** An object as it was written, and the way to name the place of a value in it. */
export interface WrittenObject {
  readonly raw: unknown;
  /** A problem of this object, its path relative to it, with the place where the value stands. */
  place(problem: Problem): Problem;
}

/** Reads a file, or standard input for `-`. Throws OBJECT_INVALID with places, or USAGE when it cannot be read. */
export async function readObjects(context: Context, file: string): Promise<readonly WrittenObject[]> {
  const text = file === '-' ? await context.readStdin() : await readText(resolve(context.cwd, file));
  const source = sourceOf(file === '-' ? '<stdin>' : file, text);
  const scan = prescan(source);
  if ('problem' in scan) throw invalid(source, [scan.problem]);
  const parsed = parseAllDocuments(text, objectYamlOptions);
  const documents: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const broken = documents.flatMap(({ errors }) => errors);
  if (broken.length > 0) {
    throw invalid(
      source,
      broken.map(({ message, pos: [start, end] }) =>
        problemAtSpan({ source, start, end }, [], {
          code: 'OBJECT_YAML',
          message: `not valid YAML: ${message.split('\n')[0]}`,
        }),
      ),
    );
  }
  return documents.flatMap((document) => objectsOf(source, document));
}

/** An object that was not written in a file: its problems have no place. */
export function unplaced(raw: unknown): WrittenObject {
  return { raw, place: (problem) => problem };
}

function objectsOf(source: Source, document: Document.Parsed): readonly WrittenObject[] {
  const value: unknown = document.toJS();
  const objects = objectsInDocument(value);
  const prefixOf = (index: number) => (objects[0] === value ? [] : Array.isArray(value) ? [index] : ['items', index]);
  return objects.map((raw, index) => ({
    raw,
    place: (problem) => {
      const span = spanOf(document, [...prefixOf(index), ...problem.path]);
      const { code, message, hint } = problem;
      const { at } = problemAtSpan({ source, ...span }, problem.path, {
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
      });
      return { ...problem, at };
    },
  }));
}

/** Where a value stands; of a value that is absent, where the nearest value around it begins. */
function spanOf(document: Document.Parsed, path: readonly (string | number)[]): { start: number; end: number } {
  for (let length = path.length; length >= 0; length--) {
    const found = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (found as { range?: readonly [number, number, number] | null } | undefined)?.range;
    if (range != null) return { start: range[0], end: length === path.length ? range[1] : range[0] + 1 };
  }
  return { start: 0, end: 1 };
}

function invalid(source: Source, problems: readonly Problem[]): LabError {
  return new LabError('OBJECT_INVALID', `failed to execute command: ${source.file} cannot be read as YAML or JSON`, {
    problems,
    exitCode: 1,
  });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new LabError('USAGE', `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
