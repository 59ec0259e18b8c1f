// Owns the two ends of a capture: which machines, by which addresses.

import type { Family } from '../base/address.ts';
import { primaryAddressOf } from '../design/address-book.ts';
import type { Machine } from '../design/design.ts';
import type { CaptureEnd } from './capture.ts';

/** Two machines by the addresses of one family, or of the first that each has. Throws TypeError for one without any. */
export function endsOf(
  from: Machine,
  to: Machine,
  family?: Family,
): { readonly from: CaptureEnd; readonly to: CaptureEnd } {
  const [near, far] = [from, to].map((machine) => primaryAddressOf(machine, family));
  if (near === undefined || far === undefined) throw new TypeError('an end of the capture has no such address');
  return { from: { machine: from.name, address: near }, to: { machine: to.name, address: far } };
}
