// Owns the proof that both forms of a VyOS configuration are read, and that no text whatever makes the reader fall.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../../src/lab/tree.ts';
import { nodesAt, sameWords, valueAt, wordsAt } from '../../../../src/lab/vyos/node.ts';
import { readVyosConfig } from '../../../../src/lab/vyos/read-config.ts';
import { readVyosRouter } from '../../../../src/lab/vyos/read-router.ts';

const rich = readFileSync(join(import.meta.dirname, 'rich.boot'), 'utf8');
const read = (text: string) => readVyosConfig(sourceOf('leaf0.boot', text));
const complaints = (text: string): string[] =>
  read(text).problems.map(({ at, message }) => `${at?.file}:${at?.line}:${at?.column} ${message}`);

describe('the curly form', () => {
  it('reads quotes, comments, many values and empty nodes', () => {
    const { config, problems } = read(`/* fabric
   ports */
interfaces {
    ethernet eth1 {
        address "10.1.5.1/24"
        address '10.1.6.1/24'  // a second one
        description "a \\"quoted\\" name; with {braces} and \\\\"
    }
    loopback lo {
    }
}
// Release version: 1.4.2
`);

    expect(problems).toEqual([]);
    expect(wordsAt(config.roots, 'interfaces', 'ethernet', 'eth1', 'address')).toEqual(['10.1.5.1/24', '10.1.6.1/24']);
    expect(valueAt(config.roots, 'interfaces', 'ethernet', 'eth1', 'description')).toBe(
      'a "quoted" name; with {braces} and \\',
    );
    expect(nodesAt(config.roots, 'interfaces', 'loopback', 'lo')).toEqual([]);
    expect(config.release).toBe('1.4');
  });

  it('says where a text is wrong, all at once', () => {
    expect(complaints('interfaces {\n  ethernet eth1 {\n    address "10.1.5.1/24\n  }\n}\n}\n{\nx y z\n')).toEqual([
      'leaf0.boot:3:13 a quote is never closed',
      'leaf0.boot:6:1 `}` closes nothing',
      'leaf0.boot:7:1 `{` without a name before it',
      'leaf0.boot:8:5 `z` follows a value',
      'leaf0.boot:7:1 `{` is never closed',
    ]);
    expect(complaints('system {\n/* never\n')).toEqual([
      'leaf0.boot:2:1 a comment is never closed',
      'leaf0.boot:1:8 `{` is never closed',
    ]);
    expect(complaints('system {\u0000}')).toEqual([
      'leaf0.boot:1:9 the file is not a VyOS configuration: it has bytes that are no text',
    ]);
    expect(complaints('{'.repeat(100_000)).length).toBeLessThan(100);
  });

  it('reads a terminal that was copied whole: prompt, question, answer, prompt', () => {
    const copied = `vyos@leaf0:~$ show configuration commands | no-more
set interfaces ethernet eth1 address '10.1.10.1/24'
set interfaces ethernet eth1 description 'a; b # {c}'
vyos@leaf0:~$
`;
    const { router, problems } = readVyosRouter(sourceOf('leaf0.set', copied));
    expect(problems).toEqual([]);
    expect(router.interfaces).toMatchObject([{ name: 'eth1', addresses: ['10.1.10.1/24'] }]);
  });

  it('warns once of bytes that are no UTF-8, and reads on', () => {
    const bytes = Buffer.concat([
      Buffer.from('system {\n host-name a\n login {\n banner {\n post-login "'),
      Buffer.from([0xb5, 0xbd, 0xd6, 0xf7]),
      Buffer.from('"\n }\n }\n}\n'),
    ]);
    expect(complaints(bytes.toString('utf8'))).toEqual([
      'leaf0.boot:5:14 the file has bytes that are no UTF-8: they are read as \ufffd',
    ]);
  });

  it('warns of a version line that was commented twice', () => {
    expect(complaints('system {\n}\n// // vyos-config-version: "bgp@4"\n')).toEqual([
      'leaf0.boot:3:1 the version line is commented twice: VyOS would take the file for one of an unknown release',
    ]);
  });
});

describe('the set form', () => {
  it('is the same configuration', () => {
    const commands = read(rich).config.roots.flatMap(function lines(node): string[] {
      const word = `'${node.word}'`;
      return node.children.length === 0 ? [word] : node.children.flatMap(lines).map((rest) => `${word} ${rest}`);
    });
    const script = ['#!/bin/vbash', 'source /opt/vyatta/etc/functions/script-template', 'configure']
      .concat(
        commands.map((command) => `set ${command}`),
        'commit',
        'save',
        'exit',
        '',
      )
      .join('\n');
    const { config, problems } = read(script);

    expect(problems).toEqual([]);
    expect(commands.length).toBeGreaterThan(100);
    expect(sameWords(config.roots, read(rich).config.roots)).toBe(true);
  });

  it('takes away what is deleted, and prompts', () => {
    const { config } = read(
      'vyos@leaf0# set interfaces ethernet eth1 mtu 9000\n[edit]\nset system host-name leaf0\ndelete interfaces ethernet eth1 mtu\n',
    );

    expect(wordsAt(config.roots, 'interfaces', 'ethernet', 'eth1')).toEqual([]);
    expect(valueAt(config.roots, 'system', 'host-name')).toBe('leaf0');
  });

  it('says which line is no command', () => {
    expect(complaints("set system host-name leaf0\nedit protocols\nset system host-name 'leaf0\n")).toEqual([
      'leaf0.boot:2:1 `edit` is no command that labctl reads',
      'leaf0.boot:3:1 a quote is never closed',
    ]);
  });
});

/** A generator with a fixed seed: the same texts every time (Numerical Recipes' constants). */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

describe('any text', () => {
  it('that is cut off somewhere is read or refused, never fatal', () => {
    for (let end = 0; end < rich.length; end += 61) {
      const { problems } = readVyosRouter(sourceOf('cut.boot', rich.slice(0, end)));
      expect(problems.every(({ at }) => at !== undefined)).toBe(true);
    }
  });

  it('with words and signs in random order is read or refused, never fatal', () => {
    const random = numbers(7);
    const next = (): number => random.next().value as number;
    const words = [
      ...new Set(rich.split(/\s+/)),
      '{',
      '}',
      '{',
      '}',
      '"',
      "'",
      '\\',
      '/*',
      '*/',
      '//',
      '\n',
      '\n',
      '\u{1f600}',
      ';',
    ];
    for (let round = 0; round < 150; round++) {
      const text = Array.from({ length: 120 }, () => words[next() % words.length]).join(next() % 2 === 0 ? ' ' : '\n');
      const { router, problems } = readVyosRouter(sourceOf('random.boot', round % 3 === 0 ? `set ${text}` : text));
      expect(problems.every(({ at }) => at !== undefined)).toBe(true);
      expect(router.frr.every((line) => !line.includes('\n'))).toBe(true);
    }
  });

  it('of random bytes is refused', () => {
    const random = numbers(11);
    for (let round = 0; round < 200; round++) {
      const bytes = Uint8Array.from({ length: 200 }, () => (random.next().value as number) >>> 24);
      expect(() => readVyosRouter(sourceOf('bytes.boot', Buffer.from(bytes).toString('utf8')))).not.toThrow();
    }
  });
});
