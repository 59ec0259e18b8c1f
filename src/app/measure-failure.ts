// Owns the story of `fail --measure` and `--flap`: break, look on, mend, look on; mended in the end whatever comes.

import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../base/errors.ts';
import type { Design, PodDesign } from '../design/design.ts';
import { machineNamed } from '../design/named-machine.ts';
import { type Change, type Convergence, measureChanges } from '../evidence/convergence.ts';
import { throwIfAborted } from '../evidence/listen.ts';
import { type FailureTarget, failureName, failureTarget } from '../plan/failure.ts';
import type { Context } from './context.ts';
import type { FailOptions } from './fail.ts';
import { breakTarget, mend } from './failures.ts';

import { openRunning, type Running } from './running.ts';
import { missingIn, settle } from './settle.ts';
import { withLock } from './with-lock.ts';

/** How often something breaks and is mended again: down for the first half of each period, up for the second. */
export interface Flap {
  readonly periodMs: number;
  readonly count: number;
}

/** How a failure is measured. */
export interface MeasureOptions {
  /** Pods to probe between; all when left out. */
  readonly pods?: readonly string[] | undefined;
  /** How long to look on after each change. */
  readonly seconds: number;
  /** How often the whole of it is done. */
  readonly repeat: number;
  readonly flap?: Flap | undefined;
  /** Told what happens now. */
  readonly onStep: (line: string) => void;
}

/** One change, each time that it was made. */
export interface MeasuredChange {
  /** `flapped`: broken and mended several times; otherwise first `broken`, then `mended`. */
  readonly change: 'broken' | 'mended' | 'flapped';
  readonly runs: readonly Convergence[];
}

/** What a measured failure did. */
export interface MeasuredFailure {
  readonly design: Design;
  /** As it is typed: `link leaf0:eth1`. */
  readonly failure: string;
  readonly changes: readonly MeasuredChange[];
  /** The longest gap between two packets of a pair before anything broke. */
  readonly quietGapMs: number;
  /** Packets that the captures missed. */
  readonly missed: number;
}

/** Breaks a target again and again for a while, and leaves it mended. */
export async function flap(context: Context, options: FailOptions & { readonly flap: Flap }): Promise<string> {
  const running = await openRunning(context, { lab: options.lab });
  return withLock(context, running.name, async () => {
    const target = failureTarget(running.design, options.kind, options.target);
    const before = await missingIn(running);
    return mendedInTheEnd(context, running, target, before, async ({ flapping }) => {
      await flapping(options.flap);
      return failureName(running.design, target);
    });
  });
}

/** Measures a failure of the running lab. Throws NOT_CONVERGED when the lab is not itself again before the next run. */
export async function measureFailure(
  context: Context,
  options: FailOptions & MeasureOptions,
): Promise<MeasuredFailure> {
  const running = await openRunning(context, { lab: options.lab });
  return withLock(context, running.name, () => {
    const target = failureTarget(running.design, options.kind, options.target);
    return measureTarget(context, running, target, options);
  });
}

/** The same, in a lab that is open and locked. */
export async function measureTarget(
  context: Context,
  running: Running,
  target: FailureTarget,
  options: MeasureOptions,
): Promise<MeasuredFailure> {
  const { design, engine } = running;
  const { seconds, repeat, onStep } = options;
  const pods = podsOf(design, options.pods);
  const failure = failureName(design, target);
  const before = await missingIn(running);
  return mendedInTheEnd(context, running, target, before, async ({ breaking, mending, flapping }) => {
    const steps: readonly (Change & Pick<MeasuredChange, 'change'>)[] =
      options.flap === undefined
        ? [
            { change: 'broken', make: breaking, seconds },
            { change: 'mended', make: mending, seconds },
          ]
        : [{ change: 'flapped', make: () => flapping(options.flap!), seconds }];
    const runs: (readonly Convergence[])[] = [];
    let [quietGapMs, missed] = [0, 0];
    for (let run = 1; run <= repeat; run++) {
      if (run > 1) await settled(context, running, before);
      onStep(repeat === 1 ? `measuring: ${failure}` : `measuring: ${failure}, run ${run} of ${repeat}`);
      const measured = await measureChanges(engine, design, pods, steps, context.signal);
      runs.push(measured.changes);
      quietGapMs = Math.max(quietGapMs, measured.quietGapMs);
      missed += measured.missed;
    }
    const changes = steps.map(({ change }, place) => ({ change, runs: runs.map((changed) => changed[place]!) }));
    return { design, failure, changes, quietGapMs, missed };
  });
}

/** What can be done to a target; each says when it began to take effect, in milliseconds since 1970. */
interface Breaker {
  breaking(): Promise<number>;
  mending(): Promise<number>;
  flapping(flap: Flap): Promise<number>;
}

async function mendedInTheEnd<T>(
  { signal, ifLeft }: Context,
  running: Running,
  target: FailureTarget,
  before: ReadonlySet<string>,
  work: (breaker: Breaker) => Promise<T>,
): Promise<T> {
  const name = failureName(running.design, target);
  let isOurs = false;
  const breaker: Breaker = {
    breaking: () =>
      breakTarget(running, target, () => {
        isOurs = true;
      }),
    mending: async () => {
      const { time } = await mend(running, (failure) => failure.name === name);
      isOurs = false;
      return time;
    },
    flapping: async ({ periodMs, count }) => {
      let first = Infinity;
      for (let time = 0; time < count; time++) {
        first = Math.min(first, await breaker.breaking());
        await sleep(periodMs / 2, undefined, { signal });
        await breaker.mending();
        await sleep(periodMs / 2, undefined, { signal });
      }
      return first;
    },
  };
  ifLeft(`labctl heal --lab ${running.name}`);
  try {
    return await work(breaker);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    if (isOurs) await breaker.mending();
    // Who interrupts is not kept waiting for sessions that come back by themselves.
    await settle(running, before, signal);
  }
}

async function settled({ signal }: Context, running: Running, before: ReadonlySet<string>): Promise<void> {
  const missing = await settle(running, before, signal);
  throwIfAborted(signal);
  if (missing.length === 0) return;
  throw new LabError('NOT_CONVERGED', `lab ${running.name} was not itself again before the next run`, {
    facts: missing.slice(0, 5),
    hint: `labctl status ${running.name}`,
  });
}

/** Pods that one machine can probe between at one time: so many make 56 pairs. */
const mostPods = 8;

function podsOf(design: Design, names: readonly string[] | undefined): readonly PodDesign[] {
  const pods = (names ?? design.pods.map(({ name }) => name)).map((name) => machineNamed(design, name));
  const found = pods.filter((machine) => machine.kind === 'pod');
  if (found.length === pods.length && found.length > 1 && found.length <= mostPods) return found;
  const [a = 'pod-a', b = 'pod-b'] = design.pods.map(({ name }) => name);
  throw new LabError('USAGE', `probes go between two to ${mostPods} pods, not ${found.length}`, {
    hint: `labctl fail … --measure --pods ${a},${b}`,
  });
}
