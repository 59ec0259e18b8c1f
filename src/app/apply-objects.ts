// Owns the story of a changed Calico object set: what follows from it is derived anew, and only what differs is touched.

import { LabError } from '../base/errors.ts';
import type { CalicoObject } from '../calico/objects.ts';
import type { Operation } from '../plan/plan.ts';
import type { Context, RunView } from './context.ts';
import type { Running } from './running.ts';

/** Milliseconds within which a change must be converged. */
const timeoutMs = { netns: 60_000, kind: 240_000 } as const;

/** Gives a running lab a complete object set. Resolves when the lab is converged on it; returns what was done. */
export async function applyObjects(
  context: Context,
  running: Running,
  objects: readonly CalicoObject[],
  view: RunView,
): Promise<readonly Operation[]> {
  const [{ designLab }, { labArtifacts }, { takeLock }, { changeLab }, { withSignal }] = await Promise.all([
    import('../design/design-lab.ts'),
    import('./lab-artifacts.ts'),
    import('../host/lock.ts'),
    import('./change-lab.ts'),
    import('./up.ts'),
  ]);
  const { design, problems } = designLab(running.lab, { objects });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (design === undefined || errors.length > 0) {
    throw new LabError('OBJECT_INVALID', `these objects do not fit lab ${running.name}`, { problems: errors });
  }
  for (const problem of problems) view.note(`warning: ${problem.message} [${problem.code}]`);
  const artifacts = await labArtifacts(context, running.engine.name, { lab: running.lab, design });
  const lock = await takeLock(`${context.stateHome}/locks`, running.name);
  try {
    const change = {
      lab: running.lab,
      design,
      artifacts,
      objects,
      programs: running.saved.programs,
      timeoutMs: timeoutMs[running.engine.name],
      keep: true,
      reconfigure: false,
      engine: running.engine.name,
    };
    const done = await changeLab(context, change, view);
    if (done.error !== undefined) throw withSignal(context, done.error);
    return done.plan.operations;
  } finally {
    await lock.release(false);
  }
}
