// Owns the check of a document's shape: zod's issues in a reader's words, with a did-you-mean for unknown keys.

import type * as z from 'zod';
import type { core } from 'zod';
import { hintForName } from './names.ts';
import type { ProblemList } from './problems.ts';
import { knownKeysAt } from './schema.ts';
import { type Path, type ProblemText, type Tree, treeAt } from './tree.ts';

/** Most issues that are put into words; a file with more has one mistake many times. */
const maxIssues = 200;

/**
 * Checks a tree's shape; every issue becomes a problem. Returns the value, undefined when its shape is wrong; keys that nobody
 * knows are problems too, but the rest of the value is returned.
 * `above` is the path from the list's document to the tree that is checked.
 */
export function checkShape<T>(
  schema: z.ZodType<T>,
  document: Tree,
  value: unknown,
  list: ProblemList,
  above: Path = [],
): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues.flatMap(insideUnion).slice(0, maxIssues)) {
    const inner = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
    const path = [...above, ...inner];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, maxIssues))
        list.add([...path, key], unknownKey(key, knownKeysAt(schema, inner)), { at: 'key' });
    } else if (issue.code === 'invalid_key') {
      const why = issue.issues[0]?.message ?? 'is not possible here';
      list.add(path, { code: 'LAB_BAD_NAME', message: `\`${shortened(String(path.at(-1)))}\` ${why}` }, { at: 'key' });
    } else {
      const found = treeAt(document, path);
      const key = path.at(-1);
      if (found === undefined && typeof key === 'string') {
        list.add(path.slice(0, -1), { code: 'LAB_MISSING_KEY', message: `\`${key}\` is missing` }, { at: 'key' });
      } else {
        list.add(path, textOfIssue(issue, found, key));
      }
    }
  }
  const isKnownRest = result.error.issues.every((issue) => issue.code === 'unrecognized_keys');
  return isKnownRest ? schema.safeParse(withoutUnknown(value, result.error.issues)).data : undefined;
}

/** The issues of the one alternative whose kind the value has: they say where in it the mistake is. */
function insideUnion(issue: core.$ZodIssue): readonly core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const isOfItsKind = ({ path, code }: core.$ZodIssue): boolean => path.length > 0 || code === 'unrecognized_keys';
  const [inside, ...others] = issue.errors.filter((issues) => issues.length > 0 && issues.every(isOfItsKind));
  if (inside === undefined || others.length > 0) return [issue];
  return inside.map((one) => ({ ...one, path: [...issue.path, ...one.path] })).flatMap(insideUnion);
}

/** The value without the keys that nobody knows: what is left can still be checked for its meaning. */
function withoutUnknown(value: unknown, issues: readonly core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    let at = copy as Record<PropertyKey, unknown>;
    for (const key of issue.path) at = at[key] as Record<PropertyKey, unknown>;
    for (const key of issue.keys) delete at[key];
  }
  return copy;
}

/** Keys that the format will have, but that no engine acts on yet. */
const laterKeys: ReadonlySet<string> = new Set(['ecmp-hash']);

function unknownKey(key: string, known: readonly string[]): ProblemText {
  const hint = laterKeys.has(key) ? 'leave it out, it is not supported yet' : hintForName(key, known);
  return { code: 'LAB_UNKNOWN_KEY', message: `unknown key \`${shortened(key)}\``, hint };
}

function textOfIssue(issue: core.$ZodIssue, found: Tree | undefined, key: Path[number] | undefined): ProblemText {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, found, key);
    case 'invalid_value':
      return wrongWord(issue.values.map(String), found);
    case 'too_small':
    case 'too_big':
      return outOfRange(issue, found);
    case 'invalid_format':
    case 'invalid_union':
      return { code: 'LAB_BAD_VALUE', message: `${describe(found)} ${issue.message}` };
    default:
      return { code: 'LAB_BAD_VALUE', message: `${describe(found)}: ${issue.message}` };
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list of two',
  object: 'a map',
  record: 'a map',
};

/** What text looks like under keys whose value is easily taken for a number. */
const textWords: Readonly<Record<string, (value: unknown) => string>> = {
  version: () => 'v3.33, with its v',
  delay: (value) => `${value}ms, with its unit`,
  jitter: (value) => `${value}ms, with its unit`,
  'min-rtt': (value) => `${value}ms, with its unit`,
};

function wrongType(expected: string, found: Tree | undefined, key: Path[number] | undefined): ProblemText {
  const isNumberForText = expected === 'string' && found?.kind === 'scalar' && typeof found.value === 'number';
  const value = found?.kind === 'scalar' ? found.value : '';
  const quoted = textWords[String(key)]?.(value) ?? `"${value}" in quotes is text`;
  return {
    code: 'LAB_WRONG_TYPE',
    message: `expected ${typeWords[expected] ?? expected}, found ${describe(found)}`,
    hint: isNumberForText ? quoted : undefined,
  };
}

function wrongWord(known: readonly string[], found: Tree | undefined): ProblemText {
  const hint = found?.kind === 'scalar' ? hintForName(String(found.value), known) : undefined;
  const isNear = hint?.startsWith('did you mean') ?? false;
  const only =
    known.length > 1 ? `is not one of ${known.join(', ')}` : `is not possible here, only \`${known.join()}\``;
  const message = `${describe(found)} ${only}`;
  return { code: 'LAB_BAD_VALUE', message, hint: isNear ? hint : undefined };
}

function outOfRange(issue: core.$ZodIssueTooBig | core.$ZodIssueTooSmall, found: Tree | undefined): ProblemText {
  const limit = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  return { code: 'LAB_OUT_OF_RANGE', message: rangeMessage(issue.origin, limit, found) };
}

function rangeMessage(origin: string, limit: string, found: Tree | undefined): string {
  if (found?.kind === 'list') return `the list has ${found.items.length} items, but must have ${limit}`;
  if (origin === 'string') return `the text is too long, it must have ${limit} characters`;
  return `${describe(found)} is out of range, it must be ${limit}`;
}

/** A found value in a few words, never longer than a line. */
function describe(tree: Tree | undefined): string {
  if (tree === undefined) return 'nothing';
  if (tree.kind !== 'scalar') return tree.kind === 'list' ? 'a list' : 'a map';
  if (tree.value === null) return 'nothing';
  return typeof tree.value === 'string' ? `\`${shortened(tree.value)}\`` : String(tree.value);
}

function shortened(text: string): string {
  const line = text.replaceAll('\n', '\\n');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
