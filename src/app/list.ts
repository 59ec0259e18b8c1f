// Owns the story of `list`: every lab of the catalogue, with its variants and what it shows.

import type { CatalogueEntry } from '../lab/catalogue.ts';
import { listLabs } from '../lab/catalogue.ts';
import type { Context } from './context.ts';
import { catalogueFolders } from './work-out.ts';

export type { CatalogueEntry } from '../lab/catalogue.ts';

/** The labs of the catalogue, by name; a file that cannot be read is listed with its problem. */
export function list(context: Context): Promise<readonly CatalogueEntry[]> {
  return listLabs(catalogueFolders(context).labsDir);
}
