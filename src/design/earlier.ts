// Owns what a cluster remembers of the pools and settings it had before: pods and tunnels keep what those gave them.

import { type CalicoObject, type IPPool, objectsOf } from '../calico/objects.ts';

/** What a lab's addresses and MTUs were given by, one set after the other since its pods were made; the oldest first. */
export type Earlier = readonly (readonly CalicoObject[])[];

/** Of an object set what gives addresses and MTUs: IP pools and FelixConfigurations. */
export function givingObjects(objects: readonly CalicoObject[]): readonly CalicoObject[] {
  return objects.filter(({ kind }) => kind === 'IPPool' || kind === 'FelixConfiguration');
}

/** What a running lab has behind it once it gets `objects`: one set more where pools or settings differ (calico.md K.3). */
export function earlierOf(
  running: { readonly earlier: Earlier; readonly objects: readonly CalicoObject[] },
  objects: readonly CalicoObject[],
): Earlier {
  const before = givingObjects(running.objects);
  const isSame = JSON.stringify(before) === JSON.stringify(givingObjects(objects));
  return isSame ? running.earlier : [...running.earlier, before];
}

/** Whether the pools that the pods were made by are among these as they were: cidr and blockSize never change (calico.md A.2). */
export function keepsPools(earlier: Earlier, objects: readonly CalicoObject[]): boolean {
  const pools = new Map(objectsOf(objects, 'IPPool').map((pool) => [pool.metadata.name, pool]));
  return objectsOf(earlier[0] ?? [], 'IPPool').every((pool) => isSamePool(pool, pools.get(pool.metadata.name)));
}

function isSamePool(pool: IPPool, now: IPPool | undefined): boolean {
  return pool.spec.cidr === now?.spec.cidr && pool.spec.blockSize === now.spec.blockSize;
}
