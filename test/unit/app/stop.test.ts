// Owns the proof that stop and start say plainly where there is nothing to stop, or nothing left to start.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Context, RunView } from '../../../src/app/context.ts';
import { start, stop } from '../../../src/app/stop.ts';
import { scratchFolder } from '../../support/scratch.ts';

const view: RunView = {
  begin: () => undefined,
  event: () => undefined,
  note: () => undefined,
  end: async () => undefined,
};

/** A state home in which one lab is recorded. */
function home(engine: 'kind' | 'netns', isBuilt: boolean): Context {
  const stateHome = scratchFolder('labctl-test-stop-');
  mkdirSync(join(stateHome, 'labs', 'bgp-rr'), { recursive: true });
  const record = {
    form: 1,
    engine,
    lab: { name: 'bgp-rr' },
    design: { nodes: [], routers: [], pods: [] },
    made: {},
    isBuilt,
  };
  writeFileSync(join(stateHome, 'labs', 'bgp-rr', 'lab.json'), JSON.stringify(record));
  return { stateHome, signal: new AbortController().signal, startedAt: 0 } as Context;
}

const both = [
  ['stop', (context: Context) => stop(context, { lab: undefined })],
  ['start', (context: Context) => start(context, { lab: 'bgp-rr', timeoutMs: 1000 }, view)],
] as const;

it.each(both)('%s has no meaning on the embedded engine, and says what to type instead', async (_, verb) => {
  await expect(verb(home('netns', true))).rejects.toMatchObject({
    exitCode: 2,
    message: 'lab bgp-rr runs on the embedded engine, where a lab is up or down and never stopped',
    hint: 'labctl down bgp-rr; labctl up bgp-rr makes it again in seconds',
  });
});

it.each(both)('%s leaves a half-made lab to down', async (_, verb) => {
  await expect(verb(home('kind', false))).rejects.toMatchObject({
    code: 'LAB_GONE',
    hint: 'labctl down bgp-rr, then labctl up bgp-rr --engine kind',
  });
});
