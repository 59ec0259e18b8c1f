// Owns the story of `test`: each lab up, verified, captured in and down, several at a time, and one report of all.

import { availableParallelism, freemem } from 'node:os';
import { LabError } from '../base/errors.ts';
import { type LabTest, reportOf, type TestProblem, type TestReport, type TestStep } from '../verify/lab-test.ts';
import { type CheckResult, isAllTrue } from '../verify/verdict.ts';
import type { Context, RunView } from './context.ts';
import { checkFailovers, statesFailovers } from './failovers.ts';
import { loadLab } from './load-lab.ts';
import { readyPrograms } from './preflight.ts';
import { removeLabs } from './remove-lab.ts';
import { openRunning } from './running.ts';
import { checkCaptures } from './test-captures.ts';
import { type LabEvidence, labEvidence } from './test-evidence.ts';
import { beginTestRun, endDeadTestRuns } from './test-runs.ts';
import { up, withSignal } from './up.ts';
import { verify } from './verify.ts';

/** What `test` is asked for. */
export interface TestOptions {
  /** As `up` takes them, each once: `bgp-rr:article`, a lab file (see `chooseLabs`). */
  readonly labs: readonly string[];
  /** Labs at one time; as many as the machine allows when left out. */
  readonly jobs?: number | undefined;
  /** Milliseconds that one lab's convergence may take. */
  readonly timeoutMs: number;
  /** Milliseconds within which all checks of a converged lab must be true. */
  readonly verifyTimeoutMs: number;
  /** What a lab that this machine cannot run counts as. */
  readonly incapable: 'skipped' | 'failed';
  /** Consent to install missing programs. */
  readonly yes: boolean;
  /** This machine's kernel (`host`), or User-Mode Linux, whatever a lab says. */
  readonly kernel?: 'host' | 'uml' | undefined;
  /** Folder in which each lab's tables, verdict and captures are kept. */
  readonly evidence?: string | undefined;
}

/** Who shows a run of tests while it happens. */
export interface TestView {
  begin(labs: readonly string[]): void;
  step(lab: string, step: TestStep): void;
  over(test: LabTest): void;
  note(line: string): void;
  end(): Promise<void>;
}

/** Bytes that a lab may need; the largest of the catalogue, 100 nodes, is below it. */
const memoryOfLab = 500 * 1024 * 1024;

/**
 * Tests labs in a state home of their own each: a lab of the same name that runs already is not touched. A false check or
 * a lab that cannot be brought up is a result, not an error. Throws INTERRUPTED once everything is down, and ENGINE_MISSING
 * when programs are missing and may not be installed.
 */
export async function testLabs(context: Context, options: TestOptions, view: TestView): Promise<TestReport> {
  const began = performance.now();
  await endDeadTestRuns(context);
  await readyPrograms(context, options.yes, (line) => view.note(line));
  context.ifLeft('labctl down --all');
  const run = await beginTestRun(context.stateHome);
  const tests = new Map<string, LabTest>();
  const sketches = new Map(
    await Promise.all(options.labs.map(async (lab) => [lab, await sketchOf(context, lab)] as const)),
  );
  const numbered = [...options.labs.entries()];
  const isAlone = ([, lab]: readonly [number, string]): boolean => (sketches.get(lab)?.nodes ?? 0) >= crowd;
  const work = async (labs: Iterable<readonly [number, string]>): Promise<void> => {
    for (const [number, lab] of labs) {
      if (context.signal.aborted) return;
      const inside: Context = {
        ...context,
        stateHome: run.home(number),
        startedAt: performance.now(),
        ifLeft: () => undefined,
      };
      const isInGuest = (options.kernel ?? sketches.get(lab)?.kernel) === 'uml';
      const test = await testLab(inside, { lab, isInGuest }, options, view);
      tests.set(lab, test);
      view.over(test);
    }
  };
  view.begin(options.labs);
  try {
    const beside = numbered.filter((entry) => !isAlone(entry)).values();
    await Promise.all(Array.from({ length: options.jobs ?? affordableJobs() }, () => work(beside)));
    await work(numbered.filter(isAlone));
  } finally {
    await run.end();
    await view.end();
  }
  if (context.signal.aborted) throw withSignal(context, undefined);
  return reportOf(
    options.labs.flatMap((lab) => tests.get(lab) ?? []),
    performance.now() - began,
  );
}

