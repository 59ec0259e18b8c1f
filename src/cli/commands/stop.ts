// Owns the commands `stop` and `start`.

import { start, stop } from '../../app/stop.ts';
import { timelineText } from '../../report/timeline.ts';
import { type Call, print, withView } from '../call.ts';

/** Flags of `start`. */
export interface StartFlags {
  readonly timeout: number;
}

/** `labctl stop [lab]`. */
export async function stopCommand(call: Call, [lab]: readonly string[]): Promise<number> {
  const stopped = await stop(call.context, { lab: lab ?? call.flags.lab });
  print(call, 'StopResult', { lab: stopped }, () => `stopped: ${stopped}; labctl start ${stopped} starts it again\n`);
  return 0;
}

/** `labctl start [lab]`. */
export async function startCommand(call: Call, [lab]: readonly string[], { timeout }: StartFlags): Promise<number> {
  const options = { lab: lab ?? call.flags.lab, timeoutMs: timeout };
  const { plan, ...rest } = await withView(call, (view) => start(call.context, options, view));
  const isStarted = plan.operations.length > 0;
  print(call, 'StartResult', { ...rest, operations: plan.operations.length }, () =>
    isStarted ? timelineText(rest.timeline) : `${rest.lab} runs already, with all its wires\n`,
  );
  return 0;
}
