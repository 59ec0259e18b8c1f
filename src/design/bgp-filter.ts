// Owns what a BGPFilter says about a route (calico.md A.5): Accept, Reject, or nothing.

import { asNumber } from '../calico/as-number.ts';
import { preferenceSum } from '../calico/export-rules.ts';
import type { BGPFilter, BGPFilterOperation, BGPFilterRule } from '../calico/objects.ts';
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

/** What a filter decides, and the route as its operations leave it. */
export interface FilterVerdict {
  readonly action: 'Accept' | 'Reject';
  readonly route: BgpRoute;
}

/** The first matching rule of the filters decides; undefined: none matches, Calico's own rules go on. */
export function filterVerdict(
  filters: readonly BGPFilter[],
  direction: 'export' | 'import',
  subject: FilterSubject,
): FilterVerdict | undefined {
  const family = subject.route.prefix.includes(':') ? 'V6' : 'V4';
  for (const { spec } of filters) {
    const rule = (spec[`${direction}${family}`] ?? []).find((candidate) => matches(candidate, subject));
    if (rule !== undefined)
      return { action: rule.action, route: (rule.operations ?? []).reduce(operate, subject.route) };
  }
  return undefined;
}

/** One operation of a rule that accepts (3.32). */
function operate(route: BgpRoute, { addCommunity, prependASPath, setPriority }: BGPFilterOperation): BgpRoute {
  if (addCommunity !== undefined) {
    return { ...route, communities: [...new Set([...route.communities, addCommunity.value])] };
  }
  if (prependASPath !== undefined) return { ...route, asPath: [...numbers(prependASPath.prefix), ...route.asPath] };
  return setPriority === undefined ? route : { ...route, localPref: preferenceSum - setPriority.value };
}

function matches(rule: BGPFilterRule, { route, isLearned, dev, peerType }: FilterSubject): boolean {
  if (rule.source === 'RemotePeers' && !isLearned) return false;
  if (rule.peerType !== undefined && rule.peerType !== peerType) return false;
  if (rule.interface !== undefined && !matchesPattern(rule.interface, dev)) return false;
  if (rule.priority !== undefined && rule.priority !== preferenceSum - route.localPref) return false;
  if (!(rule.communities?.values ?? []).every((value) => route.communities.includes(value))) return false;
  if (!numbers(rule.asPathPrefix ?? []).every((number, i) => number === route.asPath[i])) return false;
  return matchesPrefix(rule, route.prefix);
}

function numbers(written: readonly (number | string)[]): readonly number[] {
  return written.map((one) => asNumber(one) ?? 0);
}

/** BIRD's `ifname ~ "eth*"`: `*` stands for any text, `?` for one character. */
function matchesPattern(pattern: string, dev: string | undefined): boolean {
  if (dev === undefined) return false;
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(dev);
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
