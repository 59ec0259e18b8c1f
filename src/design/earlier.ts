// Owns what a cluster remembers of the pools and settings it had before: pods and tunnels keep what those gave them.

import { type CalicoObject, type IPAMBlock, type IPPool, objectsOf, type StoredObject } from '../calico/objects.ts';

/**
 * What a lab's addresses and MTUs were given by, one set after the other since its pods were made; the oldest first. Where others than
 * the lab's pods take addresses, a set ends with the blocks as they were when the next one followed.
 */
export type Earlier = readonly (readonly StoredObject[])[];

/** A lab, by what it is given and was given before. */
interface Remembering {
  readonly earlier: Earlier;
  readonly objects: readonly CalicoObject[];
}

/** Of an object set what gives addresses and MTUs: IP pools and FelixConfigurations. */
export function givingObjects(objects: readonly CalicoObject[]): readonly CalicoObject[] {
  return objects.filter(({ kind }) => kind === 'IPPool' || kind === 'FelixConfiguration');
}

/** Whether a running lab's pools and settings become others with `objects`. */
export function givesOthers(running: Remembering, objects: readonly CalicoObject[]): boolean {
  return JSON.stringify(givingObjects(running.objects)) !== JSON.stringify(givingObjects(objects));
}

/**
 * What a running lab has behind it once it gets `objects`: one set more where pools or settings differ (calico.md K.3). `blocks` are the
 * cluster's own at this moment; none where the lab's pods are all that there are.
 */
export function earlierOf(
  running: Remembering,
  objects: readonly CalicoObject[],
  blocks: readonly IPAMBlock[] = [],
): Earlier {
  if (!givesOthers(running, objects)) return running.earlier;
  return [...running.earlier, [...givingObjects(running.objects), ...blocks]];
}

/** The pools that the lab's pods were made with: those before the first change on the live cluster. */
export function firstPools(lab: { readonly earlier: Earlier; readonly pools: readonly IPPool[] }): readonly IPPool[] {
  const [first] = lab.earlier;
  return first === undefined ? lab.pools : objectsOf(first, 'IPPool');
}

/** Whether the pools that the pods were made by are among these as they were: cidr and blockSize never change (calico.md A.2). */
export function keepsPools(earlier: Earlier, objects: readonly CalicoObject[]): boolean {
  const pools = new Map(objectsOf(objects, 'IPPool').map((pool) => [pool.metadata.name, pool]));
  return objectsOf(earlier[0] ?? [], 'IPPool').every((pool) => isSamePool(pool, pools.get(pool.metadata.name)));
}

function isSamePool(pool: IPPool, now: IPPool | undefined): boolean {
  return pool.spec.cidr === now?.spec.cidr && pool.spec.blockSize === now.spec.blockSize;
}
