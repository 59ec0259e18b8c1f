// Owns what a BGPFilter says about a route (calico.md A.5): Accept, Reject, or nothing.

import type { BGPFilter, BGPFilterRule } from '../calico/objects.ts';
import { type BgpRoute, contains, prefixNumber } from './bgp.ts';

/** What the rules look at beside the prefix. */
export interface FilterSubject {
  readonly route: BgpRoute;
  /** The route was learned by BGP (`source: RemotePeers`). */
  readonly isLearned: boolean;
  /** The device of the route on this node, where it has one. */
  readonly dev: string | undefined;
  readonly peerType: 'iBGP' | 'eBGP';
}

/** The first matching rule of the filters decides; undefined: none matches, Calico's own rules go on. */
export function filterVerdict(
  filters: readonly BGPFilter[],
  direction: 'export' | 'import',
  subject: FilterSubject,
): 'Accept' | 'Reject' | undefined {
  const family = subject.route.prefix.includes(':') ? 'V6' : 'V4';
  for (const { spec } of filters) {
    const rule = (spec[`${direction}${family}`] ?? []).find((candidate) => matches(candidate, subject));
    if (rule !== undefined) return rule.action;
  }
  return undefined;
}

function matches(rule: BGPFilterRule, { route, isLearned, dev, peerType }: FilterSubject): boolean {
  if (rule.source === 'RemotePeers' && !isLearned) return false;
  if (rule.peerType !== undefined && rule.peerType !== peerType) return false;
  if (rule.interface !== undefined && !matchesPattern(rule.interface, dev)) return false;
  // Nothing in a lab sets communities.
  if ('communities' in rule) return false;
  return matchesPrefix(rule, route.prefix);
}

/** BIRD's `ifname ~ "eth*"`. */
function matchesPattern(pattern: string, dev: string | undefined): boolean {
  if (dev === undefined) return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(dev);
}

function matchesPrefix({ cidr, matchOperator, prefixLength }: BGPFilterRule, prefix: string): boolean {
  const own = prefixNumber(prefix);
  if (cidr === undefined || own === undefined) return true;
  const other = prefixNumber(cidr);
  if (other === undefined) return false;
  const isEqual = other.family === own.family && other.length === own.length && other.value === own.value;
  const { min = other.length, max = Number.POSITIVE_INFINITY } = prefixLength ?? {};
  const isIn = contains(cidr, prefix) && own.length >= min && own.length <= max;
  if (matchOperator === 'Equal') return isEqual;
  if (matchOperator === 'NotEqual') return !isEqual;
  return matchOperator === 'NotIn' ? !isIn : isIn;
}
