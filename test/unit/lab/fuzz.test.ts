import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/errors.ts';
import { renderError } from '../../../src/cli/view/error-page.ts';
import { aliasBombs, depthBombs, type Input, mutations, nameInputs, sizeInputs, typeInputs } from './fuzz-inputs.ts';
import { readText, root } from './read-text.ts';

/** Reads one input: `valid`, `refused` as it should be, or what is wrong with how it ended. */
async function endOf({ id, text }: Input): Promise<string> {
  const before = process.cpuUsage();
  const error = await readText(text).then(
    () => undefined,
    (reason: unknown) => reason ?? 'nothing',
  );
  const used = process.cpuUsage(before);
  const ms = (used.user + used.system) / 1000;
  // Half a second at most on a machine of today, more on a slow one; what explodes takes minutes.
  if (ms > 5000) return `${id}: took ${ms.toFixed(0)} ms`;
  if (error === undefined) return 'valid';
  if (!(error instanceof LabError)) return `${id}: ${error instanceof Error ? error.stack : String(error)}`;
  if (error.code !== 'LAB_INVALID' || error.exitCode !== 2) return `${id}: ${error.code}`;
  if (error.problems.length === 0 || error.problems.length > 60) return `${id}: ${error.problems.length} problems`;
  for (const { at, message } of error.problems) {
    if (at === undefined || at.line < 1 || at.column < 1) return `${id}: no place for: ${message}`;
    if (/undefined|\[object|NaN/.test(message)) return `${id}: ${message}`;
  }
  const page = renderError(error, { color: false, verbose: false });
  if (/[^\n\x20-\x7e\xa1-\uffff]/u.test(page.replaceAll('\u{1F986}', ''))) return `${id}: unsafe character in the page`;
  return 'refused';
}

/** Faults of all inputs, and which of them are valid labs after all. */
async function endsOf(inputs: readonly Input[]): Promise<{ faults: readonly string[]; valid: readonly string[] }> {
  const faults: string[] = [];
  const valid: string[] = [];
  for (const input of inputs) {
    const end = await endOf(input);
    if (end === 'valid') valid.push(input.id);
    else if (end !== 'refused') faults.push(end);
  }
  return { faults, valid };
}

describe('a malformed lab ends in LAB_INVALID with places, within seconds of processor time', () => {
  it('nesting, twice in one process', async () => {
    const bombs = depthBombs();

    expect(bombs.length).toBeGreaterThan(50);
    expect(await endsOf([...bombs, ...bombs])).toEqual({ faults: [], valid: [] });
  });

  it('nesting, as the first document of a process', async () => {
    const run = promisify(execFile);

    for (const number of [3, 25]) {
      const script = `
        import { depthBombs } from './test/unit/lab/fuzz-inputs.ts';
        import { readText } from './test/unit/lab/read-text.ts';
        const error = await readText(depthBombs()[${number}].text).catch((reason) => reason);
        console.log(error.code, error.problems[0].code);`;
      const argv = ['--import', 'tsx', '--input-type=module', '-e', script];
      const { stdout } = await run(process.execPath, argv, { cwd: root });
      expect(stdout).toBe('LAB_INVALID LAB_TOO_DEEP\n');
    }
  });

  it('anchors and aliases', async () => {
    expect(await endsOf(aliasBombs())).toEqual({ faults: [], valid: [] });
  });

  it('types', async () => {
    const inputs = typeInputs();

    expect(inputs.length).toBeGreaterThan(400);
    expect((await endsOf(inputs)).faults).toEqual([]);
  });

  it('names', async () => {
    expect(await endsOf(nameInputs())).toEqual({ faults: [], valid: [] });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('sizes', async () => {
    expect(await endsOf(sizeInputs())).toEqual({ faults: [], valid: [] });
  });

  it('mutations of the labs that come with labctl', async () => {
    const inputs = mutations(400);

    const { faults, valid } = await endsOf(inputs);

    expect(faults).toEqual([]);
    expect(valid.length).toBeLessThan(inputs.length / 2);
  });
});
