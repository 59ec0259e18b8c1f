import { expect, it } from 'vitest';
import type { Operation } from '../../../src/plan/plan.ts';
import { execute } from '../../../src/run/execute.ts';

function operation(id: number, verb: string, needs: readonly number[] = []): Operation {
  return { id, verb, resource: `${verb}:${id}`, cause: 'not there', needs, phase: 'links', input: {} };
}

function run(operations: readonly Operation[], done: string[]) {
  const fail = () => {
    throw new Error('at once');
  };
  const table = {
    fail: { apply: fail },
    work: { apply: async (): Promise<void> => void done.push('work') },
  };
  const plan = { lab: 'small', engine: 'netns', operations } as const;
  return execute(plan, table, { signal: new AbortController().signal, width: 2, onEvent: () => undefined });
}

it('ends with the error of an operation that fails before its first wait', async () => {
  const done: string[] = [];
  await expect(run([operation(1, 'fail'), operation(2, 'work'), operation(3, 'work', [1])], done)).rejects.toThrow(
    'at once',
  );
  expect(done).toEqual(['work']);
});

it('does what needs nothing first, and the rest as soon as it may', async () => {
  const done: string[] = [];
  await run([operation(1, 'work'), operation(2, 'work', [1]), operation(3, 'work', [1, 2])], done);
  expect(done).toHaveLength(3);
});
