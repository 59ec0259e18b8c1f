// Owns standard output as a capture file that is read while it is written.

import { watchReader } from '../host/standard-output.ts';

/** Standard output as a pcapng file. */
export interface LiveOutput {
  readonly write: (piece: Uint8Array) => void;
  /** Aborted when nobody reads any more: Wireshark was closed. */
  readonly unread: AbortSignal;
  /** To be called when the capture is over. */
  end(): void;
}

/** Begins to write; whether anybody reads is watched until `end`. */
export function liveOutput(stdout: NodeJS.WritableStream): LiveOutput {
  const unread = new AbortController();
  stdout.once('error', () => unread.abort());
  const watch = watchReader(() => unread.abort());
  return { write: (piece) => stdout.write(piece), unread: unread.signal, end: () => watch.stop() };
}
