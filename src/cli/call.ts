// Owns one call of labctl as a command sees it: the outside, the streams, the flags every verb has, and printing.

import type { Context, Format, RunView } from '../app/context.ts';
import { LabError } from '../base/errors.ts';
import type { EngineName } from '../plan/engine.ts';

/** Where text goes: data to stdout, everything else to stderr. */
export interface Streams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Flags that every verb has. */
export interface GlobalFlags {
  readonly engine: EngineName;
  /** `--lab` or LABCTL_LAB. */
  readonly lab: string | undefined;
  readonly verbose: number;
  readonly quiet: boolean;
  readonly format: Format;
  readonly yes: boolean;
  /** Whether stderr may be colored. */
  readonly color: boolean;
}

/** A verb with its flags and the verbs under it, for completion. */
export interface VerbTree {
  /** The name, then aliases. */
  readonly names: readonly string[];
  readonly flags: readonly {
    readonly names: readonly string[];
    readonly takesValue: boolean;
    readonly choices: readonly string[];
  }[];
  readonly children: readonly VerbTree[];
}

/** One call: what a command needs beside its own arguments. */
export interface Call {
  readonly context: Context;
  readonly streams: Streams;
  readonly flags: GlobalFlags;
  /** All verbs there are. */
  tree(): VerbTree;
}

/** A command: arguments and flags in, exit status out. */
export type Command<F> = (call: Call, args: readonly string[], flags: F) => Promise<number>;

/** The version of every JSON document labctl prints. */
export const documentVersion = 'labctl.dev/v1alpha1';

/** Prints a result on stdout: its text, or one JSON document that names its version and kind. */
export function print(call: Call, kind: string, data: object, text: string | (() => string)): void {
  if (call.flags.format === 'json') {
    call.streams.stdout.write(`${JSON.stringify({ apiVersion: documentVersion, kind, ...data }, undefined, 2)}\n`);
    return;
  }
  call.streams.stdout.write(typeof text === 'string' ? text : text());
}

/** A line on stderr, unless `-q`. */
export function say(call: Call, line: string): void {
  if (!call.flags.quiet) call.streams.stderr.write(`${line}\n`);
}

/** The lab a verb is about: its argument, else `--lab`. Throws USAGE when there is neither. */
export function labOf(call: Call, argument: string | undefined, verb: string): string {
  const lab = argument ?? call.flags.lab;
  if (lab !== undefined) return lab;
  throw new LabError('USAGE', `labctl ${verb} needs a lab`, { hint: `labctl list, then labctl ${verb} <lab>` });
}

/** Shows a run on stderr while `work` happens; whatever comes, the view is closed before this returns. */
export async function withView<T>(call: Call, work: (view: RunView) => Promise<T>): Promise<T> {
  const { viewFor } = await import('./view/view.ts');
  const view = await viewFor(call);
  try {
    return await work(view);
  } finally {
    await view.end();
  }
}
