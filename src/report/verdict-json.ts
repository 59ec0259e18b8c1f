// Owns a verdict as one JSON document.

import type { Verdict } from '../verify/verdict.ts';

/** A verdict as data: every check, every failure, times in milliseconds. */
export function verdictJson(verdict: Verdict): string {
  const document = { apiVersion: 'labctl.dev/v1alpha1', kind: 'Verdict', ...verdict };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
