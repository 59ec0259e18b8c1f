// Owns how one protocol tells what another knows, in FRR's words: `redistribute` and `default-information originate`.

import { nodeAt, nodesAt, type VyosNode, valueAt } from './node.ts';
import type { ShortRow } from './vocabulary.ts';

const options = ['metric <number>', 'metric-type <number>', 'route-map <name>'];

/** What a protocol may say of it; `redistributed` and `originated` make the lines. */
export const redistributionWords: readonly ShortRow[] = [
  ['redistribute <word>'],
  ...options.map((option): ShortRow => [`redistribute <word> ${option}`]),
  ['default-information originate'],
  ['default-information originate always'],
  ...options.map((option): ShortRow => [`default-information originate ${option}`]),
];

/** The lines for `redistribute`. */
export function redistributed(nodes: readonly VyosNode[]): readonly string[] {
  return nodesAt(nodes, 'redistribute').map(({ word, children }) =>
    ['redistribute', word === 'ospfv3' ? 'ospf6' : word, ...optionsOf(children)].join(' '),
  );
}

/** The line for `default-information originate`: a default route is told. */
export function originated(nodes: readonly VyosNode[]): readonly string[] {
  const origin = nodeAt(nodes, 'default-information', 'originate');
  if (origin === undefined) return [];
  const always = nodeAt(origin.children, 'always') === undefined ? [] : ['always'];
  return [['default-information originate', ...always, ...optionsOf(origin.children)].join(' ')];
}

function optionsOf(nodes: readonly VyosNode[]): readonly string[] {
  return ['metric', 'metric-type', 'route-map'].flatMap((word) => {
    const value = valueAt(nodes, word);
    return value === undefined ? [] : [word, value];
  });
}
