// Owns showing the warnings of a valid lab, on stderr, and problems as data.

import type { Problem } from '../base/place.ts';
import { type Call, say } from './call.ts';

/** The warnings as the error page shows them, unless `-q`. */
export async function sayWarnings(call: Call, warnings: readonly Problem[]): Promise<void> {
  if (warnings.length === 0) return;
  const { renderProblems } = await import('./view/error-page.ts');
  say(call, renderProblems(warnings, { color: call.flags.color }));
}

/** A problem as a JSON document carries it. */
export function problemData({ severity, code, message, hint, at }: Problem): object {
  const place = at === undefined ? {} : { file: at.file, line: at.line, column: at.column };
  return { severity, code, message, hint, ...place };
}
