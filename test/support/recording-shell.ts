// Owns the one seam for programs that cannot run here: answers by command line, and a failure for any other command.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../src/base/errors.ts';
import type { Ran, Shell } from '../../src/base/shell.ts';
import { sharedFolder } from './shared.ts';

/** What a program said. */
export interface Said {
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A shell that answers; `unused()` are the command lines nobody asked for, `ran` all that were asked in order. */
export interface RecordingShell extends Shell {
  readonly ran: readonly string[];
  unused(): readonly string[];
}

/** Answers by whole command line, words joined by blanks; a list of answers is given one after the other, the last for ever. */
export function recordingShell(answers: Readonly<Record<string, Said | readonly Said[]>>): RecordingShell {
  const ran: string[] = [];
  const answerTo = (line: string): Said | undefined => {
    const answer = answers[line];
    if (answer === undefined || !Array.isArray(answer)) return answer as Said | undefined;
    const list = answer as readonly Said[];
    return list[Math.min(list.length - 1, ran.filter((one) => one === line).length)];
  };
  return {
    where: 'host',
    ran,
    unused: () => Object.keys(answers).filter((line) => !ran.includes(line)),
    argv: (argv) => argv,
    run: async (argv, options = {}) => {
      const line = argv.join(' ');
      const answer = answerTo(line);
      if (answer === undefined) throw new Error(`unexpected command: ${line}`);
      ran.push(line);
      const { exitCode = 0, stdout = '', stderr = '' } = answer;
      for (const said of `${stdout}\n${stderr}`.split('\n')) if (said !== '') options.onLine?.(said);
      const result: Ran = { argv, where: 'host', exitCode, stdout, stderr, ms: 1 };
      if (exitCode === 127) throw new LabError('HOST_PROGRAM_MISSING', `${argv[0]} is not installed`);
      if (exitCode === 0 || options.onFailure === 'return') return result;
      throw new LabError('HOST_COMMAND_FAILED', `${argv[0]} exited with ${exitCode}`, { ran: result });
    },
  };
}

/** The folder of real outputs, or undefined with the reason printed. */
export const recordedFolder = sharedFolder('recorded');

/** A recorded output: `kind/v0.33.0/create-4-nodes`. */
export function recorded(name: string): Required<Said> {
  const text = readFileSync(join(recordedFolder ?? '', `${name}.txt`), 'utf8');
  const [, exitCode, stdout = '', stderr = ''] =
    /\nexit: (\d+)\n--- stdout\n([\s\S]*?)--- stderr\n?([\s\S]*)$/.exec(text) ?? [];
  if (exitCode === undefined) throw new Error(`${name} is no recording`);
  return { exitCode: Number(exitCode), stdout, stderr };
}
