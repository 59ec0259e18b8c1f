// Owns small questions about a machine's interfaces.

import { addressOf } from '../base/address.ts';
import type { Interface } from './design.ts';

/** The interface that is there without a wire, and stays up. */
export const loopback = 'lo';

/** Every address of some interfaces, without prefix lengths. */
export function addressesOf(interfaces: readonly Interface[]): readonly string[] {
  return interfaces.flatMap(({ addresses }) => addresses).map(addressOf);
}
