import { describe, expect, it } from 'vitest';
import { judged } from '../../../src/app/status.ts';
import type { Design } from '../../../src/design/design.ts';
import type { ObservedRoute, ObservedSession, Tables } from '../../../src/plan/observed.ts';
import { differencesText, statusText } from '../../../src/report/status-text.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

/** The tables of a lab in which everything is as expected. */
function perfect(design: Design): Tables {
  const sessions = design.expected.sessions.flatMap(({ a, b }): ObservedSession[] =>
    [
      [a, b],
      [b, a],
    ].map(([near, far]) => ({
      machine: near?.machine ?? '',
      peer: far?.address ?? '',
      name: near?.machine.includes('-') ? `Node_${far?.address.replaceAll('.', '_')}` : undefined,
      remoteAs: 65005,
      localAs: 65005,
      state: 'up',
      info: 'Established',
      since: '03:04:31.849',
      families: [4],
      isEstablished: true,
    })),
  );
  const routes = design.expected.routes.map(
    (route): ObservedRoute => ({
      ...route,
      nextHops: route.choice === 'one' ? route.nextHops.slice(0, 1) : route.nextHops,
    }),
  );
  return { sessions, routes };
}

function textOf(design: Design, tables: Tables, failed: readonly { name: string; since: string }[] = []): string {
  const facts = {
    lab: design.lab,
    variant: undefined,
    title: design.title,
    engine: 'netns',
    isBuilt: true,
    calico: 'v3.33',
    isChanged: false,
    backend: 'bird' as const,
  };
  return statusText({ ...facts, ...judged(design, tables), failed });
}

describe('status', () => {
  it('counts every session and route of a lab that is as it must be', async () => {
    const design = await catalogueDesign('bgp-rr');
    const text = textOf(design, perfect(design));

    expect(text).toContain('leaf0           router   65005   10.1.5.1      4/4        12/12');
    expect(text).toContain('worker2         node     65008   10.1.8.10     1/1        14/14');
    expect(text).toMatch(/worker2\s+10\.1\.8\.1\s+node specific\s+up\s+03:04:31\s+Established/);
    expect(text.trimEnd().split('\n').at(-1)).toBe(
      'every expected session is Established; 112 of 112 expected routes seen',
    );
  });

  it('says what is broken on purpose, before what follows from it', async () => {
    const design = await catalogueDesign('bgp-rr');
    const failed = [{ name: 'link leaf0:eth1', since: '2026-01-02T03:04:05.000Z' }];

    expect(textOf(design, perfect(design), failed)).toContain(
      'broken on purpose since 2026-01-02T03:04:05.000Z: link leaf0:eth1 (labctl heal mends it)\nevery expected session',
    );
  });

  it('names each missing thing with what is there instead', async () => {
    const design = await catalogueDesign('bgp-rr');
    const tables = perfect(design);
    const sessions = tables.sessions.map((session) =>
      session.machine === 'bgp-rr-worker3'
        ? { ...session, state: 'start', info: 'Active', isEstablished: false }
        : session,
    );
    const routes = tables.routes.filter(({ machine, prefix }) => machine !== 'leaf0' || prefix !== '10.244.142.0/26');
    const text = textOf(design, { sessions, routes });

    expect(text).toMatch(/worker3\s+node\s+65008\s+10\.1\.8\.11\s+0\/1/);
    expect(text).toContain('1 session end not Established; 111 of 112 expected routes seen');
    expect(text).toContain(
      'session 10.1.8.1 on worker3\n  expected: iBGP session with leaf1 (10.1.8.1) Established\n  seen:     start Active\n',
    );
    expect(text).toMatch(
      /route 10\.244\.142\.0\/26 on leaf0\n {2}expected: 10\.244\.142\.0\/26 .*\n {2}seen: {5}no route\n/,
    );
  });

  it('tells of sessions that are down and nobody expects', async () => {
    const design = await catalogueDesign('bgp-rr');
    const tables = perfect(design);
    const [first] = tables.sessions;
    if (first === undefined) throw new Error('no session');
    const extra = { ...first, peer: '10.9.9.9', isEstablished: false, state: 'start', info: 'Idle' };

    expect(textOf(design, { ...tables, sessions: [...tables.sessions, extra] })).toContain(
      '1 session end not Established, and not expected to be with these objects',
    );
  });

  it('shows the first sixty of thousands of sessions', async () => {
    const design = await catalogueDesign('fullmesh:100-nodes');
    const text = textOf(design, perfect(design));

    expect(text).toContain('and 9840 more (--format json shows all)');
    expect(text.split('\n').length).toBeLessThan(300);
  });
});

describe('known differences', () => {
  it('have an id, what and why', () => {
    const text = differencesText('netns', [{ id: 'bird-2', what: 'BIRD 2', why: 'it is in Debian' }]);

    expect(text).toContain('[bird-2] BIRD 2\n    because it is in Debian\n');
  });
});
