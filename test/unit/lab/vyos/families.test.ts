// Owns the proof that each family of VyOS's words becomes what the kernel, nftables and FRR take, and that nothing is lost in silence.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { routerRules } from '../../../../src/artifact/router-rules.ts';
import type { RouterDesign } from '../../../../src/design/design.ts';
import { sourceOf } from '../../../../src/lab/tree.ts';
import { readVyosRouter } from '../../../../src/lab/vyos/read-router.ts';
import type { VyosRouter } from '../../../../src/lab/vyos/router.ts';
import { asBootText, asSetCommands, randomVyos } from '../../../support/random-vyos.ts';
import { seeded } from '../../../support/seeded.ts';
import { frrRoot, vtyshComplaints } from '../../../support/vtysh.ts';

const families = join(import.meta.dirname, 'families');
const frr = frrRoot();
const hasNft = spawnSync('nft', ['--version']).status === 0 && process.getuid?.() === 0;
const read = (text: string) => readVyosRouter(sourceOf('leaf0.boot', text));
const rulesOf = (vyos: VyosRouter): string => routerRules({ vyos } as RouterDesign) ?? '';

function complaintsOfNft(rules: string): string {
  const { status, stderr } = spawnSync('unshare', ['-n', 'nft', '-c', '-f', '-'], { input: rules, encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

/** All that is made of a file, for reading. */
function shown(text: string): string {
  const { router, problems, notes } = read(text);
  const places = [...problems, ...notes].map(
    ({ at, code, message, severity }) => `${at?.line}:${at?.column} ${severity} ${code} ${message}`,
  );
  return [
    ...['# interfaces', ...router.interfaces.map((port) => JSON.stringify(port))],
    ...['# ip', ...router.devices, ...router.commands],
    ...['# sysctl', ...router.settings.map(([path, value]) => `${path} = ${value}`)],
    ...['# nft', rulesOf(router).trimEnd()],
    ...[`# frr ${router.daemons.join(' ')}`.trimEnd(), ...router.frr],
    ...['# routes are not derived because of', ...router.beyond],
    ...['# said', ...places],
    '',
  ].join('\n');
}

describe.each(readdirSync(families).filter((name) => name.endsWith('.boot')))('%s', (name) => {
  const text = readFileSync(join(families, name), 'utf8');

  it('is carried over as is written beside it', async () => {
    await expect(shown(text)).toMatchFileSnapshot(join(families, name.replace('.boot', '.txt')));
  });

  it.skipIf(frr === undefined)('is taken by the real FRR', () => {
    expect(vtyshComplaints(frr ?? '', ['frr defaults traditional', ...read(text).router.frr, ''].join('\n'))).toBe('');
  });

  it.skipIf(!hasNft)('is taken by the real nft', () => {
    expect(complaintsOfNft(rulesOf(read(text).router))).toBe('');
  });
});

describe('any configuration', () => {
  const { file: _, text: __, marks: ___, release: ____, ...nothing } = read('').router;
  const meaning = ({ router: { file, text, marks, release, ...rest } }: ReturnType<typeof read>): typeof nothing =>
    rest;

  it('means the same in both forms of writing, and says where it is not understood', () => {
    for (let seed = 0; seed < 400; seed++) {
      const chance = seeded(seed);
      const paths = randomVyos(chance, 60);

      const boot = read(asBootText(paths, chance));
      const set = read(asSetCommands(paths));

      expect(meaning(boot), `seed ${seed}`).toEqual(meaning(set));
      expect(boot.problems.map(({ message }) => message).toSorted(), `seed ${seed}`).toEqual(
        set.problems.map(({ message }) => message).toSorted(),
      );
      expect(
        [...boot.problems, ...set.problems].every(({ at, code }) => at !== undefined && code !== 'VYOS_SYNTAX'),
      ).toBe(true);
    }
  });

  it('is refused where packets depend on what is not understood, and only there', () => {
    const unknown = (command: string): boolean => read(`set ${command}\n`).problems.length > 0;
    const refused = ['vpn ipsec interface eth1', 'qos interface eth1 egress SLOW', 'protocols mpls interface eth1'];
    const noted = ['service lldp interface all', 'system ntp server ntp.example', 'system login user a level admin'];

    expect(refused.filter((command) => !unknown(command))).toEqual([]);
    expect(noted.filter(unknown)).toEqual([]);
  });

  it.skipIf(frr === undefined)('becomes lines that the real FRR and the real nft take', () => {
    for (let seed = 1000; seed < 1030; seed++) {
      const { router } = read(asSetCommands(randomVyos(seeded(seed), 60)));
      expect(vtyshComplaints(frr ?? '', `${router.frr.join('\n')}\n`), `seed ${seed}`).toBe('');
      if (hasNft) expect(complaintsOfNft(rulesOf(router)), `seed ${seed}`).toBe('');
    }
  });
});
