// Owns how text becomes part of a POSIX shell script that runs inside the lab: files and here-documents, never quoting tricks.

import { createHash } from 'node:crypto';

/** A file written inside a machine. */
export interface ScriptFile {
  readonly path: string;
  readonly text: string;
  /** Only root may read it: it holds a password. */
  readonly isSecret?: boolean;
}

/**
 * A here-document for `command`: its text reaches the command's standard input byte for byte. The end mark is
 * derived from the text, so that no line of the text can be it. `after` ends the command's line (`&` and what follows it).
 */
export function withInput(command: string, text: string, after = ''): string {
  const mark = `LABCTL_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  return `${command} <<'${mark}' ${after}\n${text.endsWith('\n') || text === '' ? text : `${text}\n`}${mark}\n`;
}

/** Writes a file, its folder made first. */
export function writeFileLine(file: ScriptFile): string {
  const first = file.isSecret === true ? `install -m 600 /dev/null ${file.path}\n` : '';
  return `${first}${withInput(`cat > ${file.path}`, file.text)}`;
}

/** One `ip -batch`: a process for any number of lines. Nothing for no lines. */
export function ipBatch(lines: readonly string[], options = ''): string {
  return lines.length === 0 ? '' : withInput(`ip ${options}-batch -`, `${lines.join('\n')}\n`);
}

/** Sysctls by path below /proc/sys, in order; the shell's own echo, no process. */
export function sysctlLines(settings: readonly (readonly [string, number])[]): string {
  return settings.map(([path, value]) => `echo ${value} > /proc/sys/${path}\n`).join('');
}
