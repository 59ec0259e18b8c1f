// Owns how a verb is declared: its arguments, flags, environment variables, examples, and the command it loads.

import { type Command as Commander, Option } from 'commander';
import type { Context, Format } from '../app/context.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Call, Command, GlobalFlags, Streams, VerbTree } from './call.ts';
import { counted, environmentName, environmentValue } from './flag-values.ts';

/** What is known before the command line is read, and where the exit status goes. */
export interface Door {
  readonly context: Context;
  /** The words after `labctl`. */
  readonly argv: readonly string[];
  readonly streams: Streams;
  readonly finish: (exitCode: number) => void;
}

/** A flag of one verb. */
export interface Flag {
  /** Commander's form: `-k, --keep`, `--timeout <duration>`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** Shown as the default and given to the command. */
  readonly default?: string | number;
  readonly parse?: (text: string, previous: never) => unknown;
  /** The verb cannot do without it. */
  readonly isRequired?: boolean;
}

/** A verb as data; `load` is called only when it is the one that runs. */
export interface Verb<F> {
  /** Name and arguments: `exec <machine> <command...>`. */
  readonly usage: string;
  readonly aliases?: readonly string[];
  readonly group?: string;
  readonly summary: string;
  readonly description?: string;
  readonly flags?: readonly Flag[];
  readonly examples: readonly [string, string];
  /** The first argument ends labctl's flags: everything after it belongs to the command. */
  readonly passThrough?: boolean;
  readonly hidden?: boolean;
  /**
   * The verb has --kernel. Where it ends what it begins, it can run in a guest: the files that its flags name are told, for the
   * guest to write. A text says why it cannot.
   */
  readonly guest?: string | ((flags: F) => readonly (string | undefined)[]);
  /** `-o` is the verb's own. */
  readonly ownOutput?: boolean;
  readonly load: () => Promise<Command<F>>;
}

const kernelFlag: Flag = {
  flags: '--kernel <kernel>',
  description: "whose: this machine's, or a User-Mode Linux that lives as long as the command (also LABCTL_KERNEL)",
  choices: ['host', 'uml'],
};

interface GlobalValues {
  readonly engine?: EngineName;
  readonly lab?: string;
  readonly verbose?: number;
  readonly quiet?: boolean;
  readonly format?: Format;
  readonly yes?: boolean;
  readonly color?: boolean;
}

/** Adds a verb under `parent` (the program, or a verb that has verbs of its own); with its flags when somebody asks for it. */
export function addVerb<F extends object>(parent: Commander, door: Door, verb: Verb<F>): Commander {
  const command = parent.command(verb.usage, verb.hidden === true ? { hidden: true } : {});
  command.summary(verb.summary).description(verb.description ?? verb.summary);
  if (verb.group !== undefined) command.helpGroup(verb.group);
  for (const alias of verb.aliases ?? []) command.alias(alias);
  if (!isNamed(command, door)) return command;
  for (const flag of verb.flags ?? []) command.addOption(optionOf(flag));
  if (verb.guest !== undefined) command.addOption(optionOf(kernelFlag));
  addGlobalFlags(command, verb.ownOutput === true);
  if (verb.passThrough === true) command.passThroughOptions();
  command.addHelpText('after', `\nExamples:\n${verb.examples.map((example) => `  $ ${example}`).join('\n')}`);
  command.action(async () => {
    readEnvironment(command, door.context);
    const call = callOf(command, door);
    const flags = command.opts<F & { readonly kernel?: string }>();
    if (flags.kernel === 'uml') {
      const { runInGuest } = await import('./in-guest.ts');
      door.finish(await runInGuest(call, door.argv, typeof verb.guest === 'function' ? verb.guest(flags) : verb.guest));
      return;
    }
    const run = await verb.load();
    door.finish(await run(call, command.args, flags));
  });
  return command;
}

/**
 * Whether the command line has the verb's name anywhere: as the verb that runs, or in a question about it (help, completion). The
 * others need no flags, of which there are some five hundred.
 */
function isNamed(command: Commander, { argv }: Door): boolean {
  return [command.name(), ...command.aliases()].some((name) => argv.includes(name));
}

/** Adds a verb that only has verbs of its own. */
export function addGroup(parent: Commander, name: string, summary: string): Commander {
  const command = parent.command(name).summary(summary).description(summary);
  addGlobalFlags(command, true);
  return command;
}

