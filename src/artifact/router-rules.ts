// Owns a router's nft rules: the source translation of the original labs, nothing else.

import type { RouterDesign } from '../design/design.ts';

/** nft text of a router; undefined where the router translates nothing. */
export function routerRules(router: RouterDesign): string | undefined {
  const rules = rulesOf(router);
  if (rules.length === 0) return undefined;
  return `table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
${rules.map((rule) => `    ${rule}\n`).join('')}  }
}
`;
}

function rulesOf({ sourceNat, vyos }: RouterDesign): readonly string[] {
  if (vyos !== undefined) return vyos.nat;
  return sourceNat === undefined ? [] : [`ip saddr ${sourceNat.source} oifname "${sourceNat.interface}" masquerade`];
}
