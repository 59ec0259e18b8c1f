// Owns a router's nft rules: source translation and filter as the lab states them, or all chains of a VyOS configuration.

import type { RouterDesign } from '../design/design.ts';

/** One chain of a router's rules. */
export type RuleChain = NonNullable<RouterDesign['vyos']>['chains'][number];

/** nft text of a router; undefined where it has no rule. */
export function routerRules(router: RouterDesign): string | undefined {
  const chains = chainsOf(router);
  if (chains.length === 0) return undefined;
  return [...new Set(chains.map(({ table }) => table))]
    .map((table) => `table ${table} {\n${inUseOrder(chains, table).map(chainText).join('')}}\n`)
    .join('');
}

/** A chain stands before those that jump to it. */
function inUseOrder(chains: readonly RuleChain[], name: string): readonly RuleChain[] {
  const own = chains.filter(({ table }) => table === name);
  return [...own.filter(({ hook }) => hook === undefined), ...own.filter(({ hook }) => hook !== undefined)];
}

function chainText({ chain, hook, rules }: RuleChain): string {
  const lines = [...(hook === undefined ? [] : [hook]), ...rules];
  return `  chain ${chain} {\n${lines.map((line) => `    ${line}\n`).join('')}  }\n`;
}

function chainsOf({ sourceNat, filter = [], vyos }: RouterDesign): readonly RuleChain[] {
  if (vyos !== undefined) return vyos.chains;
  return [...(sourceNat === undefined ? [] : [natChain(sourceNat)]), ...(filter.length === 0 ? [] : filterChains)];
}

function natChain({ source, interface: device }: NonNullable<RouterDesign['sourceNat']>): RuleChain {
  const hook = 'type nat hook postrouting priority srcnat; policy accept;';
  return { table: 'ip nat', chain: 'postrouting', hook, rules: [`ip saddr ${source} oifname "${device}" masquerade`] };
}

/** `filter: [frag-needed]`: the router's own messages and those of others that pass it. */
const filterChains: readonly RuleChain[] = ['output', 'forward'].map((chain) => ({
  table: 'inet filter',
  chain,
  hook: `type filter hook ${chain} priority filter; policy accept;`,
  rules: ['icmp type destination-unreachable icmp code frag-needed drop', 'icmpv6 type packet-too-big drop'],
}));
