// Owns reading a shell script as data: its commands and the here-documents it feeds to them. Nothing of it is run.

import { type Source, type Span, sourceOf } from '../tree.ts';

/** A command line, variables that the script sets to plain words filled in. */
export interface ScriptCommand {
  readonly text: string;
  readonly span: Span;
}

/** A here-document: its text keeps the lines it has in the script. */
export interface HereDocument {
  readonly source: Source;
  readonly command: ScriptCommand;
  /** The file it is written to, as the script says it; undefined: a program reads it. */
  readonly target: string | undefined;
}

/** A script in its parts. */
export interface Script {
  readonly commands: readonly ScriptCommand[];
  readonly documents: readonly HereDocument[];
}

const opening = /<<(-?)\s*(["']?)([A-Za-z_][A-Za-z0-9_]*)\2/;
const assignment = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"$`]*)"|'([^']*)'|([^\s"'$`;|&]*))\s*(?:;|#.*|$)/;
const target = /(?:^|[^0-9>&])>>?\|?\s*["']?([\w./-]+)["']?|\btee\s+(?:-a\s+)?["']?([\w./-]+)["']?/;

/** Reads a script. A line that ends with a backslash goes on in the next; comments are no commands. */
export function readScript(file: string, text: string): Script {
  const whole = sourceOf(file, text);
  const lines = text.split('\n');
  const values = new Map<string, string>();
  const commands: ScriptCommand[] = [];
  const documents: HereDocument[] = [];
  for (let i = 0; i < lines.length; i++) {
    const first = i;
    let line = lines[i] ?? '';
    while (line.endsWith('\\') && i + 1 < lines.length) line = `${line.slice(0, -1)} ${lines[++i] ?? ''}`;
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, name, ...words] = assignment.exec(line) ?? [];
    if (name !== undefined) values.set(name, words.find((word) => word !== undefined) ?? '');
    const start = (whole.lineStarts[first] ?? 0) + line.length - line.trimStart().length;
    const end = (whole.lineStarts[first] ?? 0) + (lines[first]?.length ?? 0);
    const command = { text: filledIn(line.trim(), values), span: { source: whole, start, end } };
    commands.push(command);
    const here = opening.exec(line);
    if (here === null) continue;
    const [, dash, quote, word] = here;
    const body: string[] = [];
    const firstLine = i + 1;
    for (i++; i < lines.length; i++) {
      const inner = dash === '-' ? (lines[i] ?? '').replace(/^\t+/, '') : (lines[i] ?? '');
      if (inner.replace(/\r$/, '') === word) break;
      body.push(inner);
    }
    const said = body.join('\n');
    const [, to, tee] = target.exec(command.text.replace(opening, ' ')) ?? [];
    documents.push({
      source: partOf(file, quote === '' ? filledIn(said, values) : said, firstLine),
      command,
      target: to ?? tee,
    });
  }
  return { commands, documents };
}

/** A part of a file as a source of its own: its places are those of the file. `linesAbove`: how many lines stand before it. */
export function partOf(file: string, text: string, linesAbove: number): Source {
  const { lineStarts } = sourceOf(file, text);
  return { file, text, lineStarts: [...new Array<number>(linesAbove).fill(0), ...lineStarts] };
}

function filledIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (said, braced, bare) => values.get(braced ?? bare) ?? said);
}
