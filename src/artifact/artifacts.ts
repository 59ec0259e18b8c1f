// Owns the set of files a lab becomes: name to text, nothing else.

/** Relative file name (`nodes/bgp-rr-worker/bird.conf`, `routers/leaf0/frr.conf`) to its whole text. */
export type Artifacts = ReadonlyMap<string, string>;
