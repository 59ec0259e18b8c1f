// Owns `firewall`: 1.4's base chains and named rule sets, 1.3's rule sets on interfaces, and MSS clamping, in nftables' words.

import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';
import { inRuleOrder, isOff, matchWords, type NftFamily, type RuleChain, ruleMatches } from './packet-filter.ts';
import { type Findings, isValue, type ShortRow, translate, vocabularyOf } from './vocabulary.ts';

const states = ['established', 'related', 'new', 'invalid'];
const flags = ['syn', 'ack', 'fin', 'rst', 'psh', 'urg'];

const ruleWords = vocabularyOf(
  matchWords,
  [...states, ...states.flatMap((state) => [`${state} enable`, `${state} disable`])].map(
    (state): ShortRow => [`state ${state}`],
  ),
  [...flags, ...flags.map((flag) => `not ${flag}`)].map((flag): ShortRow => [`tcp flags ${flag}`]),
  ['accept', 'drop', 'reject', 'return', 'continue', 'jump'].map((action): ShortRow => [`action ${action}`]),
  [
    ['jump-target <name>'],
    ['icmp type-name <name>'],
    ['icmp type <word>'],
    ['icmp code <number>'],
    ['icmpv6 type-name <name>'],
    ['icmpv6 type <word>'],
    ['icmpv6 code <number>'],
    ['limit rate <rate>'],
    ['limit burst <number>'],
    ['description <text>'],
    ['disable'],
    { path: 'log', isNote: true },
  ],
);

/** What is so by default changes nothing; anything else is not carried over. */
const optionWords = vocabularyOf(
  [
    'all-ping enable',
    'broadcast-ping disable',
    'directed-broadcast disable',
    'ip-src-route disable',
    'ipv6-receive-redirects disable',
    'ipv6-src-route disable',
    'ipv6-source-validation disable',
    'receive-redirects disable',
    'send-redirects enable',
    'send-redirects disable',
    'source-validation disable',
    'syn-cookies enable',
    'syn-cookies disable',
    'twa-hazards-protection disable',
    'state-policy <word> action <word>',
  ].map((path): ShortRow => [path]),
  ['log-martians', 'config-trap', 'resolver-cache', 'resolver-interval', 'timeout', 'state-policy <word> log'].map(
    (path) => ({ path, isNote: true }),
  ),
);

const hooks: Readonly<Record<string, readonly [chain: string, hook: string]>> = {
  'forward filter': ['VYOS_FORWARD_filter', 'forward'],
  'input filter': ['VYOS_INPUT_filter', 'input'],
  'output filter': ['VYOS_OUTPUT_filter', 'output'],
};

interface Reading {
  readonly family: NftFamily;
  readonly groups: readonly VyosNode[];
  readonly findings: Findings;
}

/** Reads the rules that let packets pass or not. */
export function readFirewall(roots: readonly VyosNode[], findings: Findings): readonly RuleChain[] {
  const firewall = nodesAt(roots, 'firewall');
  const known = ['group', 'global-options', 'ipv4', 'ipv6'];
  for (const node of firewall) if (!known.includes(node.word)) findings.unknown(node, ['firewall']);
  translate(nodesAt(firewall, 'global-options'), optionWords, ['firewall', 'global-options'], findings);
  const policy = statePolicy(nodesAt(firewall, 'global-options', 'state-policy'));
  const chains = (['ip', 'ip6'] as const).flatMap((family) => {
    const word = family === 'ip' ? 'ipv4' : 'ipv6';
    const reading = { family, groups: nodesAt(firewall, 'group'), findings };
    const own = nodesAt(firewall, word);
    const bases = baseChains(own, word, policy, reading);
    return [
      ...bases,
      ...boundChains(roots, bases, word, family),
      ...nodesAt(own, 'name').map((set): RuleChain => {
        const rules = rulesOf(set, ['firewall', word, 'name', set.word], 'drop', reading);
        return { table: `${family} filter`, chain: `NAME_${set.word}`, hook: undefined, rules };
      }),
    ];
  });
  if (chains.some(({ rules }) => rules.some((rule) => / ?(drop|reject)$/.test(rule))))
    findings.beyond.add('a firewall');
  return chains;
}

