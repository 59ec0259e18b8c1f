// Owns the choice of how a run is shown: on a terminal, as plain lines, beside JSON, or not at all.

import type { Context, Format, RunView } from '../../app/context.ts';

/** The ways a run can be shown. */
export type ViewKind = 'tty' | 'plain' | 'json' | 'quiet';

/** What the choice depends on; a call of the command line has it. */
export interface ViewRequest {
  readonly context: Context;
  readonly flags: { readonly quiet: boolean; readonly format: Format; readonly verbose: number };
  readonly streams: { readonly stderr: NodeJS.WritableStream };
}

/** Which way fits: a redrawn list needs a terminal on stderr that is not dumb, outside CI. */
export function viewKind(context: Context, flags: ViewRequest['flags']): ViewKind {
  if (flags.quiet) return 'quiet';
  if (flags.format === 'json') return 'json';
  const { CI = '', TERM } = context.env;
  const isCi = !['', '0', 'false'].includes(CI);
  if (!context.isStderrTty || TERM === 'dumb' || isCi || flags.verbose > 0) return 'plain';
  return 'tty';
}

/** The view for a request. listr2 is loaded only where it draws. */
export async function viewFor(request: ViewRequest): Promise<RunView> {
  const { context, flags, streams } = request;
  const write = (text: string) => void streams.stderr.write(text);
  const now = () => performance.now();
  const terminal = streams.stderr as NodeJS.WriteStream;
  const kind = viewKind(context, flags);
  // A terminal that does not know its width (some serial lines and containers) cannot be redrawn.
  switch (kind === 'tty' && terminal.columns === 0 ? 'plain' : kind) {
    case 'quiet':
      return (await import('./quiet.ts')).quietView();
    case 'json':
      return (await import('./json.ts')).jsonView(write);
    case 'plain':
      return (await import('./plain.ts')).plainView({ write, now, everyOperation: flags.verbose > 0 });
    case 'tty':
      return (await import('./tty.ts')).ttyView(terminal, now);
  }
}
