// Owns the rules of the house: who may import whom, and how a source file looks. Reads the text of every file in src/.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '..', 'src');

/** What a folder may import beside itself; `(types)` allows `import type` only. */
const mayImport: Readonly<Record<string, string>> = {
  base: '',
  lab: 'base',
  calico: 'base',
  design: 'lab calico base',
  artifact: 'design calico base',
  plan: 'artifact design lab calico base',
  run: 'plan base',
  host: 'plan(types) base',
  packet: 'base',
  flow: 'packet base',
  engine: 'plan artifact design host base',
  evidence: 'flow packet host plan(types) design base',
  verify: 'evidence(types) plan(types) design base',
  report: 'verify evidence flow packet plan design base',
  app: 'lab calico design artifact plan run host engine flow packet evidence verify report base',
  cli: 'app report plan(types) base',
  main: 'cli base',
};

/** Modules that belong to one folder. */
const ownedBy: Readonly<Record<string, string>> = {
  execa: 'host',
  dockerode: 'host',
  'node:child_process': 'host',
  commander: 'cli',
  '@commander-js/extra-typings': 'cli',
  listr2: 'cli',
  picocolors: 'cli',
};

/** Folders without input, output, clock or chance; `lab/find.ts` reads lab files. */
const pureFolders = ['lab', 'calico', 'design', 'artifact', 'plan', 'packet', 'flow', 'verify', 'report'];
const mayReadFiles = ['lab/find.ts'];
const impure =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bset(?:Timeout|Interval|Immediate)\(/;
const pureBuiltins = ['node:crypto', 'node:net', 'node:path', 'node:util'];

type Import = { readonly from: string; readonly isType: boolean };

/** Every import and re-export of a file, dynamic ones included. */
function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const statements = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
  for (const [, isType, from] of text.matchAll(statements))
    found.push({ from: from ?? '', isType: isType !== undefined });
  for (const [, from] of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g))
    found.push({ from: from ?? '', isType: false });
  return found;
}

/** The text without comments, strings and patterns, so that words in them do not count as code. */
function codeOf(text: string): string {
  const literals = /\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|(?<![:\\])\/\/[^\n]*/g;
  return text.replace(literals, (literal) => (literal.startsWith('/') ? '' : "''"));
}

/** Whether the folder of `path` may import `target` (both relative to src/); undefined when it may. */
function layerFault(path: string, target: string, isType: boolean): string | undefined {
  const [from = '', engine] = path.replace(/\.ts$/, '').split('/');
  const [to = '', otherEngine] = target.replace(/\.ts$/, '').split('/');
  if (from === 'engine' && to === 'engine')
    return engine === otherEngine ? undefined : `imports another engine: ${target}`;
  if (from === to) return undefined;
  const allowed = (mayImport[from] ?? '').split(' ');
  if (allowed.includes(to) || (isType && allowed.includes(`${to}(types)`))) return undefined;
  return allowed.includes(`${to}(types)`)
    ? `may import only types of ${to}: ${target}`
    : `may not import ${to}: ${target}`;
}

