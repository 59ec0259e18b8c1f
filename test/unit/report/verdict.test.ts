// Owns the tests of how a verdict is told: as text, JSON and JUnit XML.

import { describe, expect, it } from 'vitest';
import { verdictJson } from '../../../src/report/verdict-json.ts';
import { verdictJunit } from '../../../src/report/verdict-junit.ts';
import { verdictMarkdown } from '../../../src/report/verdict-markdown.ts';
import { verdictText } from '../../../src/report/verdict-text.ts';
import type { Verdict } from '../../../src/verify/verdict.ts';

const failure = {
  what: 'route 10.244.142.0/26',
  where: 'leaf0',
  expected: 'next hops spine0 and spine1',
  seen: '10.244.142.0/26 via 10.1.10.2 (spine0) dev eth1 proto bgp metric 20',
};
const verdict: Verdict = {
  lab: 'bgp-rr',
  isTrue: false,
  attempts: 3,
  ms: 1234,
  heldMs: undefined,
  checks: [
    { origin: 'implied', kind: 'sessions', title: 'all 8 sessions Established on both ends', failures: [] },
    { origin: 'stated', kind: 'route', title: 'route on leaf0 to "pod-b" <block> & more', failures: [failure] },
  ],
};

describe('a verdict', () => {
  it('says what was left out, and how to have it', () => {
    expect(verdictText({ ...verdict, untried: 1 })).toMatch(
      /\nleft out: 1 failover line, which would break the lab for a while; labctl verify --with-failover\n$/,
    );
  });

  it('is text: expected, seen and where under each false check', () => {
    expect(verdictText(verdict)).toBe(
      [
        'ok    all 8 sessions Established on both ends',
        'FALSE route on leaf0 to "pod-b" <block> & more',
        '      route 10.244.142.0/26 on leaf0',
        '        expected: next hops spine0 and spine1',
        '        seen:     10.244.142.0/26 via 10.1.10.2 (spine0) dev eth1 proto bgp metric 20',
        'bgp-rr: 1 of 2 checks false after 1.2 s (3 looks)',
        '',
      ].join('\n'),
    );
  });

  it('is Markdown: a row a check, with the failures below', () => {
    expect(verdictMarkdown(verdict)).toBe(
      [
        '## bgp-rr: 1 of 2 checks false after 1.2 s (3 looks)',
        '',
        '| Result | Check |',
        '| --- | --- |',
        '| ok | all 8 sessions Established on both ends |',
        '| **FALSE** | route on leaf0 to "pod-b" <block> & more |',
        '',
        '```text',
        'FALSE route on leaf0 to "pod-b" <block> & more',
        '      route 10.244.142.0/26 on leaf0',
        '        expected: next hops spine0 and spine1',
        '        seen:     10.244.142.0/26 via 10.1.10.2 (spine0) dev eth1 proto bgp metric 20',
        '```',
        '',
      ].join('\n'),
    );
    expect(verdictMarkdown({ ...verdict, isTrue: true, checks: [] })).not.toContain('```');
  });

  it('says how long it held', () => {
    const held = { ...verdict, isTrue: true, attempts: 1, heldMs: 5000, checks: verdict.checks.slice(0, 1) };

    expect(verdictText(held)).toBe(
      'ok    all 8 sessions Established on both ends\nbgp-rr: all 1 checks true after 1.2 s (1 look), held for 5.0 s\n',
    );
  });

  it('counts what is too much to show', () => {
    const many = { ...verdict, checks: [{ ...verdict.checks[1]!, failures: Array(50).fill(failure) }] };

    expect(verdictText(many)).toContain('      and 30 more\n');
    expect(verdictText(many).split('\n')).toHaveLength(1 + 20 * 3 + 3);
  });

  it('is one JSON document', () => {
    expect(JSON.parse(verdictJson(verdict))).toMatchObject({
      apiVersion: 'labctl.dev/v1alpha1',
      kind: 'Verdict',
      lab: 'bgp-rr',
      isTrue: false,
      checks: [{ failures: [] }, { failures: [failure] }],
    });
  });

  it('is JUnit XML, with every special character escaped', () => {
    const xml = verdictJunit(verdict);

    expect(xml).toContain('<testsuite name="bgp-rr" tests="2" failures="1" errors="0" skipped="0" time="1.234">');
    expect(xml).toContain('name="all 8 sessions Established on both ends"/>');
    expect(xml).toContain('name="route on leaf0 to &quot;pod-b&quot; &lt;block&gt; &amp; more">');
    expect(xml).toContain('<failure message="expected next hops spine0 and spine1, seen 10.244.142.0/26 via');
    expect(xml.match(/<testcase/g)).toHaveLength(2);
    expect(verdictJunit({ ...verdict, lab: 'a\u001b[31m' })).not.toContain('\u001b');
  });
});