/** The names of a verb below the program: `['calicoctl', 'get']`. */
export function pathOf(command: Commander): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

function optionOf(flag: Flag): Option {
  const option = new Option(flag.flags, flag.description).makeOptionMandatory(flag.isRequired === true);
  if (flag.choices !== undefined) option.choices(flag.choices);
  if (flag.parse !== undefined) option.argParser(flag.parse as (text: string, previous: unknown) => unknown);
  if (flag.default !== undefined) {
    const parsed =
      typeof flag.default === 'string'
        ? (flag.parse?.(flag.default, undefined as never) ?? flag.default)
        : flag.default;
    option.default(parsed, String(flag.default));
  }
  return option;
}

/** Flags that stand before or after any verb. */
export function addGlobalFlags(command: Commander, ownOutput = false): void {
  const flags = [
    new Option('--engine <name>', 'what runs the lab').choices(['netns', 'kind']),
    new Option('--lab <name>', 'which running lab, when there are several'),
    new Option(ownOutput ? '--format <form>' : '-o, --format <form>', 'form of what is printed on stdout').choices([
      'table',
      'json',
    ]),
    new Option('-v, --verbose', 'say more (may be repeated)').argParser(counted as never),
    new Option('-q, --quiet', 'say nothing on stderr but errors'),
    new Option('-y, --yes', 'answer every question with yes'),
    new Option('--no-color', 'no colors (also NO_COLOR)').default(undefined),
  ];
  for (const flag of flags) command.addOption(flag.helpGroup('Global flags:'));
}

/** Fills in flags that were not given from `LABCTL_<VERB>_<FLAG>`, then from `LABCTL_<FLAG>` for global ones. */
function readEnvironment(command: Commander, context: Context): void {
  const globals = new Set(command.parent === null ? [] : rootOf(command).options.map((option) => option.long));
  for (const option of command.options) {
    const key = option.attributeName();
    const source = command.getOptionValueSource(key);
    if (source !== undefined && source !== 'default') continue;
    const isGlobal = globals.has(option.long);
    if (isGlobal && isGivenAbove(command, key)) continue;
    const isShared = isGlobal || option.long === '--kernel';
    const names = [environmentName(pathOf(command), option), ...(isShared ? [environmentName([], option)] : [])];
    const name = names.find((candidate) => (context.env[candidate] ?? '') !== '');
    if (name === undefined) continue;
    command.setOptionValueWithSource(key, environmentValue(option, name, context.env[name] ?? ''), 'env');
  }
}

function isGivenAbove(command: Commander, key: string): boolean {
  const { parent } = command;
  return parent !== null && (parent.getOptionValueSource(key) === 'cli' || isGivenAbove(parent, key));
}

function rootOf(command: Commander): Commander {
  return command.parent === null ? command : rootOf(command.parent);
}

function callOf(command: Commander, door: Door): Call {
  const values = valuesOf(command);
  const { context, streams } = door;
  const engine = values.engine ?? 'netns';
  const flags: GlobalFlags = {
    engine,
    lab: values.lab,
    verbose: values.verbose ?? 0,
    quiet: values.quiet ?? false,
    format: values.format ?? 'table',
    yes: values.yes ?? false,
    color: values.color !== false && mayColor(context),
  };
  return { context, streams, flags, tree: () => treeOf(rootOf(command)) };
}

/** Global flags wherever they stand: what is nearer to the verb wins. */
function valuesOf(command: Commander): GlobalValues {
  const above = command.parent === null ? {} : valuesOf(command.parent);
  return { ...above, ...definedOnly(command.opts<GlobalValues>()) };
}

function treeOf(command: Commander): VerbTree {
  const visible = command.commands.filter((child) => !child.name().startsWith('__'));
  return {
    names: [command.name(), ...command.aliases()],
    flags: command.options
      .filter(({ hidden }) => !hidden)
      .map(({ short, long, required, optional, argChoices }) => ({
        names: [short, long].filter((name) => name !== undefined && name !== null),
        takesValue: required || optional,
        choices: argChoices ?? [],
      })),
    children: visible.map(treeOf),
  };
}

/** Whether stderr takes colors by itself: NO_COLOR, then FORCE_COLOR, then a terminal that is not dumb. */
export function mayColor({ env, isStderrTty }: Context): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM } = env;
  if (NO_COLOR !== '') return false;
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return isStderrTty && TERM !== 'dumb';
}

function definedOnly<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
