import { describe, expect, it } from 'vitest';
import { spawnAttached } from '../../../src/host/spawn-attached.ts';

const never = new AbortController().signal;

describe('an attached program', () => {
  it.each([
    [['sh', '-c', 'exit 0'], 0],
    [['sh', '-c', 'exit 7'], 7],
    [['sh', '-c', 'kill -KILL $$'], 137],
    [['sh', '-c', 'read -r line || exit 9'], 9],
  ])('%j exits as it does', async (argv, exitCode) => {
    expect(await spawnAttached(argv, { stdin: 'ignore', signal: never, isTerminal: false })).toBe(exitCode);
  });

  it.each([
    ['/nonexistent/program', 127],
    ['/etc/passwd', 126],
  ])('%s cannot run: %d', async (program, exitCode) => {
    await expect(spawnAttached([program], { stdin: 'ignore', signal: never, isTerminal: false })).rejects.toMatchObject(
      {
        code: 'HOST_PROGRAM_MISSING',
        exitCode,
      },
    );
  });

  it.each([
    ['SIGTERM', false, 143],
    ['SIGTERM', true, 143],
    ['SIGINT', false, 130],
    ['SIGHUP', true, 129],
  ])('gets %s from labctl (terminal: %s), and labctl waits for it', async (reason, isTerminal, exitCode) => {
    const abort = new AbortController();
    const running = spawnAttached(['sleep', '20'], { stdin: 'ignore', signal: abort.signal, isTerminal });
    setTimeout(() => abort.abort(reason), 50);

    expect(await running).toBe(exitCode);
  });

  it('is left to the terminal when Ctrl-C reaches it by itself', async () => {
    const abort = new AbortController();
    const running = spawnAttached(['sh', '-c', 'sleep 0.3; exit 4'], {
      stdin: 'ignore',
      signal: abort.signal,
      isTerminal: true,
    });
    setTimeout(() => abort.abort('SIGINT'), 50);

    expect(await running).toBe(4);
  });
});
