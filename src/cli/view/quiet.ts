// Owns how a run looks when nothing is to be said (`-q`): errors come by themselves, as the error page.

import type { RunView } from '../../app/context.ts';

/** A view that shows nothing. */
export function quietView(): RunView {
  return { begin() {}, event() {}, note() {}, async end() {} };
}
