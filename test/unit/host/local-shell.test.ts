import { expect, it } from 'vitest';
import { LabError } from '../../../src/base/errors.ts';
import { localShell } from '../../../src/host/local-shell.ts';

const shell = localShell('host');

const failure = async (action: Promise<unknown>): Promise<LabError> => {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LabError)) throw new Error(`no LabError: ${String(error)}`);
  return error;
};

it('keeps what a command says on both streams, and its exit status', async () => {
  const ran = await shell.run(['sh', '-c', 'cat; echo bad >&2; exit 3'], { input: 'héllo\n', onFailure: 'return' });

  expect(ran).toMatchObject({ exitCode: 3, stdout: 'héllo\n', stderr: 'bad\n', where: 'host' });
});

it('reports a signal as a shell does: 128 and its number', async () => {
  const ran = await shell.run(['sh', '-c', 'kill -TERM $$'], { onFailure: 'return' });

  expect(ran.exitCode).toBe(143);
});

it('throws with the command and its output when it fails', async () => {
  const error = await failure(localShell('node worker', ['sh', '-c']).run(['echo seen; exit 7']));

  expect(error.message).toBe('sh exited with 7 (node worker)');
  expect(error.ran).toMatchObject({ argv: ['sh', '-c', 'echo seen; exit 7'], stdout: 'seen\n' });
});

it('says what is not found and what may not be run', async () => {
  expect((await failure(shell.run(['/no/such/program']))).message).toBe('cannot run /no/such/program: not found');
  expect((await failure(shell.run(['/etc/passwd']))).message).toBe('cannot run /etc/passwd: permission denied');
});

it('ends a command that takes too long, even one that ignores SIGTERM', async () => {
  const began = performance.now();
  const error = await failure(shell.run(['perl', '-e', '$SIG{TERM} = "IGNORE"; sleep 1 while 1'], { timeoutMs: 200 }));

  expect(error.message).toBe('perl took longer than 200 ms (host)');
  expect(performance.now() - began).toBeLessThan(20_000);
});

it('ends a command when it is aborted, before or after its start', async () => {
  const control = new AbortController();
  setTimeout(() => control.abort('SIGINT'), 50);

  expect((await failure(shell.run(['sleep', '60'], { signal: control.signal }))).code).toBe('INTERRUPTED');
  expect((await failure(shell.run(['sleep', '60'], { signal: control.signal }))).code).toBe('INTERRUPTED');
});

it('takes no offence at a command that does not read its input', async () => {
  const ran = await shell.run(['true'], { input: 'x'.repeat(1_000_000) });

  expect(ran.exitCode).toBe(0);
});
