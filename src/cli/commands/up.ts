// Owns the command `up`: flags to one call, then the time line and what to type next.

import { up } from '../../app/up.ts';
import { timelineText } from '../../report/timeline.ts';
import { type Call, labOf, print, say, withView } from '../call.ts';
import { settingsOf } from '../flag-values.ts';
import { sayWarnings } from '../warnings.ts';

/** Flags of `up`. */
export interface UpFlags {
  readonly set?: readonly string[];
  readonly router?: string;
  readonly timeout?: number;
  readonly locked?: boolean;
  readonly keep?: boolean;
  readonly dryRun?: boolean;
  readonly reconfigure?: boolean;
  readonly kernel?: 'host';
}

/** How long convergence may take where nothing is said: a cluster has to boot. */
const patience = { netns: 60_000, kind: 600_000 } as const;

/** `labctl up [lab]`. */
export async function upCommand(call: Call, [lab]: readonly string[], flags: UpFlags): Promise<number> {
  const { engine } = call.flags;
  const options = {
    reference: labOf(call, lab, 'up'),
    set: settingsOf(flags),
    engine,
    timeoutMs: flags.timeout ?? patience[engine],
    locked: flags.locked ?? false,
    keep: flags.keep ?? false,
    dryRun: flags.dryRun ?? false,
    reconfigure: flags.reconfigure ?? false,
    yes: call.flags.yes,
    kernel: flags.kernel,
  };
  const result = await withView(call, (view) => up(call.context, options, view));
  await sayWarnings(call, result.warnings);
  if (options.dryRun) {
    const { planText } = await import('../../report/plan-text.ts');
    print(call, 'Plan', { ...result.plan }, () => planText(result.plan));
    return 0;
  }
  const { plan, ...rest } = result;
  print(call, 'UpResult', { ...rest, operations: plan.operations.length }, () =>
    result.isChanged
      ? timelineText(result.timeline)
      : `${result.lab} is up and as its file says; nothing was changed\n`,
  );
  if (call.flags.format === 'table') sayNext(call, result.lab);
  return 0;
}

function sayNext(call: Call, lab: string): void {
  say(call, '');
  say(call, `${lab} is up. Next:`);
  say(call, '  labctl capture pod-a pod-b    follow a packet from pod to pod');
  say(call, '  labctl status                 nodes, routers, sessions, routes');
  say(call, '  labctl exec -it pod-a -- sh   look around inside');
  say(call, `  labctl down ${lab.padEnd(18)}remove it without a trace`);
}
