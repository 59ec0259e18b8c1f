// Owns which versions of the outside programs kind's files are written for: what is right for one is refused by another.

/** `[0, 33]` is v0.33: the programs here have not reached a major version of their own. */
export type ToolVersion = readonly [number, number];

/** What is known of the machine that the files are for. */
export interface KindTools {
  readonly kind: ToolVersion;
  readonly containerlab: ToolVersion;
  /** Version of the host's control groups. */
  readonly cgroup: 1 | 2;
}

/** The newest releases labctl knows, on a machine of today: what is written where nothing else is found. */
export const newestTools: KindTools = { kind: [0, 33], containerlab: [0, 79], cgroup: 2 };

/** The version in what a program says of itself (`kind v0.33.0 go1.26.8 linux/amd64`); undefined where none is in it. */
export function toolVersionIn(text: string): ToolVersion | undefined {
  const [, major, minor] = /\bv?(\d+)\.(\d+)\.\d+/.exec(text) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}
