// Owns what a removed lab may have left in the host's own network namespace: links, and rules of its firewall, in all three languages.

import type { Shell } from '../../base/shell.ts';

/** How long one program may take. */
const patience = { onFailure: 'return', timeoutMs: 60_000 } as const;

/**
 * Links and rules that name one of `marks`: bridges and containers of the lab. A program that is not here, or that this user may not
 * run, finds nothing. Docker 29 writes nft's own tables, which iptables does not show; those of iptables-nft stand in both.
 */
export async function hostTraces(host: Shell, marks: readonly string[]): Promise<readonly string[]> {
  if (marks.length === 0) return [];
  const linesOf = async (argv: readonly string[]): Promise<readonly string[]> => {
    const ran = await host.run(argv, patience).catch(() => undefined);
    return ran?.exitCode === 0 ? ran.stdout.split('\n').filter((line) => line !== '') : [];
  };
  // A container's name is part of another's (`bgp-rr-worker`, `bgp-rr-worker2`): only the whole word is meant.
  const escaped = marks.map((mark) => mark.replaceAll('.', '\\.'));
  const pattern = new RegExp(`(?<![\\w.-])(${escaped.join('|')})(?![\\w.-])`);
  const isOurs = (text: string): boolean => pattern.test(text.replaceAll('__', ' '));
  const links = (await linesOf(['ip', '-o', 'link', 'show'])).filter(isOurs);
  const rules = [...(await linesOf(['iptables-save'])), ...(await linesOf(['ip6tables-save']))].filter(isOurs);
  const nftRules = nftTraces(await linesOf(['nft', 'list', 'ruleset']), isOurs);
  return [
    ...links.map((line) => `link ${line.split(':')[1]?.trim()} in the host's namespace`),
    ...[...rules, ...nftRules].map((rule) => `rule of the host's firewall: ${rule}`),
  ];
}

/** nft prints rules inside chains inside tables: each is told with those around it, and a chain or table that is ours as a whole. */
function nftTraces(lines: readonly string[], isOurs: (text: string) => boolean): readonly string[] {
  const around: string[] = [];
  const found: string[] = [];
  for (const line of lines.map((text) => text.trim())) {
    const depth = line.split('{').length - line.split('}').length;
    if (!around.some(isOurs) && isOurs(line)) found.push([...around, line.replace(/ \{$/, '')].join(', '));
    if (depth > 0) around.push(line.replace(/( =)? \{.*$/, ''));
    if (depth < 0) around.pop();
  }
  return found;
}
