// Owns `nat`: source, destination and static rules in their order as nftables takes them, 1.4's and 1.5's words alike.

import { nodeAt, nodesAt, type VyosNode, valueAt } from './node.ts';
import { inRuleOrder, isOff, matchWords, type RuleChain, ruleMatches } from './packet-filter.ts';
import { type Findings, isValue, translate, vocabularyOf } from './vocabulary.ts';

const notes = ['log', 'translation options address-mapping', 'translation options port-mapping'];
const ruleWords = vocabularyOf(
  matchWords,
  notes.map((path) => ({ path, isNote: true })),
  [
    ['packet-type <word>'],
    ['translation address <match>'],
    ['translation port <match>'],
    ['description <text>'],
    ['exclude'],
    ['disable'],
  ],
);
const staticWords = vocabularyOf([
  ['destination address <match>'],
  ['inbound-interface <interface>'],
  ['translation address <match>'],
  ['description <text>'],
  ['disable'],
  { path: 'log', isNote: true },
]);

const hooks = {
  source: ['postrouting', 'type nat hook postrouting priority srcnat; policy accept;'],
  destination: ['prerouting', 'type nat hook prerouting priority dstnat; policy accept;'],
} as const;

/** Reads the rules of NAT. Static NAT (one address for one) comes before the rest, as in VyOS. */
export function readNat(roots: readonly VyosNode[], findings: Findings): readonly RuleChain[] {
  for (const node of nodesAt(roots, 'nat'))
    if (!['source', 'destination', 'static'].includes(node.word)) findings.unknown(node, ['nat']);
  const groups = nodesAt(roots, 'firewall', 'group');
  const fixed = inRuleOrder(nodesAt(roots, 'nat', 'static', 'rule')).map((rule) => staticRule(rule, findings));
  return (['destination', 'source'] as const).flatMap((side): RuleChain[] => {
    const own = inRuleOrder(nodesAt(roots, 'nat', side, 'rule')).flatMap((rule) =>
      ruleOf(rule, side, groups, findings),
    );
    const rules = [...fixed.flatMap((pair) => pair?.[side] ?? []), ...own];
    const [chain, hook] = hooks[side];
    return rules.length === 0 ? [] : [{ table: 'ip nat', chain, hook, rules }];
  });
}

type Side = keyof typeof hooks;

function ruleOf(rule: VyosNode, side: Side, groups: readonly VyosNode[], findings: Findings): readonly string[] {
  const before = findings.problems.length;
  translate(rule.children, ruleWords, ['nat', side, 'rule', rule.word], findings);
  if (isOff(rule.children) || findings.problems.length > before) return [];
  const verdict = nodeAt(rule.children, 'exclude') === undefined ? translation(rule, side, findings) : 'return';
  return verdict === undefined ? [] : [[...ruleMatches(rule.children, 'ip', groups), verdict].join(' ')];
}

function translation(rule: VyosNode, side: Side, findings: Findings): string | undefined {
  const to = valueAt(rule.children, 'translation', 'address');
  const port = valueAt(rule.children, 'translation', 'port');
  const ports = port === undefined ? '' : `:${port}`;
  if (side === 'source' && to === 'masquerade') return `masquerade${port === undefined ? '' : ` to :${port}`}`;
  const word = side === 'source' ? 'snat' : 'dnat';
  if (to !== undefined && /^[0-9.-]+(\/\d{1,2})?$/.test(to))
    return to.includes('/') ? `${word} prefix to ${to}` : `${word} to ${to}${ports}`;
  if (side === 'destination' && to === undefined && port !== undefined) return `redirect to ${ports}`;
  const hint = side === 'source' ? 'translation address masquerade' : 'translation address 10.1.5.10';
  findings.add(rule, 'VYOS_VALUE', `rule ${rule.word} of ${side} NAT has no translation address`, hint);
  return undefined;
}

/** One address, or one network for another of its size, in both directions. */
function staticRule(rule: VyosNode, findings: Findings): Readonly<Record<Side, string>> | undefined {
  const before = findings.problems.length;
  translate(rule.children, staticWords, ['nat', 'static', 'rule', rule.word], findings);
  const outer = valueAt(rule.children, 'destination', 'address');
  const inner = valueAt(rule.children, 'translation', 'address');
  const port = valueAt(rule.children, 'inbound-interface');
  if (isOff(rule.children) || findings.problems.length > before) return undefined;
  if (outer === undefined || inner === undefined || port === undefined) {
    const message = `rule ${rule.word} of static NAT lacks a destination, an inbound interface or a translation`;
    findings.add(rule, 'VYOS_VALUE', message);
    return undefined;
  }
  const to = (address: string): string => (isValue('prefix', address) ? `prefix to ${address}` : `to ${address}`);
  return {
    destination: `iifname "${port}" ip daddr ${outer} dnat ${to(inner)}`,
    source: `oifname "${port}" ip saddr ${inner} snat ${to(outer)}`,
  };
}