/** Everything that is wrong with one file; `path` is relative to src/. */
function faultsOf(path: string, text: string): string[] {
  const faults: string[] = [];
  const lines = text.replace(/^#!.*\n/, '').split('\n');
  const code = codeOf(text);
  const folder = path.replace(/\.ts$/, '').split('/')[0] ?? '';
  if (mayImport[folder] === undefined) faults.push(`no folder of the house: ${folder}`);
  for (const { from, isType } of importsOf(text)) {
    if (from.startsWith('.')) {
      if (!from.endsWith('.ts') && !from.endsWith('.json')) faults.push(`import without .ts: ${from}`);
      const fault = layerFault(path, normalize(join(dirname(path), from)), isType);
      if (fault !== undefined) faults.push(fault);
      continue;
    }
    const owner = ownedBy[from] ?? (from === 'child_process' ? 'host' : undefined);
    if (owner !== undefined && owner !== folder) faults.push(`only ${owner}/ may import ${from}`);
    if (from === 'node:process' && folder !== 'host') faults.push('only host/ may import node:process');
    const isImpure = isBuiltin(from) && !pureBuiltins.includes(from) && !mayReadFiles.includes(path);
    if (pureFolders.includes(folder) && isImpure && !isType) faults.push(`${folder}/ is pure and imports ${from}`);
  }
  if (pureFolders.includes(folder) && impure.test(code))
    faults.push(`${folder}/ is pure and uses a clock, a timer or chance`);
  const mayUseProcess =
    path === 'main.ts' || (folder === 'host' && importsOf(text).some(({ from }) => from === 'node:process'));
  if (!mayUseProcess && /(?<![\w$.'-])process\s*(?:\??\.\s*\w|\[)|\bglobalThis\.process\b/.test(code))
    faults.push('uses the global process');
  if (/^export default\b/m.test(code) || /\bas default\b/.test(code)) faults.push('has a default export');
  if (lines.length > 301) faults.push(`has ${lines.length - 1} lines, more than 300`);
  const opening = lines
    .slice(
      0,
      Math.max(
        0,
        lines.findIndex((line) => !line.startsWith('//')),
      ),
    )
    .join(' ');
  if (!/^\/\/ [A-Z].*\.$/.test(opening.trimEnd())) faults.push('does not begin with a comment sentence');
  const forbidden = /(?:^|[-/.])(utils?|helpers?|manager|common)(?=$|[-/.])/.exec(path);
  if (forbidden !== null) faults.push(`forbidden name: ${forbidden[1]}`);
  for (const [index, line] of lines.entries()) {
    const declared = /^export (?:declare |abstract |async )*(?:function\*?|const|let|class|interface|type) (\w+)/.exec(
      line,
    );
    if (
      declared !== null &&
      !/\*\/\s*$/.test(lines[index - 1] ?? '') &&
      !lines[index - 1]?.startsWith(`export function ${declared[1]}(`)
    ) {
      faults.push(`no doc comment above ${declared[1]}`);
    }
  }
  return faults;
}

/** Files that import each other in a circle, as `a.ts > b.ts > a.ts`. */
function cyclesOf(files: ReadonlyMap<string, string>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' > '));
    if (trail.includes(path) || done.has(path)) return;
    for (const { from } of importsOf(files.get(path) ?? '')) {
      const target = normalize(join(dirname(path), from));
      if (from.startsWith('.') && files.has(target)) walk(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of files.keys()) walk(path, []);
  return cycles;
}

describe('the house', () => {
  const paths = existsSync(src) ? readdirSync(src, { recursive: true, encoding: 'utf8' }) : [];
  const files = new Map(
    paths.filter((path) => path.endsWith('.ts')).map((path) => [path, readFileSync(join(src, path), 'utf8')]),
  );

  it('has every file in order', () => {
    expect(files.size).toBeGreaterThan(5);
    expect([...files].flatMap(([path, text]) => faultsOf(path, text).map((fault) => `src/${path}: ${fault}`))).toEqual(
      [],
    );
  });

  it('has no cycle', () => {
    expect(cyclesOf(files)).toEqual([]);
  });

  it('imports nothing that does not exist', () => {
    const dangling = [...files].flatMap(([path, text]) =>
      importsOf(text)
        .filter(({ from }) => from.startsWith('.') && !existsSync(join(src, dirname(path), from)))
        .map(({ from }) => `src/${path}: ${relative('.', from)}`),
    );
    expect(dangling).toEqual([]);
  });
});

describe('the house test', () => {
  const good =
    "// Owns a thing.\n\nimport type { A } from '../base/a.ts';\n\n/** A promise. */\nexport const b: A = 1;\n";

  it('finds nothing in a good file', () => {
    expect(faultsOf('lab/b.ts', good)).toEqual([]);
  });

  it.each([
    ['base/a.ts', "import { x } from '../lab/x.ts';", 'may not import lab'],
    ['calico/a.ts', "import type { x } from '../lab/x.ts';", 'may not import lab'],
    ['engine/netns/a.ts', "import { x } from '../kind/x.ts';", 'another engine'],
    ['engine/netns/a.ts', "import { x } from '../../run/x.ts';", 'may not import run'],
    ['host/a.ts', "import { x } from '../plan/x.ts';", 'only types of plan'],
    ['host/a.ts', "import type { x } from '../design/x.ts';", 'may not import design'],
    ['verify/a.ts', "import {\n  x,\n} from '../plan/x.ts';", 'only types of plan'],
    ['cli/commands/a.ts', "export { x } from '../../engine/netns/x.ts';", 'may not import engine'],
    ['cli/commands/a.ts', "const x = await import('../../run/x.ts');", 'may not import run'],
    ['app/a.ts', "import { execa } from 'execa';", 'only host/ may import execa'],
    ['run/a.ts', "import { spawn } from 'node:child_process';", 'only host/ may import node:child_process'],
    ['app/a.ts', "import { Command } from 'commander';", 'only cli/ may import commander'],
    ['app/a.ts', "import process from 'node:process';", 'only host/ may import node:process'],
    ['design/a.ts', "import { readFile } from 'node:fs/promises';", 'is pure and imports node:fs/promises'],
    ['design/a.ts', 'const now = Date.now();', 'clock'],
    ['app/a.ts', 'const home = process.env.HOME;', 'global process'],
    ['app/a.ts', "const home = process['env'];", 'global process'],
    ['app/a.ts', 'const { env } = globalThis.process;', 'global process'],
    ['app/a.ts', 'export default 1;', 'default export'],
    ['app/a.ts', '\n'.repeat(300), 'more than 300'],
    ['app/a.ts', 'export function x(): void {}', 'no doc comment above x'],
    ['app/a.ts', "import { x } from './x';", 'import without .ts'],
    ['app/string-utils.ts', '', 'forbidden name: utils'],
    ['common/a.ts', '', 'no folder of the house'],
  ])('finds what is wrong in %s: %s', (path, line, fault) => {
    expect(faultsOf(path, `// Owns a thing.\n\n${line}\n`).join('\n')).toContain(fault);
  });

  it('finds a file without its sentence', () => {
    expect(faultsOf('app/a.ts', "import type { x } from '../base/x.ts';\n")).toEqual([
      'does not begin with a comment sentence',
    ]);
  });

  it('allows what it should', () => {
    const host =
      "// Owns a pid.\n\nimport process from 'node:process';\n\n/** A pid. */\nexport const pid = process.pid;\n";

    expect(faultsOf('host/a.ts', host)).toEqual([]);
    expect(faultsOf('app/a.ts', "// Says 'process.env' is not used.\n\n// process.exit is main's.\n")).toEqual([]);
  });

  it('finds a cycle', () => {
    const files = new Map([
      ['run/a.ts', "import { b } from './b.ts';"],
      ['run/b.ts', "import type { c } from './c.ts';"],
      ['run/c.ts', "import { a } from './a.ts';"],
    ]);

    expect(cyclesOf(files)).toEqual(['run/a.ts > run/b.ts > run/c.ts > run/a.ts']);
  });
});