/** What is said of all connections alike comes before any rule. */
function statePolicy(nodes: readonly VyosNode[]): readonly string[] {
  return nodes.flatMap(({ word, children }) => {
    const action = valueAt(children, 'action');
    return action !== undefined && states.includes(word) && ['accept', 'drop', 'reject'].includes(action)
      ? [`ct state ${word} ${action}`]
      : [];
  });
}

function baseChains(
  own: readonly VyosNode[],
  word: string,
  policy: readonly string[],
  reading: Reading,
): readonly RuleChain[] {
  return own.flatMap((direction) => {
    if (direction.word === 'name') return [];
    return direction.children.flatMap((base): RuleChain[] => {
      const found = hooks[`${direction.word} ${base.word}`];
      const trail = ['firewall', word, direction.word];
      if (found === undefined) {
        reading.findings.unknown(base, trail);
        return [];
      }
      const rules = [...policy, ...rulesOf(base, [...trail, base.word], 'accept', reading)];
      return [{ table: `${reading.family} filter`, chain: found[0], hook: hookText(found[1]), rules }];
    });
  });
}

function hookText(hook: string): string {
  return `type filter hook ${hook} priority filter; policy accept;`;
}

function rulesOf(set: VyosNode, trail: readonly string[], otherwise: string, reading: Reading): readonly string[] {
  const known = ['rule', 'default-action', 'default-jump-target', 'description', 'default-log', 'enable-default-log'];
  if (!isValue('name', set.word)) reading.findings.add(set, 'VYOS_VALUE', `\`${set.word}\` is no name of a rule set`);
  for (const node of set.children) if (!known.includes(node.word)) reading.findings.unknown(node, trail);
  const rules = inRuleOrder(nodesAt(set.children, 'rule')).flatMap((rule) => ruleOf(rule, trail, reading));
  const action = valueAt(set.children, 'default-action') ?? otherwise;
  const target = valueAt(set.children, 'default-jump-target');
  const last = action === 'jump' ? `jump NAME_${target}` : action;
  if (!/^(accept|drop|reject|return|jump NAME_\S+)$/.test(last))
    reading.findings.add(set, 'VYOS_VALUE', `\`default-action ${action}\` is no action`);
  return [...rules, last];
}

function ruleOf(rule: VyosNode, trail: readonly string[], reading: Reading): readonly string[] {
  const { findings, family, groups } = reading;
  const before = findings.problems.length;
  translate(rule.children, ruleWords, [...trail, 'rule', rule.word], findings);
  const action = valueAt(rule.children, 'action');
  if (action === undefined)
    findings.add(rule, 'VYOS_VALUE', `rule ${rule.word} of ${trail.join(' ')} has no action`, 'action accept');
  if (isOff(rule.children) || findings.problems.length > before) return [];
  const target = valueAt(rule.children, 'jump-target');
  const verdict = action === 'jump' ? `jump NAME_${target}` : action;
  const matches = [
    ...ruleMatches(rule.children, family, groups),
    ...tcpFlags(nodesAt(rule.children, 'tcp', 'flags')),
    ...icmpMatch(rule.children, family),
    ...stateMatch(nodesAt(rule.children, 'state')),
    ...limitMatch(nodesAt(rule.children, 'limit')),
  ];
  return [[...matches, verdict].join(' ')];
}

function stateMatch(nodes: readonly VyosNode[]): readonly string[] {
  const on = nodes.filter(({ children }) => nodeAt(children, 'disable') === undefined).map(({ word }) => word);
  return on.length === 0 ? [] : [`ct state { ${on.join(', ')} }`];
}

