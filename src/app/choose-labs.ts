// Owns which labs `test` means: names, globs over the catalogue, all of it, and one shard of that.

import { LabError } from '../base/errors.ts';
import { hintForName } from '../lab/names.ts';
import type { Context } from './context.ts';
import { list } from './list.ts';

/** The labs a run is about. */
export interface LabSelection {
  /** `bgp-rr`, `bgp-rr:article`, `bgp-*`, `*:*`, `./mine.lab.yml`; `*` stands for any characters but the colon. */
  readonly patterns: readonly string[];
  /** Every lab and variant of the catalogue. */
  readonly all: boolean;
  /** Only every `of`th lab, beginning with the `index`th (from 1). */
  readonly shard?: Shard | undefined;
}

/** One of several equal parts of a run. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** The references of all chosen labs, each once, in the catalogue's order. Throws LAB_NOT_FOUND for a pattern without a lab. */
export async function chooseLabs(context: Context, selection: LabSelection): Promise<readonly string[]> {
  const known = await catalogueReferences(context);
  const chosen = new Set(selection.all ? known : selection.patterns.flatMap((pattern) => matching(pattern, known)));
  const { index, of } = selection.shard ?? { index: 1, of: 1 };
  return [...chosen].filter((_, place) => place % of === index - 1);
}

/** Every lab, each followed by its variants. */
async function catalogueReferences(context: Context): Promise<readonly string[]> {
  const entries = await list(context);
  return entries.flatMap(({ name, variants }) => [name, ...variants.map((variant) => `${name}:${variant.name}`)]);
}

function matching(pattern: string, known: readonly string[]): readonly string[] {
  if (/[/.]/.test(pattern)) return [pattern];
  const parts = pattern.split('*').map((part) => part.replace(/[^\w:-]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('[^:]*')}$`);
  const found = known.filter((reference) => expression.test(reference));
  if (found.length > 0) return found;
  throw new LabError('LAB_NOT_FOUND', `no lab of the catalogue is called \`${pattern}\``, {
    hint: hintForName(pattern, known),
    facts: [`labs: ${known.join(', ')}`],
  });
}
