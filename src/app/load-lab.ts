// Owns getting a lab ready for a verb: as it was worked out before where nothing changed, worked out otherwise.

import type { Context } from './context.ts';
import { keptDesign } from './kept-design.ts';
import type { LoadedDesign } from './work-out.ts';

/** A lab with all that follows from it. Throws LAB_NOT_FOUND, or LAB_INVALID with every problem, placed. */
export async function loadLab(context: Context, reference: string, set: readonly string[]): Promise<LoadedDesign> {
  const kept = await keptDesign(context, reference, set);
  if (kept?.loaded !== undefined) return kept.loaded;
  const { workOut } = await import('./work-out.ts');
  const loaded = await workOut(context, reference, set);
  await kept?.keep(loaded);
  return loaded;
}
