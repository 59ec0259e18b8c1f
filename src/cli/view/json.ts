// Owns how a run looks beside a JSON document: stdout belongs to the document, stderr gets notes and failures only.

import type { RunView } from '../../app/context.ts';
import { messageOf } from './phases.ts';

/** A view that writes one line for each note and each failure. */
export function jsonView(write: (text: string) => void): RunView {
  return {
    begin() {},
    event(event) {
      if (event.kind === 'failed') write(`${event.operation.resource} failed: ${messageOf(event.error)}\n`);
    },
    note(line) {
      write(`${line}\n`);
    },
    async end() {},
  };
}