/** A lab of so many nodes is tested alone, after the others: the kernel's neighbor table is one for the whole machine. */
const crowd = 50;

/** How many nodes a lab has, on whose kernel; nothing where it cannot be read, which its test will tell. */
async function sketchOf(context: Context, reference: string): Promise<{ nodes: number; kernel: string } | undefined> {
  try {
    const { lab } = await loadLab(context, reference, []);
    return { nodes: lab.cluster.nodes.length, kernel: lab.kernel };
  } catch {
    return undefined;
  }
}

/** A lab a processor, as far as the memory goes. */
function affordableJobs(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / memoryOfLab)));
}

/** One lab from up to down; down comes whatever happened before. */
async function testLab(
  context: Context,
  { lab, isInGuest }: { readonly lab: string; readonly isInGuest: boolean },
  options: TestOptions,
  view: TestView,
): Promise<LabTest> {
  const steps: { step: TestStep; ms: number }[] = [];
  const checks: CheckResult[] = [];
  const problems: TestProblem[] = [];
  const attempt = async (step: TestStep, work: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    view.step(lab, step);
    try {
      await work();
    } catch (error) {
      problems.push(problemOf(step, error));
    }
    steps.push({ step, ms: performance.now() - began });
  };
  if (isInGuest) {
    let test: LabTest | undefined;
    await attempt('up', async () => {
      const { testInGuest } = await import('./test-in-guest.ts');
      test = await testInGuest(context, lab, options, (step) => view.step(lab, step));
    });
    return test ?? { lab, outcome: 'failed', steps, checks, problems };
  }
  const { timeoutMs, yes, kernel, verifyTimeoutMs } = options;
  const upOptions = {
    engine: 'netns' as const,
    reference: lab,
    set: [],
    timeoutMs,
    locked: false,
    keep: false,
    dryRun: false,
    reconfigure: false,
    yes,
    kernel: kernel === 'host' ? kernel : undefined,
  };
  let kept: LabEvidence | undefined;
  await attempt('up', async () => {
    if (options.evidence !== undefined) kept = await labEvidence(context, options.evidence, lab);
    await up(context, upOptions, silent);
  });
  if (problems.length === 0) {
    await attempt('verify', async () => checks.push(...(await verified(context, verifyTimeoutMs, kept))));
    await attempt('capture', async () => checks.push(...(await checkCaptures(context, kept))));
    if (problems.length === 0 && (await statesFailovers(context)))
      await attempt('failover', async () => checks.push(...(await checkFailovers(context))));
  }
  await attempt('down', () => removeLabs(context));
  const isIncapable = problems[0]?.code === 'ENGINE_MISSING';
  const isTrue = problems.length === 0 && isAllTrue(checks);
  const outcome = isTrue ? 'passed' : isIncapable ? options.incapable : 'failed';
  return { lab, outcome, steps, checks, problems };
}

async function verified(
  context: Context,
  timeoutMs: number,
  kept: LabEvidence | undefined,
): Promise<readonly CheckResult[]> {
  const verdict = await verify(context, { timeoutMs });
  if (kept !== undefined) {
    const { design, engine } = await openRunning(context, {});
    await kept.verdict(verdict);
    await kept.tables(await engine.inspect(design));
  }
  return verdict.checks;
}

function problemOf(step: TestStep, error: unknown): TestProblem {
  if (!(error instanceof LabError)) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    return { step, code: 'INTERNAL', message, facts: stack.split('\n').slice(1, 6), hint: undefined };
  }
  const { code, message, facts, hint, problems, ran } = error;
  const said = ran === undefined ? [] : [ran.argv.join(' '), ...ran.stderr.trim().split('\n').slice(-5)];
  return { step, code, message, facts: [...facts, ...problems.map((problem) => problem.message), ...said], hint };
}

/** Labs come up side by side here: what each does step by step would be noise. */
const silent: RunView = { begin() {}, event() {}, note() {}, end: async () => undefined };
