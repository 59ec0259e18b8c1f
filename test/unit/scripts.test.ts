// Owns the proof that the scripts around labctl do what they say: recordings that tests can replay, and a night over all labs.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseProtocols } from '../../src/host/birdc.ts';
import { root } from '../support/catalogue-lab.ts';
import { scratchFolder } from '../support/scratch.ts';

/** A folder with programs of our own, in PATH before the others. */
function programs(texts: Readonly<Record<string, string>>): {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
} {
  const folder = scratchFolder('labctl-scripts-');
  mkdirSync(join(folder, 'bin'));
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  const LABCTL = join(folder, 'bin', 'labctl');
  return { folder, env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, LABCTL } };
}

const run = (script: string, words: readonly string[], { folder, env }: ReturnType<typeof programs>) =>
  spawnSync(join(root, 'scripts', script), words, { cwd: folder, env, encoding: 'utf8' });

describe('scripts/record', () => {
  it('records every call that a command makes, its output and status unchanged', () => {
    const place = programs({
      kind: '[ "$1" = version ] && echo "kind v0.33.0 go1.26.8" && exit\necho "token: abc"; echo "from $PWD" >&2; exit 3',
    });

    const { stdout, status } = run('record', ['out', '--', 'sh', '-c', 'kind get "a b"; kind version; exit 5'], place);

    expect({ stdout, status }).toEqual({ stdout: 'token: abc\nkind v0.33.0 go1.26.8\n', status: 5 });
    const recordings = join(place.folder, 'out/kind/v0.33.0');
    expect(readdirSync(recordings).toSorted()).toEqual(['001-get-a-b.txt', '002-version.txt']);
    expect(readFileSync(join(recordings, '001-get-a-b.txt'), 'utf8')).toBe(
      "$ kind get 'a b'\nexit: 3\n--- stdout\ntoken: REDACTED\n--- stderr\nfrom .\n",
    );
  });

  it('asks a running lab, in words that labctl reads back', () => {
    const said =
      'BIRD 2.0.12 ready.\nName Proto Table State Since Info\nMesh_10_1_5_11 BGP --- up 09:54:09.213 Established';
    const place = programs({
      labctl: `case "$*" in
'status lab --format json') echo '{"speakers":[{"kind":"node","name":"lab-worker"},{"kind":"router","name":"leaf0"}]}' ;;
*'ip -V') echo 'ip utility, iproute2-6.1.0, libbpf 1.1.2' ;;
*birdc*) printf '${said.replaceAll('\n', '\\n')}\\n' ;;
*'show version') echo 'FRRouting 8.4.4 (leaf0).' ;;
*running-config*) echo ' neighbor 10.1.5.10 password hunter2' ;;
esac`,
    });

    expect(run('record', ['out', '--lab', 'lab'], place).status).toBe(0);

    const bird = readFileSync(join(place.folder, 'out/bird/2.0.12/lab-worker-show-protocols.txt'), 'utf8');
    expect(bird.split('\n', 3)).toEqual(['$ birdc show protocols   # on lab-worker', 'exit: 0', '--- stdout']);
    expect(parseProtocols('lab-worker', bird)).toMatchObject([{ peer: '10.1.5.11', state: 'up' }]);
    const frr = readFileSync(join(place.folder, 'out/frr/8.4.4/leaf0-running-config.txt'), 'utf8');
    expect(frr).toContain('neighbor 10.1.5.10 password REDACTED\n');
    expect(existsSync(join(place.folder, 'out/ip/6.1.0/leaf0-route-json.txt'))).toBe(true);
  });
});

describe('scripts/nightly', () => {
  it('takes every lab through, keeps evidence of each, and goes on after a failure', () => {
    const list =
      '{"items":[{"name":"a","variants":[{"name":"x"}]},{"name":"b","variants":[]},{"name":"c","variants":[]}]}';
    const place = programs({
      labctl: `[ "$1" = list ] && echo '${list}' && exit\necho "$@" >>calls\n[ "$2" != b ] || [ "$1" != up ]`,
    });

    const { status, stdout } = run('nightly', ['kind', 'out', '1/1'], place);

    const calls = readFileSync(join(place.folder, 'calls'), 'utf8').trim().split('\n');
    expect(status).toBe(1);
    expect(stdout).toMatch(/failed: b \(up\)\n$/);
    expect(calls.filter((call) => call.startsWith('up'))).toEqual(
      ['a', 'a:x', 'b', 'c'].map((lab) => `up ${lab} --engine kind --keep --yes`),
    );
    expect(calls.filter((call) => call.startsWith('down'))).toEqual(['down a', 'down a', 'down b', 'down c']);
    expect(calls).toContain('verify a --timeout 2m --junit-file out/a.x.xml');
    expect(calls).toContain('collect a --out out/a.x.tar.gz --force');
    expect(readFileSync(join(place.folder, 'out/b.xml'), 'utf8')).toContain('<failure message="did not come up"/>');
  });

  it('divides the labs among its parts, each to one', () => {
    const list = '{"items":[{"name":"a","variants":[]},{"name":"b","variants":[]},{"name":"c","variants":[]}]}';
    const place = programs({
      labctl: `[ "$1" = list ] && echo '${list}' && exit\n[ "$1" != up ] || echo "$2" >>calls`,
    });

    expect(['1/2', '2/2'].map((part) => run('nightly', ['netns', 'out', part], place).status)).toEqual([0, 0]);

    expect(readFileSync(join(place.folder, 'calls'), 'utf8')).toBe('a\nc\nb\n');
  });

  it('is what the workflow runs on kind, with tools whose checksums are compared first', () => {
    const workflow = parse(readFileSync(join(root, '.github/workflows/nightly.yml'), 'utf8'));
    const steps = workflow.jobs.kind.steps.map(({ run: text, uses }: Record<string, string>) => text ?? uses);
    const { shard } = workflow.jobs.kind.strategy.matrix;

    expect(
      steps
        .filter((text: string) => /curl|go install/.test(text))
        .every((text: string) => /sha256sum --check|KIND_SUM/.test(text)),
    ).toBe(true);
    expect(steps.join('\n')).toContain(`scripts/nightly kind evidence \${{ matrix.shard }}/${shard.length}`);
    expect(steps.at(-1)).toMatch(/upload-artifact@[0-9a-f]{40}$/);
  });
});
