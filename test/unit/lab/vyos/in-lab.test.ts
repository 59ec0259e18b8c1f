// Owns the proof that routers with VyOS files make the same lab as stated ones, and that their faults are shown in the files.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frrConf } from '../../../../src/artifact/frr-conf.ts';
import { LabError } from '../../../../src/base/errors.ts';
import type { Problem } from '../../../../src/base/place.ts';
import { designLab } from '../../../../src/design/design-lab.ts';
import { readLab } from '../../../../src/lab/load.ts';
import { scratchFolder } from '../../../support/scratch.ts';
import { catalogue, designOf, writeVyosLab } from '../../../support/vyos-lab.ts';

async function problemsAfter(edit: (router: string, text: string) => string): Promise<readonly string[]> {
  const folder = scratchFolder('labctl-vyos-');
  // The article's spine1 has leaf1's router id.
  const ownId = only('spine1', 'router-id "10.1.8.1"', 'router-id "10.1.12.2"');
  const file = await writeVyosLab(folder, 'bgp-rr', (router, text) => edit(router, ownId(router, text)));
  const shown = ({ at, severity, code, message }: Problem) =>
    `${severity} ${at?.file.replace(`${folder}/`, '')}:${at?.line} ${code} ${message}`;
  try {
    const { lab, warnings } = await readLab(file, { ...catalogue, cwd: folder });
    return [...warnings, ...designLab(lab).problems].map(shown).filter((line) => !line.includes('VYOS_LEFT_ASIDE'));
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return error.problems.filter(({ severity }) => severity === 'error').map(shown);
  }
}

const only =
  (name: string, from: string | RegExp, to: string) =>
  (router: string, text: string): string =>
    router === name ? text.replace(from, to) : text;

describe('a lab whose routers are VyOS files', () => {
  it('has the sessions, routes and paths of the one whose routers are stated', async () => {
    const file = await writeVyosLab(scratchFolder('labctl-vyos-'), 'bgp-rr');

    const stated = await designOf('bgp-rr');
    const { design } = await designOf(file);

    const text = (value: unknown): string => JSON.stringify(value).replaceAll('bgp-rr-vyos-', 'bgp-rr-');
    expect(text(design.expected.sessions)).toBe(text(stated.design.expected.sessions));
    expect(design.expected.routes.length).toBe(stated.design.expected.routes.length);
    expect(design.routers.map(({ name, neighbors }) => [name, neighbors.length])).toEqual(
      stated.design.routers.map(({ name, neighbors }) => [name, neighbors.length]),
    );
  });

  it('has nothing to say when nothing is wrong', async () => {
    expect(await problemsAfter((_, text) => text)).toEqual([]);
  });

  it.each([
    [
      'an MTU that is not the link’s',
      only('leaf0', 'mtu "1500"', 'mtu "9000"'),
      /^warning leaf0.boot:\d+ VYOS_MTU leaf0:eth1 has MTU 9000 on the link to spine0:eth1, whose MTU is 1500/,
    ],
    [
      'an address of another network',
      only('leaf1', 'address "10.1.8.1/24"', 'address "10.9.8.1/24"'),
      /^error leaf1.boot:\d+ VYOS_ADDRESS_OUTSIDE 10.9.8.1\/24 of leaf1:eth3 is not inside rack rack1/,
    ],
    [
      'a port without an address',
      only('spine0', 'address "10.1.34.2/24"', 'description "none"'),
      /^error spine0.boot:\d+ VYOS_NO_ADDRESS spine0:eth2 has no address/,
    ],
    [
      'a network of others',
      only('leaf1', 'network 10.1.8.0/24', 'network 10.1.10.0/24'),
      /^warning leaf1.boot:\d+ VYOS_NETWORK_FOREIGN leaf1 announces 10.1.10.0\/24/,
    ],
    [
      'a router id of others',
      only('leaf1', 'router-id "10.1.8.1"', 'router-id "10.1.5.1"'),
      /^warning leaf1.boot:\d+ LAB_ROUTER_ID `leaf1` has the router id of `leaf0`/,
    ],
    [
      'a neighbor that nobody is',
      only('leaf0', 'neighbor 10.1.5.11', 'neighbor 10.1.5.77'),
      /^warning leaf0.boot:\d+ VYOS_NEIGHBOR_UNKNOWN no machine of the lab has the neighbor address 10.1.5.77/,
    ],
    [
      'a neighbor of another AS',
      only('leaf0', 'remote-as "500"', 'remote-as "501"'),
      /^warning leaf0.boot:\d+ VYOS_NEIGHBOR_AS spine0 \(10.1.10.2\) has AS 500, leaf0 expects AS 501/,
    ],
    [
      'what is not understood',
      only('leaf0', 'protocols {', 'protocols {\n    nhrp {\n    }'),
      /^error leaf0.boot:\d+ VYOS_UNKNOWN labctl does not understand `protocols nhrp`/,
    ],
    [
      'a file that is cut off',
      only('leaf0', /system \{[\s\S]*$/, 'system {'),
      /^error leaf0.boot:\d+ VYOS_SYNTAX `\{` is never closed/,
    ],
  ] as const)('shows %s in the file', async (_, edit, expected) => {
    expect((await problemsAfter(edit))[0] ?? '').toMatch(expected);
  });

  it('derives no routes where a policy decides, and says so', async () => {
    const edit = only(
      'leaf0',
      'protocols {',
      'policy {\n    prefix-list NONE {\n        rule 10 {\n            action deny\n            prefix 0.0.0.0/0\n        }\n    }\n}\nprotocols {',
    );
    const apply = only('leaf0', 'route-reflector-client', 'route-reflector-client\n prefix-list {\n export NONE\n }');
    const both = (router: string, text: string): string => apply(router, edit(router, text));
    const file = await writeVyosLab(scratchFolder('labctl-vyos-'), 'bgp-rr', both);

    const { design, codes } = await designOf(file);

    expect(codes).toContain('ROUTES_NOT_DERIVED');
    expect(design.expected.sessions).toHaveLength(8);
    expect(design.expected.paths).toEqual([]);
    expect(design.expected.routes.filter(({ protocol, type }) => protocol === 'bgp' && type === 'unicast')).toEqual([]);
    const leaf0 = design.routers.find(({ name }) => name === 'leaf0');
    expect(leaf0 && frrConf(leaf0)).toContain('\n  neighbor 10.1.5.10 prefix-list NONE out\n');
  });

  it('never reads a file outside of the topology’s folder', async () => {
    const folder = scratchFolder('labctl-vyos-');
    await writeVyosLab(join(folder, 'in'), 'bgp-rr');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(
      join(folder, 'in', 'fabric.yml'),
      'routers:\n  leaf0: {vyos: ../leaf0.boot}\n  leaf1: {vyos: /etc/passwd}\n  spine0: {vyos: spine0.boot, as: 500}\n  spine1: {}\n',
    );

    const read = readLab(join(folder, 'in', 'bgp-rr-vyos.lab.yml'), { ...catalogue, cwd: folder });

    await expect(read).rejects.toMatchObject({ code: 'LAB_INVALID' });
    const { problems } = (await read.catch((error: LabError) => error)) as LabError;
    expect(problems.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'there is no file `../leaf0.boot` beside the topology',
        'there is no file `/etc/passwd` beside the topology',
        '`as` and `vyos` exclude each other: the configuration says it',
        '`as` is missing',
      ]),
    );
  });
});
