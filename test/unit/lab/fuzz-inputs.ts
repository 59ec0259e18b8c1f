// Owns wrong lab files by the hundred, the same ones on every run: one generator for each class of faults.md 3.3.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './read-text.ts';

/** One input: its class and number, and the text. */
export interface Input {
  readonly id: string;
  readonly text: string;
}

const head = 'name: fuzz\ntitle: Fuzz\n';
const nodes = 'cluster: {nodes: [{role: control-plane}, {role: worker}]}\n';

/** Numbers below `n`, the same sequence for the same seed (xorshift32). */
export function randomFrom(seed: number): (n: number) => number {
  let state = seed | 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

/** Nesting that would make a recursive parser run out of stack or of regular expressions. */
export function depthBombs(): readonly Input[] {
  const bombs: Input[] = [];
  const add = (name: string, text: string): void =>
    void bombs.push({ id: `depth ${name}`, text: text.slice(0, 250_000) });
  for (const depth of [33, 64, 500, 2000, 10_000, 30_000, 100_000]) {
    add(`[ ${depth}`, `${head}x: ${'['.repeat(depth)}`);
    add(`[] ${depth}`, `${head}x: ${'['.repeat(depth)}${']'.repeat(depth)}`);
    add(`{a: ${depth}`, `${head}x: ${'{a: '.repeat(depth)}`);
    add(`- ${depth}`, `${'- '.repeat(depth)}x`);
    add(`? ${depth}`, `${'? '.repeat(depth)}x`);
    add(`quoted [ ${depth}`, `x: it's "${"' ["}\n${'['.repeat(depth)}`);
    add(`[ in a key ${depth}`, `${'['.repeat(depth)}: x`);
  }
  for (const depth of [33, 200, 500]) {
    const lines = Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:`);
    add(`indent ${depth}`, lines.join('\n'));
    add(`indent and back ${depth}`, `${lines.join('\n')} 1\nb: 1\n`);
  }
  return bombs;
}

/** Anchors, aliases and merge keys. */
export function aliasBombs(): readonly Input[] {
  const laughs = Array.from(
    { length: 9 },
    (_, i) =>
      `a${i}: &a${i} [${Array(9)
        .fill(i === 0 ? 'x' : `*a${i - 1}`)
        .join(', ')}]`,
  );
  const many = Array.from({ length: 10_000 }, (_, i) => `k${i}: &a${i} 1`);
  const texts = [
    laughs.join('\n'),
    many.join('\n'),
    'a: &A {b: *A}',
    'a: &A {<<: *A}',
    '*a : b',
    '&a',
    '*',
    'x: *missing',
    '- &a\n- *a',
  ];
  return texts.map((text, i) => ({ id: `alias ${i}`, text }));
}

/** Values of the wrong type, in every place of a lab. */
export function typeInputs(): readonly Input[] {
  const values = [
    '1e999',
    '-1e999',
    '.nan',
    '.inf',
    '9223372036854775808',
    '0x10',
    '0o7',
    '1_000',
    '10:20',
    'no',
    'true',
    'null',
    '~',
  ];
  values.push(
    '2026-01-01',
    '""',
    "'- x'",
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '{null: 1}',
    '{1: 2}',
    '{[a]: b}',
    '? x',
    '!!str x',
    '!x',
    '"\\u0000"',
  );
  values.push(
    '"\\e[31m"',
    '|\n  text\n',
    '>-\n  text\n',
    '"\\ud800"',
    '-',
    '- -',
    ':',
    ',',
    '%',
    '@x',
    '`x`',
    '"',
    "'",
    '\t',
    '#',
    '<<',
    '...',
    '---',
  );
  const places = [
    (value: string) => `${head}${nodes}calico: ${value}\n`,
    (value: string) => `${head}cluster: ${value}\n`,
    (value: string) => `${head}cluster:\n  nodes: ${value}\n`,
    (value: string) => `${head}cluster:\n  nodes:\n    - {role: control-plane, rack: r}\n    - ${value}\n`,
    (value: string) => `${head}${nodes}topology: ${value}\n`,
    (value: string) => `${head}${nodes}topology:\n  routers:\n    leaf0: {as: ${value}}\n    x: 1\n`,
    (value: string) => `${head}${nodes}expect:\n  - ${value}\n  - x\n`,
    (value: string) => `${head}${nodes}variants: ${value}\nx: 1\n`,
    (value: string) => `${head}${nodes}calico:\n  nodeASNumber: ${value}\n  x: 1\n`,
    (value: string) => `${head}${nodes}${value}: 1\n`,
    (value: string) => `${value}`,
  ];
  return places.flatMap((place, p) =>
    values.map((value, v) => ({ id: `type ${p}.${v} ${value}`, text: place(value) })),
  );
}

/** Names that mean something to `ip`, a shell, a path, JavaScript or a reader's eye. */
export function nameInputs(): readonly Input[] {
  const names = [
    '-rf',
    '--help',
    '-4',
    'x;id',
    '$(touch /x)',
    '`id`',
    '..',
    '.',
    '/etc/passwd',
    'a/b',
    'a b',
    'a%d',
    'a\\nb',
    'A',
    '0',
    '',
  ];
  names.push(
    'a234567890123456',
    'x'.repeat(255),
    '\u202egpj',
    'l\u0435af0',
    '\u{1F986}',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
  );
  names.push(
    '{{x}}',
    '%n',
    '\\e[31m',
    'leaf_0',
    'leaf.0',
    '!',
    '*',
    'a:b',
    'a"b',
    '#',
    'hasOwnProperty',
    'null',
    'lo\\0',
  );
  const q = (name: string): string => `"${name.replaceAll('"', '\\"')}"`;
  const places = [
    (name: string) => `${head}${nodes}topology: {routers: {${q(name)}: {as: 1}}, x: 1}\n`,
    (name: string) =>
      `${head}${nodes}topology: {routers: {a: {as: 1}}, racks: {r: {leaf: ${q(`${name}:eth1`)}, prefix: 10.1.5.0/24}}}\n`,
    (name: string) =>
      `${head}${nodes}topology: {routers: {a: {as: 1}}, racks: {r: {leaf: ${q(`a:${name}`)}, prefix: 10.1.5.0/24}}}\n`,
    (name: string) => `${head}${nodes}pods: {${q(name)}: worker9}\n`,
    (name: string) => `${head}${nodes}calico: {nodeToNodeMesh: false, peers: [{to: ${q(name)}}]}\n`,
    (name: string) => `title: x\nname: ${q(name)}\n${nodes}pods: {a: b}\n`,
    (name: string) => `${head}extends: ${q(name)}\n${nodes}`,
    (name: string) => `${head}topology: ${q(name)}\n${nodes}`,
  ];
  return places.flatMap((place, p) => names.map((name, n) => ({ id: `name ${p}.${n} ${name}`, text: place(name) })));
}

/** Sizes: within the byte limit, but many. */
export function sizeInputs(): readonly Input[] {
  const many = (n: number, line: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => line(i)).join('\n');
  const texts = [
    'x'.repeat(300_000),
    `title: ${'x'.repeat(250_000)}`,
    `title: "${'\\u0041'.repeat(40_000)}"`,
    many(20_000, (i) => `k${i}: 1`),
    many(20_000, () => 'k: 1'),
    many(60_000, () => '- 1'),
    `${head}cluster: {nodes: [${'{role: worker},'.repeat(15_000)}]}`,
    `${head}cluster: {nodes: [{role: worker, count: 1024}, {role: worker, count: 1024}]}`,
    `${head}cluster: {nodes: [${'{role: worker, count: 1024},'.repeat(9000)}]}`,
    `${head}${nodes}x: ["${'a","'.repeat(60_000)}"]`,
    many(100_000, () => 'a'),
    many(100_000, () => '#'),
    `x: |\n${many(60_000, () => '  a')}`,
    '\n'.repeat(250_000),
    ' '.repeat(250_000),
    ','.repeat(250_000),
    ':'.repeat(250_000),
    '"'.repeat(250_000),
    "'".repeat(249_999),
    '? '.repeat(3) + '-\n'.repeat(100_000),
    `${head}${nodes}topology:\n  routers:\n${many(9000, (i) => `    r${i}: {as: 1}`)}\n  x: 1`,
  ];
  return texts.map((text, i) => ({ id: `size ${i}`, text }));
}

/** Shipped labs with bytes and words changed; `changed` is what the change did, valid or not. */
export function mutations(count: number): readonly Input[] {
  const files = ['labs/bgp-rr.lab.yml', 'labs/fullmesh.lab.yml', 'topologies/two-spines-two-leaves.yml'];
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
  const tokens = [
    '[',
    ']',
    '{',
    '}',
    ':',
    ',',
    '- ',
    '\n',
    '\t',
    '"',
    "'",
    '&a ',
    '*a',
    '!',
    '|',
    '#',
    '\0',
    '\x1b',
    '\u202e',
    '0',
    '-1',
    '__proto__',
  ];
  return Array.from({ length: count }, (_, i) => {
    const random = randomFrom(i * 2654435761 + 12345);
    let text = texts[i % texts.length] ?? '';
    for (let k = 0; k <= random(3); k++) {
      const at = random(text.length);
      const kind = random(4);
      const token = tokens[random(tokens.length)] ?? '';
      if (kind === 0) text = text.slice(0, at) + token + text.slice(at);
      else if (kind === 1) text = text.slice(0, at) + text.slice(at + 1 + random(8));
      else if (kind === 2) text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
      else text = swapLines(text, random);
    }
    return { id: `mutation ${i}`, text };
  });
}

function swapLines(text: string, random: (n: number) => number): string {
  const lines = text.split('\n');
  const [a, b] = [random(lines.length), random(lines.length)];
  [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  return lines.join('\n');
}
