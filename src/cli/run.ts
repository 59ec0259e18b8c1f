// Owns one run of the command line: arguments in, exit status out, every error shown once.

import { CommanderError } from 'commander';
import type { Context } from '../app/context.ts';
import { exitCodes, LabError } from '../base/errors.ts';
import type { Streams } from './call.ts';
import { buildProgram } from './program.ts';
import { mayColor } from './verb.ts';

export type { Context } from '../app/context.ts';
export type { Streams } from './call.ts';

/** Runs labctl with the arguments after its name. Never throws; the caller ends the process with the status. */
export async function run(argv: readonly string[], context: Context, streams: Streams): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = buildProgram({
    context,
    argv,
    streams,
    finish: (code) => {
      exitCode = code;
    },
  });
  if (argv.length === 0) {
    program.outputHelp();
    return exitCodes.ok;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    const isExec = runsACommand(argv);
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      return isExec ? exitCodes.execFailed : exitCodes.usage;
    }
    const { renderError } = await import('./view/error-page.ts');
    const color = !argv.includes('--no-color') && mayColor(context);
    const verbose = argv.some((argument) => argument === '--verbose' || /^-[a-z]*v/.test(argument));
    streams.stderr.write(`${renderError(error, { color, verbose }).trimEnd()}\n`);
    if (!(error instanceof LabError)) return isExec ? exitCodes.execFailed : exitCodes.failed;
    return isExec && !isExecStatus(error.exitCode) ? exitCodes.execFailed : error.exitCode;
  }
}

/** Whether the verb is exec or shell, whose own statuses are 125 to 127. */
function runsACommand(argv: readonly string[]): boolean {
  const valued = ['--engine', '--lab', '--format', '-o'];
  const verb = argv.find((argument, index) => !argument.startsWith('-') && !valued.includes(argv[index - 1] ?? ''));
  return verb === 'exec' || verb === 'shell';
}

function isExecStatus(status: number): boolean {
  return status >= exitCodes.execFailed;
}
