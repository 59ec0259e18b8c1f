// Owns a bad wire in tc-netem(8)'s words.

import type { Netem } from '../lab/netem.ts';

/** `delay 20ms 5ms loss 1% rate 200kbit corrupt 1%`; empty for a good wire. */
export function netemWords({ delayMs, jitterMs, lossPercent, rateKbit, corruptionPercent }: Netem): string {
  return [
    ...(delayMs + jitterMs === 0 ? [] : [`delay ${delayMs}ms`]),
    ...(jitterMs === 0 ? [] : [`${jitterMs}ms`]),
    ...(lossPercent === 0 ? [] : [`loss ${lossPercent}%`]),
    ...(rateKbit === undefined ? [] : [`rate ${rateKbit}kbit`]),
    ...(corruptionPercent === 0 ? [] : [`corrupt ${corruptionPercent}%`]),
  ].join(' ');
}
