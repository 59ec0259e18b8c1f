// Owns the check of one path of a BGP table that a lab states, with the attributes it states.

import { type AddressBook, addressBookOf } from '../design/address-book.ts';
import { type Design, findMachine } from '../design/design.ts';
import { referencedDestination } from '../design/reference.ts';
import type { ObservedPath } from '../plan/observed.ts';
import { pathText } from './paths.ts';
import type { Failure } from './verdict.ts';

/** One `rib:` line. */
export type RibExpectation = Extract<Design['expect'][number], { kind: 'rib' }>;

/** Judges a `rib:` line: some path to each of the prefixes has all attributes that are stated. */
export function judgeRib(
  design: Design,
  expectation: RibExpectation,
  paths: readonly ObservedPath[],
): readonly Failure[] {
  const { on, to } = expectation;
  const machine = findMachine(design, on)?.name;
  const destination = referencedDestination(design, to);
  const prefixes = destination !== undefined && 'prefixes' in destination ? destination.prefixes : [];
  const expected = ribWanted(expectation);
  if (prefixes.length === 0)
    return [{ what: `BGP path to ${to}`, where: on, expected, seen: `"${to}" is no prefix here` }];
  const book = addressBookOf(design);
  return prefixes.flatMap((prefix) => {
    const found = paths.filter((path) => path.machine === machine && path.prefix === prefix);
    if (found.some((path) => hasAttributes(design, book, expectation, path))) return [];
    const seen = found.map(pathText).join('; ') || 'no such path';
    return [{ what: `BGP path to ${prefix}`, where: on, expected, seen }];
  });
}

/** What a `rib:` line asks for, in the words of `pathText`. */
export function ribWanted(expectation: RibExpectation): string {
  const { from, nextHop, asPath, localPref, originator, clusterList, communities } = expectation;
  const words = [
    from === undefined ? '' : `from ${from}`,
    nextHop === undefined ? '' : `next hop ${nextHop}`,
    asPath === undefined ? '' : `AS path ${asPath.length === 0 ? 'empty' : asPath.join(' ')}`,
    localPref === undefined ? '' : `LOCAL_PREF ${localPref}`,
    originator === undefined ? '' : `ORIGINATOR_ID ${originator}`,
    clusterList === undefined ? '' : `CLUSTER_LIST ${clusterList.join(' ')}`,
    communities === undefined
      ? ''
      : communities.length === 0
        ? 'no communities'
        : `communities ${communities.join(' ')}`,
  ];
  return words.filter((word) => word !== '').join(', ') || 'a path';
}

function hasAttributes(design: Design, book: AddressBook, wanted: RibExpectation, path: ObservedPath): boolean {
  const { from, nextHop, asPath, localPref, originator, clusterList, communities } = wanted;
  const fits = (name: string | undefined, address: string | undefined): boolean =>
    name === undefined || (address !== undefined && isOf(design, book, name, address));
  return (
    fits(from, path.from) &&
    fits(nextHop, path.nextHop) &&
    fits(originator, path.originatorId) &&
    (localPref === undefined || localPref === path.localPref) &&
    (communities === undefined || communities.toSorted().join(' ') === path.communities?.join(' ')) &&
    (asPath === undefined || asPath.join(' ') === path.asPath.join(' ')) &&
    (clusterList === undefined ||
      (clusterList.length === path.clusterList.length &&
        clusterList.every((id, at) => isOf(design, book, id, path.clusterList[at] ?? ''))))
  );
}

/** Whether an address is the one that was stated, or one of the machine that was. */
function isOf(design: Design, book: AddressBook, name: string, address: string): boolean {
  return name === address || (book.has(address) && book.get(address)?.machine === findMachine(design, name)?.name);
}
