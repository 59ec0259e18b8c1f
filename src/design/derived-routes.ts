// Owns the limit of what is derived: a lab whose routers decide what the model of BGP does not know.

import type { Design } from './design.ts';

/** Whether what BGP makes of the lab is known: false where a router's own file has what the model of BGP has not. */
export function hasDerivedRoutes({ routers }: Pick<Design, 'routers'>): boolean {
  return routers.every(({ vyos }) => (vyos?.beyond.length ?? 0) === 0);
}
