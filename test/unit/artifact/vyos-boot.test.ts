// Owns the proof that a router written for VyOS and read back is the same, for every router of the catalogue and the original labs.

import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vyosBoot } from '../../../src/artifact/vyos-boot.ts';
import type { RouterDesign } from '../../../src/design/design.ts';
import { sourceOf } from '../../../src/lab/tree.ts';
import { readVyosRouter } from '../../../src/lab/vyos/read-router.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { sharedFolder } from '../../support/shared.ts';
import { catalogue, designOf } from '../../support/vyos-lab.ts';

/** What of a router must survive: everything but its name in the lab and what Docker gives it. */
function facts(router: RouterDesign): object {
  return {
    ports: router.interfaces
      .filter(({ name }) => name !== 'eth0')
      .map(({ name, addresses, mtu }) => ({ name, addresses, mtu })),
    asNumber: router.asNumber,
    routerId: router.asNumber === undefined ? undefined : router.routerId,
    networks: router.networks,
    multipathRelax: router.multipathRelax,
    nat: router.sourceNat === undefined ? [] : [`ip saddr ${router.sourceNat.source} oifname "eth0" masquerade`],
    neighbors: router.neighbors.map((neighbor) => ({
      peer: neighbor.address,
      remoteAs: neighbor.remoteAs,
      isReflectorClient: neighbor.reflectorClient,
      isNextHopSelf: neighbor.nextHopSelf,
      isMultihop: neighbor.multihop ?? false,
      source: neighbor.source,
      allowLocalAs: neighbor.allowLocalAs ?? 0,
      isAsOverride: neighbor.asOverride ?? false,
    })),
  };
}

function factsRead(text: string): object {
  const { router, problems } = readVyosRouter(sourceOf('written.boot', text));
  expect(problems).toEqual([]);
  expect(router.beyond).toEqual([]);
  const { bgp } = router;
  return {
    ports: router.interfaces
      .filter(({ kind, addresses }) => kind === 'ethernet' || addresses.length > 0)
      .map(({ name, addresses, mtu }) => ({ name, addresses, mtu })),
    asNumber: bgp?.asNumber,
    routerId: bgp?.routerId,
    networks: bgp?.networks ?? [],
    multipathRelax: bgp?.multipathRelax ?? false,
    nat: router.chains.flatMap(({ rules }) => rules),
    neighbors: (bgp?.neighbors ?? []).map(({ isExpected: _, families: __, ...neighbor }) => neighbor),
  };
}

const labs = readdirSync(catalogue.labsDir)
  .filter((name) => name.endsWith('.lab.yml'))
  .map((name) => name.replace('.lab.yml', ''));

describe.each(labs)('the routers of %s', (lab) => {
  it.each(['1.4', '1.5'] as const)('are the same after VyOS %s', async (release) => {
    const { design } = await designOf(lab);
    for (const router of design.routers) {
      const text = vyosBoot(router, release);
      expect(factsRead(text)).toEqual(facts(router));
      expect(readVyosRouter(sourceOf('written.boot', text)).router.release).toBe(release);
    }
  });
});

const originals = sharedFolder('vyos');

describe('the routers of the original bgp-rr', () => {
  it.skipIf(originals === undefined)('are the same when they are written anew, and untouched otherwise', async () => {
    const folder = scratchFolder('labctl-originals-');
    for (const name of ['leaf0', 'leaf1', 'spine0', 'spine1'])
      copyFileSync(join(originals ?? '', `06-bgp-rr--${name}-boot.cfg`), join(folder, `${name}-boot.cfg`));
    const routers = ['leaf0', 'leaf1', 'spine0', 'spine1']
      .map((name) => `  ${name}: {vyos: ${name}-boot.cfg}\n`)
      .join('');
    const links = [
      ['leaf0:eth1', 'spine0:eth1', '10.1.10.0/24'],
      ['leaf0:eth2', 'spine1:eth1', '10.1.12.0/24'],
      ['leaf1:eth1', 'spine0:eth2', '10.1.34.0/24'],
      ['leaf1:eth2', 'spine1:eth2', '10.1.11.0/24'],
    ].map(([a, b, prefix]) => `  - {endpoints: [${a}, ${b}], prefix: ${prefix}}\n`);
    const racks =
      '  rack0: {leaf: leaf0:eth3, prefix: 10.1.5.0/24}\n  rack1: {leaf: leaf1:eth3, prefix: 10.1.8.0/24}\n';
    writeFileSync(join(folder, 'fabric.yml'), `routers:\n${routers}links:\n${links.join('')}racks:\n${racks}`);
    writeFileSync(join(folder, 'original.lab.yml'), 'extends: bgp-rr\ntopology: fabric\n');

    const { design, codes } = await designOf(join(folder, 'original.lab.yml'));
    const catalogued = await designOf('bgp-rr');

    const text = (value: unknown): string => JSON.stringify(value).replaceAll('original-', 'bgp-rr-');
    expect(text(design.expected.sessions)).toBe(text(catalogued.design.expected.sessions));
    expect(design.expected.routes).toHaveLength(catalogued.design.expected.routes.length);
    expect([...new Set(codes)].toSorted()).toEqual([
      'LAB_ROUTER_ID',
      'VYOS_LEFT_ASIDE',
      'VYOS_MTU',
      'VYOS_VERSION_LINE',
    ]);
    for (const router of design.routers) {
      const { vyos, ...stated } = router;
      const nat = vyos?.chains[0];
      const sourceNat = nat === undefined ? undefined : { source: '10.1.0.0/16', interface: 'eth0' };
      expect(vyosBoot(router, '1.4')).toBe(vyos?.text);
      expect(factsRead(vyosBoot({ ...stated, sourceNat }, '1.4'))).toEqual(facts({ ...stated, sourceNat }));
    }
  });
});
