// Owns the record of what is broken on purpose in a lab, and breaking and mending by it.

import { LabError } from '../base/errors.ts';
import { cutPort, killDaemon, mendOfDaemon, mendsOfPort, runTimed } from '../host/disruption.ts';
import { type Failure, type FailureTarget, failureName, type HealStep, pidFileOf } from '../plan/failure.ts';
import type { StateFolder } from '../run/state.ts';
import type { Running } from './running.ts';
import { readFailures, stateFiles } from './saved-lab.ts';

/** Takes everything off the record: machines that were started anew have nothing broken. */
export function forgetFailures(state: StateFolder): Promise<void> {
  return state.write(stateFiles.failures, []);
}

/**
 * Breaks a target; when it broke, in milliseconds since 1970. It is on record before anything happens, so that a labctl that is
 * killed leaves nothing unknown; `onRecorded` then.
 */
export async function breakTarget(
  running: Running,
  target: FailureTarget,
  onRecorded: () => void = () => undefined,
): Promise<number> {
  const { design, state } = running;
  const name = failureName(design, target);
  const known = await readFailures(state);
  if (known.some((failure) => failure.name === name)) {
    throw new LabError('USAGE', `${name} is broken already`, { hint: `labctl heal --lab ${design.lab}` });
  }
  const failure = { name, target, since: new Date().toISOString(), heal: await healOf(running, target) };
  await state.write(stateFiles.failures, [...known, failure]);
  onRecorded();
  return strike(running, target);
}

async function strike({ engine }: Running, target: FailureTarget): Promise<number> {
  const shell = engine.shell(target.machine);
  if (target.kind === 'daemon') return killDaemon(shell, pidFileOf(target.daemon));
  const ports = target.kind === 'link' ? [target.interface] : target.interfaces;
  return Math.min(...(await Promise.all(ports.map((port) => cutPort(shell, port)))));
}

async function healOf({ engine }: Running, target: FailureTarget): Promise<readonly HealStep[]> {
  const { machine } = target;
  const shell = engine.shell(machine);
  if (target.kind === 'daemon') return [{ machine, argv: await mendOfDaemon(shell, pidFileOf(target.daemon)) }];
  const ports = target.kind === 'link' ? [target.interface] : target.interfaces;
  const steps: HealStep[] = [];
  for (const port of ports) for (const argv of await mendsOfPort(shell, port)) steps.push({ machine, argv });
  return steps;
}

/** What was mended, and when the first of it was, in milliseconds since 1970. */
export interface Mended {
  readonly failures: readonly Failure[];
  readonly time: number;
}

/** Mends what `isMeant`, and takes it off the record. What cannot be mended stays on it. Throws UNDO_FAILED naming it all. */
export async function mend(running: Running, isMeant: (failure: Failure) => boolean): Promise<Mended> {
  const { state, engine, design } = running;
  const mended: Failure[] = [];
  let first = Infinity;
  const facts: string[] = [];
  for (const failure of (await readFailures(state)).filter(isMeant)) {
    let isMended = true;
    for (const { machine, argv } of failure.heal) {
      const { ran, time } = await runTimed(engine.shell(machine), argv, { onFailure: 'return' });
      first = Math.min(first, time);
      if (ran.exitCode === 0) continue;
      isMended = false;
      facts.push(`${failure.name}: ${argv.join(' ')}: ${ran.stderr.trim()}`);
    }
    if (!isMended) continue;
    mended.push(failure);
    await state.write(
      stateFiles.failures,
      (await readFailures(state)).filter(({ name }) => name !== failure.name),
    );
  }
  if (facts.length === 0) return { failures: mended, time: first };
  const hint = `labctl down ${design.lab}, then labctl up ${design.lab}`;
  throw new LabError('UNDO_FAILED', `not all of lab ${design.lab} could be mended`, { facts, hint });
}
