// Owns the command `import`.

import { type ImportResult, importFolder } from '../../app/import.ts';
import { type Call, print } from '../call.ts';
import { problemData, sayWarnings } from '../warnings.ts';

/** Flags of `import`. */
export interface ImportFlags {
  readonly out?: string;
  readonly force?: boolean;
}

/** `labctl import <folder>`: what was understood of which line, what was written; what was left out on stderr. */
export async function importCommand(
  call: Call,
  [folder = '.']: readonly string[],
  flags: ImportFlags,
): Promise<number> {
  const result = await importFolder(call.context, { folder, out: flags.out, force: flags.force ?? false });
  if (call.flags.format === 'table') await sayWarnings(call, result.warnings);
  const { warnings, understood, ...rest } = result;
  const read = understood.map(({ at, what }) => ({ file: at.file, line: at.line, what }));
  print(call, 'ImportResult', { ...rest, read, problems: warnings.map(problemData) }, () => text(result));
  return 0;
}

function text({ lab, folder, files, understood }: ImportResult): string {
  const read = understood.map(({ at, what }) => `  ${`${at.file}:${at.line}`}  ${what}`);
  const written = files.map((file) => `  ${folder}/${file}`);
  const next = `labctl up ${folder}/${lab}.lab.yml`;
  return `${['read:', ...read, 'written:', ...written, `next: ${next}`].join('\n')}\n`;
}
