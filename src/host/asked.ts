// Owns the pair of a question to a live machine and its answer: what a reader can type again.

/** A command and the part of its output that answers. */
export interface Asked {
  readonly argv: readonly string[];
  /** As it was written, without the last line feed; empty when there was no answer. */
  readonly answer: string;
}
