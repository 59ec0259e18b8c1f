// Owns the hidden command `__complete`: the words that may stand where the shell's cursor is.

import { type WordKind, wordsOf } from '../../app/complete.ts';
import { gettableKinds } from '../../app/object-kinds.ts';
import type { Call, VerbTree } from '../call.ts';

/** What the arguments of a verb are, one after the other; `test` takes any number of labs. */
const argumentKinds: Readonly<Record<string, readonly WordKind[]>> = {
  up: ['catalogue'],
  plan: ['catalogue'],
  validate: ['catalogue'],
  render: ['catalogue'],
  graph: ['catalogue'],
  doctor: ['catalogue'],
  test: ['catalogue'],
  diff: ['catalogue', 'catalogue'],
  down: ['running'],
  status: ['running'],
  verify: ['running'],
  exec: ['machine'],
  shell: ['machine'],
  capture: ['machine', 'machine'],
  explain: ['machine', 'machine'],
  'calicoctl node status': ['node'],
};

/** `labctl __complete -- words…`: one word a line; the last of `words` is the one being typed. */
export async function completeCommand(call: Call, words: readonly string[]): Promise<number> {
  const typed = words.at(-1) ?? '';
  const found = await candidates(call, words.slice(0, -1), typed);
  const matching = [...new Set(found)].filter((word) => word.startsWith(typed)).toSorted();
  call.streams.stdout.write(matching.map((word) => `${word}\n`).join(''));
  return 0;
}

async function candidates(call: Call, before: readonly string[], typed: string): Promise<readonly string[]> {
  let tree = call.tree();
  const path: string[] = [];
  let count = 0;
  for (const [index, word] of before.entries()) {
    if (word.startsWith('-') || takesValue(tree, before[index - 1])) continue;
    const child = count === 0 ? tree.children.find(({ names }) => names.includes(word)) : undefined;
    if (child === undefined) count++;
    else [tree] = [child, path.push(child.names[0] ?? '')];
  }
  const flag = tree.flags.find(({ names }) => names.includes(before.at(-1) ?? ''));
  if (flag?.takesValue === true) return flag.names.includes('--lab') ? wordsOf(call.context, 'running') : flag.choices;
  if (typed.startsWith('-')) return tree.flags.flatMap(({ names }) => names.filter((name) => name.startsWith('--')));
  if (tree.children.length > 0) return tree.children.flatMap(({ names }) => names.slice(0, 1));
  const verb = path.join(' ');
  if (verb === 'completion') return count === 0 ? ['bash', 'zsh', 'fish'] : [];
  if (/^calicoctl (get|patch|delete)$/.test(verb))
    return count === 0 ? gettableKinds.map((kind) => kind.toLowerCase()) : [];
  const kind = argumentKinds[verb]?.[verb === 'test' ? 0 : count];
  return kind === undefined ? [] : wordsOf(call.context, kind);
}

function takesValue(tree: VerbTree, word: string | undefined): boolean {
  return word !== undefined && tree.flags.some(({ names, takesValue: takes }) => takes && names.includes(word));
}
