// Owns what a user says once for all labs: `engines.kind` in a file of one's own, below what each lab says itself.

import * as z from 'zod';
import { kindSchema } from './kind-settings.ts';
import { parseSource } from './parse.ts';
import { ProblemList, throwIfInvalid } from './problems.ts';
import { checkShape } from './shape.ts';
import { type MapTree, plainValue, sourceOf } from './tree.ts';

/** The user's file as it was read. */
export interface UserSettings {
  /** As messages name it. */
  readonly file: string;
  readonly text: string;
}

const userSchema = z.strictObject({
  engines: z.strictObject({ kind: kindSchema.optional() }).optional(),
});

/** The settings as the lowest part of a lab. Throws LAB_INVALID with every problem of the file, placed. */
export function userTree({ file, text }: UserSettings): MapTree {
  const parsed = parseSource(sourceOf(file, text));
  if ('problems' in parsed) throwIfInvalid(parsed.problems, file);
  const tree = 'tree' in parsed ? parsed.tree : undefined;
  if (tree === undefined) throw new TypeError('a file without problems must have a tree');
  const list = new ProblemList(tree);
  checkShape(userSchema, tree, plainValue(tree), list);
  throwIfInvalid(list.all, file);
  return tree as MapTree;
}
