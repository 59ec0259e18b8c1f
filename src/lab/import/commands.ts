// Owns what single commands of an original lab's scripts mean: labels they give, and changes that nothing carries over.

import type { Account } from './account.ts';
import type { KindCluster } from './kind-cluster.ts';
import type { ScriptCommand } from './script.ts';

/** Commands that change packets, or what routes are made from, and the words that tell them. */
const changes: readonly (readonly [RegExp, string])[] = [
  [/\bcalicoctl\s+(patch|delete|label|ipam|convert)\b/, 'write the change as a key of `calico:`'],
  [/\bkubectl\s+(patch|annotate|set|delete|edit|scale)\b/, 'write the change into the file that is applied'],
  [
    /\bip\s+(-[46]\s+)?(r|route|rule|n|neigh)\w*\s+(add|replace|del|change|append)\b/,
    'a lab has its routes from its protocols',
  ],
  [/\bip\s+(-[46]\s+)?a(ddr(ess)?)?\s+(add|replace|del)\b/, 'state addresses in the topology'],
  [/\b(ip6?tables|nft|tc|ethtool)\s/, 'leave it out, and see whether the lab still shows what it should'],
  [/\bsysctl\s+(-w|[a-z]+\.)/, 'labctl sets what routers and nodes need'],
  [/\bsed\s+(-\w+\s+)*-i/, 'make the change in the file itself'],
];

/** What a load balancer's address is written by where no controller assigns one; the group is the service. */
export const statusPatch = /\bkubectl\s+patch\s+(?:svc|services?)[/\s]+(\S+)\s.*--subresource[=\s]status\b/;

/** Commands of that look which change only the machine they are run on. */
const harmless = /\bip6?tables\s+-P\s+FORWARD\s+ACCEPT\b|\bsysctl\s.*(inotify|nr_hugepages|max_map_count)/;

/** Reads all commands: the labels they give, by node; what cannot be carried over is in the account. */
export function readCommands(
  commands: readonly ScriptCommand[],
  cluster: KindCluster,
  account: Account,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const labels = new Map<string, Record<string, string>>();
  for (const { text, span } of commands) {
    const [, rest] = /\bkubectl\s+label\s+(?:--overwrite\s+)?nodes?\s+(.*)/.exec(text) ?? [];
    if (rest !== undefined) {
      const words = rest.split(/\s+/);
      const pairs = words
        .filter((word) => /^[\w./-]+=[\w.-]*$/.test(word) && !word.startsWith('-'))
        .map((word) => word.split('=') as [string, string]);
      const named = cluster.nodes.filter(({ container }) => words.includes(container) || words.includes('--all'));
      for (const { short } of named) labels.set(short, { ...labels.get(short), ...Object.fromEntries(pairs) });
      if (named.length === 0)
        account.refuse(
          span,
          `\`${text}\` labels a node that is not known here`,
          cluster.nodes.map(({ container }) => container).join(', '),
        );
      else account.take(span, `labels of ${named.map(({ short }) => short).join(', ')}`);
      continue;
    }
    const hint =
      harmless.test(text) || statusPatch.test(text) ? undefined : changes.find(([pattern]) => pattern.test(text))?.[1];
    if (hint !== undefined)
      account.refuse(span, `\`${text.slice(0, 120)}\` is a change that is not carried over`, hint);
  }
  return labels;
}
