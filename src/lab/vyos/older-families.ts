// Owns what a neighbor of an older VyOS release carries without saying so: IPv4 unicast, which 1.4 wants stated.

import type { Word } from './growing.ts';
import { nodeAt, nodesAt, type VyosNode } from './node.ts';

/**
 * Whether a configuration is from before VyOS T3741 (bgp@2): by its last lines, or because BGP's AS number stands where 1.3 has it.
 */
export function impliesIpv4(roots: readonly VyosNode[], text: string): boolean {
  return (
    nodesAt(roots, 'protocols', 'bgp').some(({ word }) => /^\d+$/.test(word)) ||
    /(vyos|vyatta)-config-version:.*\bbgp@[01]\b/.test(text)
  );
}

/**
 * The words that such a configuration leaves out, of its tree in today's words: every neighbor has IPv4 unicast, unless its peer group has, or
 * `no-ipv4-unicast` stands there. As VyOS's own migration adds them.
 */
export function impliedFamilies(roots: readonly VyosNode[]): readonly (readonly Word[])[] {
  const bgp = nodesAt(roots, 'protocols', 'bgp');
  if (nodeAt(bgp, 'parameters', 'default', 'no-ipv4-unicast') !== undefined) return [];
  return nodesAt(bgp, 'neighbor').flatMap(({ word, start, end, children }) => {
    const [group] = [...nodesAt(children, 'peer-group'), ...nodesAt(children, 'interface', 'peer-group')];
    const groups = group === undefined ? [] : [nodesAt(bgp, 'peer-group', group.word)];
    if ([children, ...groups].some((nodes) => nodeAt(nodes, 'address-family', 'ipv4-unicast') !== undefined)) return [];
    const words = ['protocols', 'bgp', 'neighbor', word, 'address-family', 'ipv4-unicast'];
    return [words.map((text) => ({ text, start, end }))];
  });
}
