// Owns what is asked of every machine of a lab for an account of its state: the commands, and their words as they are.

import type { Ran } from '../base/shell.ts';
import { type Design, type Machine, machinesOf } from '../design/design.ts';
import type { Engine } from '../plan/engine.ts';

/** A file's name, and the command whose output it holds. */
type Question = readonly [name: string, argv: readonly string[]];

const kernel: readonly Question[] = [
  ['addresses.txt', ['ip', '-d', 'address']],
  ['routes.txt', ['ip', 'route', 'show', 'table', 'all']],
  ['routes6.txt', ['ip', '-6', 'route', 'show', 'table', 'all']],
  ['rules.txt', ['ip', 'rule']],
  ['neighbors.txt', ['ip', 'neigh']],
];
const forwarding: readonly Question[] = [
  ['bridge-fdb.txt', ['bridge', 'fdb']],
  ['bridge-links.txt', ['bridge', 'link']],
];
const rules: Question = ['nft.txt', ['nft', 'list', 'ruleset']];
const vtysh = (name: string, command: string): Question => [name, ['vtysh', '-c', command]];
const frr: readonly Question[] = [
  vtysh('frr-version.txt', 'show version'),
  vtysh('frr-running-config.txt', 'show running-config'),
  vtysh('frr-bgp-summary.txt', 'show bgp summary'),
  vtysh('frr-bgp-neighbors.txt', 'show bgp neighbors'),
  vtysh('frr-bgp.txt', 'show bgp all'),
  vtysh('frr-routes.txt', 'show ip route'),
];
const bird: readonly Question[] = [
  ['bird-status.txt', ['birdc', 'show', 'status']],
  ['bird-protocols.txt', ['birdc', 'show', 'protocols', 'all']],
  ['bird-routes.txt', ['birdc', 'show', 'route', 'all']],
];

/**
 * `<machine>/<file>` to the command, its exit status and its words; a machine that does not answer gives its error. A few machines
 * are asked at a time.
 */
export async function machineState(
  design: Design,
  engine: Pick<Engine, 'shell'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const questions = machinesOf(design).flatMap((machine) =>
    questionsFor(design, machine).map(([name, argv]) => ({ machine: machine.name, name, argv })),
  );
  const answers = new Map<string, string>();
  const left = questions.values();
  const ask = async (): Promise<void> => {
    for (const { machine, name, argv } of left)
      answers.set(`${machine}/${name}`, await answer(engine, machine, argv, signal));
  };
  await Promise.all([ask(), ask(), ask(), ask()]);
  return new Map(questions.map(({ machine, name }) => [`${machine}/${name}`, answers.get(`${machine}/${name}`) ?? '']));
}

function questionsFor(design: Design, { kind }: Machine): readonly Question[] {
  if (kind === 'router') return [...kernel, ...forwarding, rules, ...frr];
  if (kind === 'node') return [...kernel, ...forwarding, rules, ...(design.backend === 'bird' ? bird : [])];
  return kind === 'switch' ? [...kernel, ...forwarding] : kernel;
}

async function answer(
  engine: Pick<Engine, 'shell'>,
  machine: string,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  try {
    return answerText(argv, await engine.shell(machine).run(argv, { onFailure: 'return', timeoutMs: 20_000, signal }));
  } catch (error) {
    if (signal.aborted) throw error;
    return `$ ${argv.join(' ')}\n${(error as Error).message}\n`;
  }
}

/** A command with what it said: `$ ip route`, its words, and the exit status where it is not 0. */
export function answerText(
  argv: readonly string[],
  { stdout, stderr, exitCode }: Pick<Ran, 'stdout' | 'stderr' | 'exitCode'>,
): string {
  const said = `${stdout}${stderr}`;
  const end = exitCode === 0 ? '' : `exit status ${exitCode}\n`;
  return `$ ${argv.join(' ')}\n${said}${said === '' || said.endsWith('\n') ? '' : '\n'}${end}`;
}
