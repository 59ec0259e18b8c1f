// Owns a running lab for a scenario: up as root or else as the test user, verified, and in the end down with nothing left.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { leaksToText } from './leaks.ts';
import { missingBuild, type RunnerKind, runnerKinds, type Workspace, workspace } from './scenario.ts';

/** Who can run `what` here: the first kind that may, as an array for `describe.each`; empty (the reason is printed) where none may. */
export function anyRunner(what: string): readonly RunnerKind[] {
  const why = missingBuild();
  if (why !== undefined) console.log(`skipped: ${what}: ${why}`);
  return why === undefined ? runnerKinds(what).slice(0, 1) : [];
}

/** Brings a lab up before the tests of a `describe` and takes it down after them. */
export function runningLab(kind: RunnerKind, reference: string): () => Workspace {
  let place: Workspace | undefined;
  beforeAll(async () => {
    place = workspace(kind);
    await place.must(['up', reference]);
  });
  afterAll(async () => {
    await place?.labctl(['down', '--all']);
    // Captures are the user's to keep.
    for (const name of place === undefined ? [] : readdirSync(place.cwd))
      rmSync(join(place?.cwd ?? '', name), { recursive: true });
    const left = leaksToText((await place?.leaks()) ?? []);
    place?.remove();
    expect(left).toBe('');
  });
  return () => {
    if (place === undefined) throw new Error(`${reference} did not come up`);
    return place;
  };
}
