import { readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { call, keptStreams, testContext } from '../support/call.ts';
import { root } from '../support/catalogue-lab.ts';

function program(argv: readonly string[] = []): Command {
  return buildProgram({ context: testContext(), argv, streams: keptStreams(), finish: () => {} });
}

/** Every verb; `render` is one and has one below it, `calicoctl` only has some below it. */
function verbsOf(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => {
    const isGroup = child.commands.length > 0 && child.registeredArguments.length === 0;
    return [...(isGroup ? [] : [child]), ...verbsOf(child)];
  });
}

/** What a verb would be called with: the declared parsing, with a command that only keeps its arguments. */
async function parsed(argv: readonly string[]): Promise<unknown> {
  const calls: unknown[] = [];
  const made = program(argv);
  for (const verb of verbsOf(made)) {
    verb.action(() => {
      const names = [];
      for (let command: Command | null = verb; command?.parent != null; command = command.parent)
        names.unshift(command.name());
      calls.push({ verb: names.join(' '), args: verb.args, flags: verb.opts(), above: made.opts() });
    });
  }
  await made.parseAsync(argv, { from: 'user' });
  return calls.length === 1 ? calls[0] : calls;
}

describe('the command line', () => {
  it.each([
    ['up bgp-rr', { verb: 'up', args: ['bgp-rr'], flags: {} }],
    [
      'deploy fullmesh:100-nodes -t 3m -k',
      { verb: 'up', args: ['fullmesh:100-nodes'], flags: { timeout: 180_000, keep: true } },
    ],
    [
      'up x.lab.yml --set a.b=1 -s c=2 -n -c',
      { verb: 'up', flags: { set: ['a.b=1', 'c=2'], dryRun: true, reconfigure: true } },
    ],
    ['up x --timeout 1m30s', { flags: { timeout: 90_000 } }],
    ['up x --timeout 500ms', { flags: { timeout: 500 } }],
    ['up x --timeout 7', { flags: { timeout: 7000 } }],
    ['down', { verb: 'down', args: [], flags: {} }],
    ['destroy --all', { verb: 'down', flags: { all: true } }],
    ['ls -o json', { verb: 'list', flags: { format: 'json' } }],
    ['--format json ps', { verb: 'ps', above: { format: 'json' } }],
    ['inspect bgp-rr --differences', { verb: 'status', args: ['bgp-rr'], flags: { differences: true } }],
    ['-vv -q --lab x -y --no-color status', { above: { verbose: 2, quiet: true, lab: 'x', yes: true, color: false } }],
    ['exec leaf0 -- vtysh -c show', { verb: 'exec', args: ['leaf0', '--', 'vtysh', '-c', 'show'] }],
    ['exec -it pod-a sh', { args: ['pod-a', 'sh'], flags: { interactive: true, tty: true } }],
    [
      'exec bgp-rr/leaf0 ip -j route --verbose',
      { args: ['bgp-rr/leaf0', 'ip', '-j', 'route', '--verbose'], flags: {} },
    ],
    [
      '--lab bgp-rr exec -i worker2 -- cat -',
      { args: ['worker2', '--', 'cat', '-'], flags: { interactive: true }, above: { lab: 'bgp-rr' } },
    ],
    ['shell worker2', { verb: 'shell', args: ['worker2'] }],
    [
      'capture pod-a pod-b -c 3 --out /tmp/x',
      { verb: 'capture', args: ['pod-a', 'pod-b'], flags: { count: 3, out: '/tmp/x' } },
    ],
    [
      'verify --hold 5s --junit-file v.xml',
      { verb: 'verify', flags: { timeout: 10_000, hold: 5000, junitFile: 'v.xml' } },
    ],
    ['graph bgp-rr --as svg --out g.svg', { verb: 'graph', flags: { as: 'svg', out: 'g.svg' } }],
    ['render bgp-rr --force', { verb: 'render', flags: { force: true } }],
    [
      'render peers --objects a.yaml b.yaml --node n --env A=1 --env B=x=y --env A=',
      { verb: 'render peers', flags: { objects: ['a.yaml', 'b.yaml'], node: 'n', env: { A: '', B: 'x=y' } } },
    ],
    [
      'doctor bgp-rr --engine kind -s calico.version=v3.23 --router vyos',
      { verb: 'doctor', args: ['bgp-rr'], flags: { set: ['calico.version=v3.23'], router: 'vyos' } },
    ],
    ['doctor --fix -y', { verb: 'doctor', flags: { fix: true, yes: true } }],
    [
      'calicoctl get bgppeer a b -o wide',
      { verb: 'calicoctl get', args: ['bgppeer', 'a', 'b'], flags: { output: 'wide' } },
    ],
    ['calicoctl --lab x get wep -A', { verb: 'calicoctl get', flags: { allNamespaces: true } }],
    ['calicoctl --allow-version-mismatch apply -f -', { verb: 'calicoctl apply', flags: { filename: '-' } }],
    ['calicoctl patch ippool p -p {}', { verb: 'calicoctl patch', args: ['ippool', 'p'], flags: { patch: '{}' } }],
    ['calicoctl delete bgpp x -s', { verb: 'calicoctl delete', args: ['bgpp', 'x'], flags: { skipNotExists: true } }],
    ['calicoctl node status worker', { verb: 'calicoctl node status', args: ['worker'] }],
    ['calicoctl ipam show --show-blocks', { verb: 'calicoctl ipam show', flags: { showBlocks: true } }],
    ['calicoctl ipam show --ip=10.244.0.1', { flags: { ip: '10.244.0.1' } }],
    ['completion zsh', { verb: 'completion', args: ['zsh'] }],
    ['__complete -- exec --la', { verb: '__complete', args: ['exec', '--la'] }],
  ])('reads labctl %s', async (line, expected) => {
    expect(await parsed(line.split(' '))).toMatchObject(expected);
  });

  it.each([
    [['upp'], "error: unknown command 'upp'\n(Did you mean up?)\nSee: labctl --help\n"],
    [
      ['up', 'x', '--timout', '3s'],
      "error: unknown option '--timout'\n(Did you mean --timeout?)\nSee: labctl up --help\n",
    ],
    [
      ['up', 'x', '--timeout', 'soon'],
      "error: option '-t, --timeout <duration>' argument 'soon' is invalid. Write a duration such as 60s, 500ms or 2m.\nSee: labctl up --help\n",
    ],
    [
      ['up', 'x', '--timeout', '0'],
      "error: option '-t, --timeout <duration>' argument '0' is invalid. 0 is not between 1ms and 24h.\nSee: labctl up --help\n",
    ],
    [['up', 'x', 'y'], "error: too many arguments for 'up'. Expected 1 argument but got 2.\nSee: labctl up --help\n"],
    [
      ['graph', 'x', '--as', 'png'],
      "error: option '--as <language>' argument 'png' is invalid. Allowed choices are mermaid, dot, svg.\nSee: labctl graph --help\n",
    ],
    [['calicoctl', 'gett'], "error: unknown command 'gett'\n(Did you mean get?)\nSee: labctl calicoctl --help\n"],
    [
      ['calicoctl', 'apply'],
      "error: required option '-f, --filename <file>' not specified\nSee: labctl calicoctl apply --help\n",
    ],
    [['diff'], "error: missing required argument 'lab'\nSee: labctl diff --help\n"],
    [
      ['capture', 'pod-a'],
      'error: labctl capture needs two machines, or --bgp, or -r and files [USAGE]\n  try: labctl capture pod-a pod-b\n',
    ],
    [
      ['capture', '-r', 'a.pcap', '--count', '3', '--max-size', '9', '--no-probe'],
      'error: -r reads files; --count, --max-size, --no-probe would change a capture that is made [USAGE]\n  try: labctl analyze <file> [file...]\n',
    ],
  ])('refuses labctl %j', async (argv, stderr) => {
    expect(await call(argv)).toEqual({ exitCode: 2, stdout: '', stderr });
  });

  it('explains itself on stdout and exits with 0 when nothing is asked for', async () => {
    const called = await call([]);

    expect(called).toMatchObject({ exitCode: 0, stderr: '' });
    expect(called).toEqual(await call(['--help']));
    await expect(called.stdout).toMatchFileSnapshot('golden/help.txt');
  });

  it.each(['up', 'exec', 'calicoctl', 'calicoctl get'])('explains %s', async (verb) => {
    const called = await call([...verb.split(' '), '--help']);

    expect(called).toMatchObject({ exitCode: 0, stderr: '' });
    await expect(called.stdout).toMatchFileSnapshot(`golden/help-${verb.replace(' ', '-')}.txt`);
  });

  it('ends the help of every verb with two examples that labctl itself accepts', async () => {
    for (const verb of verbsOf(program())) {
      const help = await call([...pathOf(verb), '--help']);
      const examples = help.stdout.trimEnd().split('\n').slice(-2);

      for (const example of examples) {
        expect(example, verb.name()).toMatch(/^ {2}\$ .*labctl /);
        const words =
          example
            .replace(/^.*?labctl /, '')
            .replace(/ [<>] .*|\)$/g, '')
            .match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
        await expect(parsed(words.map((word) => word.replace(/^['"]|['"]$/g, ''))), example).resolves.toBeDefined();
      }
    }
  });

  it('loads only the command that runs', () => {
    const commands = readdirSync(`${root}/src/cli/commands`).filter((file) => file !== 'calicoctl-errors.ts');
    const declared = verbsOf(program()).map((verb) => verb.name());

    expect(declared.length).toBeGreaterThanOrEqual(commands.length);
    expect(declared).toEqual(
      expect.arrayContaining([
        'up',
        'down',
        'list',
        'ps',
        'plan',
        'validate',
        'render',
        'graph',
        'status',
        'exec',
        'shell',
        'capture',
        'doctor',
        'verify',
        'completion',
        'version',
        'get',
        'apply',
      ]),
    );
  });
});

function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}
