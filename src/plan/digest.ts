// Owns the digest by which an operation's input is compared with what was made before.

import { createHash } from 'node:crypto';
import type { Json } from './plan.ts';

/** Same input, same digest; short enough to be kept for every resource. */
export function digestOf(input: Json): string {
  return createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 16);
}
