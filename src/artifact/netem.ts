// Owns how a bad wire is typed: the queueing discipline of a port that holds, loses, slows and spoils what it sends.

import type { Design, Interface } from '../design/design.ts';
import { netemWords } from '../design/netem-words.ts';

type Netem = NonNullable<Interface['netem']>;

/** A script's line that makes a port do this to what it sends, whatever it did before; undefined: nothing any more. */
export function netemLine(port: string, netem: Netem | undefined): string {
  if (netem !== undefined) return `tc qdisc replace dev ${port} root netem ${netemWords(netem)}\n`;
  // A port that did nothing before has nothing to delete.
  return `tc qdisc delete dev ${port} root 2>/dev/null || :\n`;
}

/** What is typed behind `containerlab` for every bad port of a deployed fabric. */
export function clabNetem({ lab, routers }: Pick<Design, 'lab' | 'routers'>): readonly (readonly string[])[] {
  return routers.flatMap(({ name, interfaces }) =>
    interfaces.flatMap(({ name: port, netem }) =>
      netem === undefined
        ? []
        : [['tools', 'netem', 'set', '--node', `clab-${lab}-${name}`, '--interface', port, ...clabFlags(netem)]],
    ),
  );
}

function clabFlags({ delayMs, jitterMs, lossPercent, rateKbit, corruptionPercent }: Netem): readonly string[] {
  return [
    ...(delayMs === 0 ? [] : ['--delay', `${delayMs}ms`]),
    ...(jitterMs === 0 ? [] : ['--jitter', `${jitterMs}ms`]),
    ...(lossPercent === 0 ? [] : ['--loss', String(lossPercent)]),
    ...(rateKbit === undefined ? [] : ['--rate', String(rateKbit)]),
    ...(corruptionPercent === 0 ? [] : ['--corruption', String(corruptionPercent)]),
  ];
}
