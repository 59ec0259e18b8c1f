// Owns what a lab file may say of a bad wire: delay, jitter, loss, rate and corruption, in containerlab's words.

import * as z from 'zod';

const time = /^(\d+(?:\.\d+)?)(us|ms|s)$/;

/** A time such as `20ms`, `1.5s` or `100us`. */
export const timeSchema = z.string().regex(time, 'is not a time such as 20ms');

const percent = z.number({ error: 'must be a number of percent' }).min(0).max(100);

/** What one end does to each packet it sends; the words are those of `containerlab tools netem set`. */
const endSchema = z.strictObject({
  delay: timeSchema.optional().describe('How long each packet is held, such as 20ms.'),
  jitter: timeSchema.optional().describe('By how much the delay differs from packet to packet, both ways.'),
  loss: percent.optional().describe('Percent of packets that are lost.'),
  rate: z.int().min(1).max(100_000_000).optional().describe('Kilobits a second.'),
  corruption: percent.optional().describe('Percent of packets that get a wrong bit, which the receiver drops.'),
});

/** `netem:` of a link as it is written. */
export const netemSchema = z.union([endSchema, z.tuple([endSchema, endSchema])], {
  error: 'must be a map such as {delay: 20ms, loss: 1}, or one for each endpoint',
});

/** What one end of a wire does to each packet it sends (tc-netem(8)). */
export interface Netem {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  /** Undefined: as fast as the wire. */
  readonly rateKbit: number | undefined;
  readonly corruptionPercent: number;
}

/** Both ends, complete; undefined where nothing is said of them. */
export function netemOfEnds(said: z.infer<typeof netemSchema> | undefined): readonly [Netem, Netem] | undefined {
  if (said === undefined) return undefined;
  return Array.isArray(said) ? [netemOf(said[0]), netemOf(said[1])] : [netemOf(said), netemOf(said)];
}

function netemOf({ delay = '0s', jitter = '0s', loss = 0, rate, corruption = 0 }: z.infer<typeof endSchema>): Netem {
  const [delayMs, jitterMs] = [millisecondsOf(delay), millisecondsOf(jitter)];
  return { delayMs, jitterMs, lossPercent: loss, rateKbit: rate, corruptionPercent: corruption };
}

/** Whether an end leaves every packet as it is. */
export function isGood({ delayMs, jitterMs, lossPercent, rateKbit, corruptionPercent }: Netem): boolean {
  return delayMs + jitterMs + lossPercent + corruptionPercent === 0 && rateKbit === undefined;
}

/** Milliseconds of a time that `timeSchema` accepts. */
export function millisecondsOf(text: string): number {
  const [, amount = '0', unit = ''] = time.exec(text) ?? [];
  return Number(amount) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? 0);
}
