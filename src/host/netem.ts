// Owns reading what the ports of a machine do to what they send: `tc -j qdisc show`, in containerlab's words.

import type { Shell } from '../base/shell.ts';

/** What one port does to each packet it sends (tc-netem(8)); times in milliseconds, shares in percent. */
export interface PortNetem {
  readonly interface: string;
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  /** Kilobits a second; undefined: as fast as the wire. */
  readonly rateKbit: number | undefined;
  readonly corruptionPercent: number;
}

interface Qdisc {
  readonly kind: string;
  readonly dev?: string;
  readonly options?: {
    readonly delay?: { readonly delay?: number; readonly jitter?: number };
    readonly 'loss-random'?: { readonly loss?: number };
    readonly rate?: { readonly rate?: number };
    readonly corrupt?: { readonly corrupt?: number };
  };
}

/** The ports of a machine that have a netem qdisc. */
export async function readNetem(shell: Shell): Promise<readonly PortNetem[]> {
  return parseNetem((await shell.run(['tc', '-j', 'qdisc', 'show'])).stdout);
}

/** Reads `tc -j qdisc show`: seconds, shares of 1, bytes a second. */
export function parseNetem(json: string): readonly PortNetem[] {
  const found: PortNetem[] = [];
  for (const { kind, dev, options } of JSON.parse(json || '[]') as readonly Qdisc[]) {
    if (kind !== 'netem' || dev === undefined) continue;
    const rate = options?.rate?.rate;
    found.push({
      interface: dev,
      delayMs: rounded((options?.delay?.delay ?? 0) * 1000),
      jitterMs: rounded((options?.delay?.jitter ?? 0) * 1000),
      lossPercent: rounded((options?.['loss-random']?.loss ?? 0) * 100),
      rateKbit: rate === undefined ? undefined : Math.round((rate * 8) / 1000),
      corruptionPercent: rounded((options?.corrupt?.corrupt ?? 0) * 100),
    });
  }
  return found;
}

/** The kernel keeps shares in 32 bits and times in ticks: 1 % comes back as 0.0099999998. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
