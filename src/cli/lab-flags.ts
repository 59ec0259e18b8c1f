// Owns the flags that say what is changed in a lab: the same words for every verb that works one out.

import { gathered } from './flag-values.ts';
import type { Flag } from './verb.ts';

/** Changes in a lab. */
export const setFlag: Flag = {
  flags: '-s, --set <key=value>',
  description: 'change a value of the lab file (may be repeated): calico.version=v3.23.2',
  parse: gathered,
};

/** Short for the setting of the routers on kind. */
export const routerFlag: Flag = {
  flags: '--router <kind>',
  description: 'what runs in the routers of a lab on kind',
  choices: ['frr', 'vyos'],
};
