// Owns running one outside program as a step: its last word shown while it runs, and a plain error at the deadline.

import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import { lastWord } from '../../host/containerlab.ts';
import type { Connect } from '../../host/docker/connect.ts';
import type { KindPlace } from '../../host/kind.ts';
import type { OperationContext } from '../../plan/engine.ts';
import type { Places } from './place.ts';

/** What of a lab stands on Docker: written down before it is made, so that `down` finds it after a crash. */
export type OwnedPart = 'network' | 'cluster' | 'fabric';

/** What the operations work on. */
export interface KindWork {
  readonly host: Shell;
  readonly connect: Connect;
  readonly place: KindPlace;
  /** The lab's files. */
  readonly folder: string;
  own(part: OwnedPart): Promise<void>;
  /** Where the machines are now. */
  locate(): Promise<Places>;
  /** What pods, events and logs say, for an error: the last lines of each. */
  say(): Promise<readonly string[]>;
}

/** Runs a program of a step. Throws NOT_CONVERGED with its last word where the deadline passed while it ran. */
export async function runStep(
  { host, say }: Pick<KindWork, 'host' | 'say'>,
  argv: readonly string[],
  context: OperationContext,
  input?: string,
): Promise<void> {
  let last = '';
  const onLine = (line: string): void => {
    const word = lastWord(line);
    if (word === '') return;
    last = word;
    context.report(word);
  };
  try {
    const { stdout, stderr } = await host.run(argv, { signal: context.signal, onLine, input });
    const word = lastWord(`${stdout}\n${stderr}`);
    if (word !== '' && word !== last) context.report(word);
  } catch (error) {
    if (context.signal.reason !== 'timeout') throw error;
    throw new LabError('NOT_CONVERGED', `out of time while this ran: ${argv.join(' ')}`, {
      facts: [...(last === '' ? [] : [`it last said: ${last}`]), ...(await say())],
      hint: 'labctl up with --timeout 20m waits longer; with --keep it leaves the lab for looking',
      cause: error,
    });
  }
}
