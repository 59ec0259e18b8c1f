import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import type { Call } from '../../src/cli/call.ts';
import { durationMs, gathered } from '../../src/cli/flag-values.ts';
import { addGlobalFlags, addVerb, mayColor } from '../../src/cli/verb.ts';
import { viewKind } from '../../src/cli/view/view.ts';
import { keptStreams, testContext } from '../support/call.ts';

interface Seen {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly call: Call['flags'];
}

/** A verb with one flag of each sort, declared as all verbs are. */
async function seenBy(env: Context['env'], argv: readonly string[]): Promise<Seen> {
  let seen: Seen | undefined;
  const door = { context: testContext({ env }), argv, streams: keptStreams(), finish: () => {} };
  const program = new Command('labctl')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeErr: () => {} });
  addGlobalFlags(program);
  addVerb<Record<string, unknown>>(program, door, {
    usage: 'up [lab]',
    summary: 'x',
    flags: [
      { flags: '-t, --timeout <duration>', description: 'x', default: '60s', parse: durationMs },
      { flags: '-n, --dry-run', description: 'x' },
      { flags: '-s, --set <key=value>', description: 'x', parse: gathered },
      { flags: '--as <language>', description: 'x', choices: ['mermaid', 'svg'] },
    ],
    examples: ['labctl up', 'labctl up x'],
    load: async () => async (call, _args, flags) => {
      seen = { flags, call: call.flags };
      return 0;
    },
  });
  await program.parseAsync(argv, { from: 'user' });
  if (seen === undefined) throw new Error('the verb did not run');
  return seen;
}

describe('flags from the environment', () => {
  it('are LABCTL_<VERB>_<FLAG>', async () => {
    const { flags } = await seenBy(
      { LABCTL_UP_TIMEOUT: '90s', LABCTL_UP_DRY_RUN: 'true', LABCTL_UP_SET: 'a=1, b=2', LABCTL_UP_AS: 'svg' },
      ['up'],
    );

    expect(flags).toMatchObject({ timeout: 90_000, dryRun: true, set: ['a=1', 'b=2'], as: 'svg' });
  });

  it('lose against the flag', async () => {
    const env = { LABCTL_UP_TIMEOUT: '90s', LABCTL_UP_SET: 'a=1', LABCTL_LAB: 'x', LABCTL_UP_LAB: 'y' };
    const { flags, call } = await seenBy(env, ['--lab', 'z', 'up', '-t', '5s', '--set', 'c=3']);

    expect(flags).toMatchObject({ timeout: 5000, set: ['c=3'] });
    expect(call.lab).toBe('z');
  });

  it('are LABCTL_<FLAG> for flags of every verb, where the verb has none of its own', async () => {
    const env = {
      LABCTL_LAB: 'x',
      LABCTL_FORMAT: 'json',
      LABCTL_UP_FORMAT: 'table',
      LABCTL_QUIET: '1',
      LABCTL_ENGINE: 'netns',
    };

    expect((await seenBy(env, ['up'])).call).toMatchObject({ lab: 'x', format: 'table', quiet: true, engine: 'netns' });
  });

  it('can say no', async () => {
    const { flags, call } = await seenBy({ LABCTL_UP_DRY_RUN: '0', LABCTL_YES: 'false' }, ['up']);

    expect(flags['dryRun']).toBe(false);
    expect(call.yes).toBe(false);
  });

  it.each([
    [{ LABCTL_UP_TIMEOUT: 'soon' }, 'LABCTL_UP_TIMEOUT=soon'],
    [{ LABCTL_UP_DRY_RUN: 'maybe' }, 'LABCTL_UP_DRY_RUN=maybe'],
    [{ LABCTL_UP_AS: 'png' }, 'LABCTL_UP_AS=png'],
    [{ LABCTL_ENGINE: 'docker' }, 'LABCTL_ENGINE=docker'],
  ])('are checked: %j', async (env, message) => {
    await expect(seenBy(env, ['up'])).rejects.toThrow(message);
  });

  it('empty ones do not count', async () => {
    expect((await seenBy({ LABCTL_UP_TIMEOUT: '', LABCTL_LAB: '' }, ['up'])).flags['timeout']).toBe(60_000);
  });
});

describe('colors', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: 'dumb' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
  ])('with %j and a terminal %s: %s', (env, isStderrTty, colored) => {
    expect(mayColor(testContext({ env, isStderrTty }))).toBe(colored);
  });

  it('--no-color wins', async () => {
    expect((await seenBy({ FORCE_COLOR: '1' }, ['up', '--no-color'])).call.color).toBe(false);
    expect((await seenBy({ FORCE_COLOR: '1' }, ['up'])).call.color).toBe(true);
    expect((await seenBy({ FORCE_COLOR: '1', LABCTL_NO_COLOR: '1' }, ['up'])).call.color).toBe(false);
  });
});

describe('how a run is shown', () => {
  const flags = {
    engine: 'netns',
    lab: undefined,
    verbose: 0,
    quiet: false,
    format: 'table',
    yes: false,
    color: false,
  } as const;

  it.each([
    [{}, {}, 'tty'],
    [{ TERM: 'dumb' }, {}, 'plain'],
    [{ CI: 'true' }, {}, 'plain'],
    [{ CI: 'false' }, {}, 'tty'],
    [{}, { verbose: 1 }, 'plain'],
    [{}, { format: 'json' }, 'json'],
    [{}, { quiet: true, format: 'json' }, 'quiet'],
  ] as const)('with %j and %j on a terminal: %s', (env, more, kind) => {
    expect(viewKind(testContext({ env, isStderrTty: true }), { ...flags, ...more })).toBe(kind);
    expect(viewKind(testContext({ env, isStderrTty: false }), { ...flags, ...more })).toBe(
      kind === 'tty' ? 'plain' : kind,
    );
  });
});
