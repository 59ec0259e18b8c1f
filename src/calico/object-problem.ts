// Owns how problems of Calico objects are worded: severity, stable code, path from the object's root.

import type { Problem } from '../base/place.ts';
import type { Release } from './generations.ts';

/** Keys and indices from the object's root. */
export type ObjectPath = readonly (string | number)[];

/** What a check of one object knows beside the object's spec. */
export interface CheckContext {
  readonly name: string;
  readonly version: Release;
}

/** An error of an object: labctl stops. */
export function objectError(path: ObjectPath, code: string, message: string, hint?: string): Problem {
  return { severity: 'error', code, message, hint, path };
}

/** Something Calico accepts and labctl would have the reader know. */
export function objectWarning(path: ObjectPath, code: string, message: string, hint?: string): Problem {
  return { severity: 'warning', code, message, hint, path };
}