function tcpFlags(nodes: readonly VyosNode[]): readonly string[] {
  const set = nodes.map(({ word }) => word).filter((word) => word !== 'not');
  const unset = wordsAt(nodes, 'not');
  if (set.length + unset.length === 0) return [];
  return [`tcp flags & (${[...set, ...unset].join(' | ')}) == ${set.length === 0 ? '0x0' : set.join(' | ')}`];
}

function icmpMatch(rule: readonly VyosNode[], family: NftFamily): readonly string[] {
  const word = family === 'ip' ? 'icmp' : 'icmpv6';
  const type = valueAt(rule, word, 'type-name') ?? valueAt(rule, word, 'type');
  const code = valueAt(rule, word, 'code');
  return [
    ...(type === undefined ? [] : [`${word} type ${type}`]),
    ...(code === undefined ? [] : [`${word} code ${code}`]),
  ];
}

function limitMatch(nodes: readonly VyosNode[]): readonly string[] {
  const rate = valueAt(nodes, 'rate');
  return rate === undefined ? [] : [`limit rate ${rate} burst ${valueAt(nodes, 'burst') ?? 5} packets`];
}

/** VyOS 1.3 binds rule sets to interfaces: `firewall in name X`; no base chain of 1.4's is there then. */
function boundChains(
  roots: readonly VyosNode[],
  bases: readonly RuleChain[],
  word: string,
  family: NftFamily,
): readonly RuleChain[] {
  const as = word === 'ipv4' ? 'name' : 'ipv6-name';
  const ports = nodesAt(roots, 'interfaces').flatMap(({ children }) => children.flatMap((port) => withVlans(port)));
  const jumps = (direction: string, match: string): readonly string[] =>
    ports.flatMap(({ name, nodes }) => {
      const set = valueAt(nodes, 'firewall', direction, as);
      return set === undefined ? [] : [`${match} "${name}" jump NAME_${set}`];
    });
  const forward = [...jumps('in', 'iifname'), ...jumps('out', 'oifname')];
  const chains = [
    ['VYOS_FORWARD_filter', 'forward', forward],
    ['VYOS_INPUT_filter', 'input', jumps('local', 'iifname')],
  ] as const;
  return chains.flatMap(([chain, hook, rules]): RuleChain[] =>
    rules.length === 0 || bases.some((base) => base.chain === chain)
      ? []
      : [{ table: `${family} filter`, chain, hook: hookText(hook), rules }],
  );
}

function withVlans(port: VyosNode): readonly { readonly name: string; readonly nodes: readonly VyosNode[] }[] {
  const vlans = nodesAt(port.children, 'vif').map((vlan) => ({
    name: `${port.word}.${vlan.word}`,
    nodes: vlan.children,
  }));
  return [{ name: port.word, nodes: port.children }, ...vlans];
}

/** `adjust-mss`: TCP SYN packets that leave by an interface announce no more than this (or what the route's MTU allows). */
export function mssClamps(roots: readonly VyosNode[]): readonly RuleChain[] {
  const ports = nodesAt(roots, 'interfaces').flatMap(({ children }) => children.flatMap((port) => withVlans(port)));
  return (['ip', 'ip6'] as const).flatMap((family): RuleChain[] => {
    const rules = ports.flatMap(({ name, nodes }) => {
      const mss = valueAt(nodes, family === 'ip' ? 'ip' : 'ipv6', 'adjust-mss');
      if (mss === undefined || !isValue('mss', mss)) return [];
      const size = mss === 'clamp-mss-to-pmtu' ? 'rt mtu' : mss;
      const larger = mss === 'clamp-mss-to-pmtu' ? '' : `tcp option maxseg size ${Number(mss) + 1}-65535 `;
      return [`oifname "${name}" tcp flags & (syn | rst) == syn ${larger}tcp option maxseg size set ${size}`];
    });
    const hook = 'type filter hook forward priority raw; policy accept;';
    return rules.length === 0 ? [] : [{ table: `${family} raw`, chain: 'VYOS_TCP_MSS', hook, rules }];
  });
}
