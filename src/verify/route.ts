// Owns the check of one route: the kernel's table of a machine against a line of the lab's `expect:` list.

import { addressOf, containsPrefix, parseAddress, parsePrefix } from '../base/address.ts';
import { addressBookOf, shownName } from '../design/address-book.ts';
import { type Design, findMachine } from '../design/design.ts';
import { referencedDestination } from '../design/reference.ts';
import { isOfDaemon } from '../design/route-words.ts';
import { isTunnel } from '../design/tunnel.ts';
import type { ObservedRoute } from '../plan/observed.ts';
import type { Failure } from './verdict.ts';

/** One `route:` line. */
export type RouteExpectation = Extract<Design['expect'][number], { kind: 'route' }>;

/** Judges a `route:` line on the routes of all machines. */
export function judgeRoute(
  design: Design,
  expectation: RouteExpectation,
  routes: readonly ObservedRoute[],
): readonly Failure[] {
  const machine = findMachine(design, expectation.on);
  const destination = referencedDestination(design, expectation.to, expectation.family);
  if (machine === undefined || destination === undefined) {
    const unknown = machine === undefined ? expectation.on : expectation.to;
    return [failure(expectation, expectation.to, `no machine, pod or block "${unknown}" in this lab`)];
  }
  const own = routes.filter((route) => route.machine === machine.name);
  if ('address' in destination) {
    const used = routeFor(own, destination.address);
    return judgeCandidates(design, expectation, destination.address, used === undefined ? [] : [used]);
  }
  return destination.prefixes.flatMap((prefix) => {
    const candidates = own.filter((route) => route.prefix === prefix);
    return judgeCandidates(design, expectation, prefix, candidates);
  });
}

/** Routes of BIRD, FRR or Felix, or through a tunnel, that no expectation knows. */
export function strangeRoutes(design: Design, routes: readonly ObservedRoute[]): readonly Failure[] {
  const known = new Set(design.expected.routes.map(({ machine, prefix }) => `${machine} ${prefix}`));
  const strange = routes.filter((route) => {
    const isWritten = isOfDaemon(route) || route.nextHops.some(({ dev = '' }) => isTunnel(dev));
    return isWritten && route.protocol !== 'kernel' && !known.has(`${route.machine} ${route.prefix}`);
  });
  return strange.map((route) => ({
    what: `route ${route.prefix}`,
    where: shownName(design, route.machine),
    expected: 'no route',
    seen: routeText(design, route),
  }));
}

/** What a `route:` line asks for, in `ip route`'s words. */
export function routeWanted(expectation: RouteExpectation): string {
  const words: string[] = [];
  if (expectation.blackhole === true) words.push('blackhole');
  if (expectation.via !== undefined) words.push(`via ${expectation.via}`);
  if (expectation.nexthops !== undefined) words.push(`next hops ${expectation.nexthops.join(' and ')}`);
  if (expectation.dev !== undefined) words.push(`dev ${expectation.dev}`);
  if (expectation.proto !== undefined) words.push(`proto ${expectation.proto}`);
  if (expectation.metric !== undefined) words.push(`metric ${expectation.metric}`);
  return words.length === 0 ? 'a route' : words.join(' ');
}

/** One route in `ip route`'s words, next hops named by machine. */
export function routeText(design: Design, route: ObservedRoute): string {
  const book = addressBookOf(design);
  const hops = route.nextHops.map(({ via, dev }) => {
    const owner = via === undefined ? undefined : book.get(via);
    const name = owner === undefined ? '' : ` (${shownName(design, owner.machine)})`;
    return [via === undefined ? '' : `via ${via}${name}`, dev === undefined ? '' : `dev ${dev}`]
      .filter(Boolean)
      .join(' ');
  });
  const type = route.type === 'unicast' ? '' : `${route.type} `;
  const metric = route.metric === undefined ? '' : ` metric ${route.metric}`;
  const path = hops.filter(Boolean).join(', ');
  return `${type}${route.prefix}${path === '' ? '' : ` ${path}`} proto ${route.protocol}${metric}`;
}

function judgeCandidates(
  design: Design,
  expectation: RouteExpectation,
  target: string,
  candidates: readonly ObservedRoute[],
): readonly Failure[] {
  if (candidates.some((route) => fits(design, expectation, route))) return [];
  const seen = candidates.map((route) => routeText(design, route)).join('; ');
  return [failure(expectation, target, seen === '' ? 'no such route' : seen)];
}

function failure(expectation: RouteExpectation, target: string, seen: string): Failure {
  return { what: `route ${target}`, where: expectation.on, expected: routeWanted(expectation), seen };
}

function fits(design: Design, expectation: RouteExpectation, route: ObservedRoute): boolean {
  const { via, nexthops, proto, dev, metric, blackhole } = expectation;
  if (blackhole !== undefined && blackhole !== (route.type === 'blackhole')) return false;
  if (proto !== undefined && proto !== route.protocol) return false;
  if (metric !== undefined && metric !== (route.metric ?? 0)) return false;
  if (dev !== undefined && !route.nextHops.every((hop) => hop.dev === dev)) return false;
  const wanted = via !== undefined ? [via] : nexthops;
  if (wanted === undefined) return true;
  const groups = wanted.map((name) => addressesOf(design, name));
  const hops = route.nextHops.map((hop) => hop.via ?? '');
  const isEachWanted = hops.every((hop) => groups.some((group) => group.has(hop)));
  const isEachThere = groups.every((group) => hops.some((hop) => group.has(hop)));
  return hops.length === wanted.length && isEachWanted && isEachThere;
}

/** All addresses by which a machine may be a next hop; an address stands for itself. */
function addressesOf(design: Design, name: string): ReadonlySet<string> {
  if (parseAddress(name) !== undefined) return new Set([name]);
  const machine = findMachine(design, name);
  if (machine === undefined || machine.kind === 'switch') return new Set();
  if (machine.kind === 'pod') return new Set(machine.addresses.map(({ address }) => address));
  const owned = [...addressBookOf(design)].filter(([, at]) => at.machine === machine.name);
  return new Set(owned.map(([address]) => addressOf(address)));
}

/** The route a kernel takes for an address: longest prefix, then lowest metric. */
function routeFor(routes: readonly ObservedRoute[], address: string): ObservedRoute | undefined {
  const target = parseAddress(address);
  if (target === undefined) return undefined;
  let best: { readonly route: ObservedRoute; readonly length: number } | undefined;
  for (const route of routes) {
    const prefix = parsePrefix(route.prefix);
    if (prefix === undefined || !containsPrefix(prefix, target)) continue;
    const isLonger = best === undefined || prefix.length > best.length;
    const isCheaper = prefix.length === best?.length && (route.metric ?? 0) < (best.route.metric ?? 0);
    if (isLonger || isCheaper) best = { route, length: prefix.length };
  }
  return best?.route;
}
