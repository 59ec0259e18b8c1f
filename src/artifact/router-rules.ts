// Owns a router's nft rules: the source translation of the original labs, nothing else.

import type { RouterDesign } from '../design/design.ts';

/** nft text of a router; undefined where the router translates nothing. */
export function routerRules(router: RouterDesign): string | undefined {
  if (router.sourceNat === undefined) return undefined;
  const { source, interface: out } = router.sourceNat;
  return `table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${source} oifname "${out}" masquerade
  }
}
`;
}
