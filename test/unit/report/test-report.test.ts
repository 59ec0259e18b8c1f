// Owns the tests of how a run of tests is told: as text, JUnit XML and Markdown.

import { describe, expect, it } from 'vitest';
import { testJunit } from '../../../src/report/test-junit.ts';
import { testMarkdown } from '../../../src/report/test-markdown.ts';
import { testText } from '../../../src/report/test-text.ts';
import { type LabTest, reportOf } from '../../../src/verify/lab-test.ts';

const passed: LabTest = {
  lab: 'bgp-rr',
  outcome: 'passed',
  steps: [
    { step: 'up', ms: 2500 },
    { step: 'verify', ms: 400 },
    { step: 'capture', ms: 600 },
    { step: 'down', ms: 100 },
  ],
  checks: [{ origin: 'implied', kind: 'sessions', title: 'all 8 sessions Established on both ends', failures: [] }],
  problems: [],
};

const failed: LabTest = {
  ...passed,
  lab: 'vxlan',
  outcome: 'failed',
  checks: [
    {
      origin: 'stated',
      kind: 'ping',
      title: 'ping from pod-a to pod-b: answered | TTL 62',
      failures: [{ what: 'ping to pod-b', where: 'pod-a', expected: 'an answer', seen: 'no answer' }],
    },
  ],
};

const skipped: LabTest = {
  lab: 'ipip',
  outcome: 'skipped',
  steps: [
    { step: 'up', ms: 30 },
    { step: 'down', ms: 10 },
  ],
  checks: [],
  problems: [
    {
      step: 'up',
      code: 'ENGINE_MISSING',
      message: 'this machine cannot run the lab',
      facts: ['the kernel has no ipip devices [kernel-ipip]'],
      hint: 'labctl doctor',
    },
  ],
};

const report = reportOf([passed, failed, skipped], 61_000);

describe('a test report', () => {
  it('is text: a table of all labs, then what failed and why a lab was skipped', () => {
    expect(testText(report)).toBe(
      `LAB      RESULT    CHECKS   UP       VERIFY   CAPTURE   ALL
bgp-rr   passed    1/1      2.50 s   400 ms   600 ms    3.60 s
vxlan    failed    0/1      2.50 s   400 ms   600 ms    3.60 s
ipip     skipped   -        30 ms    -        -         40 ms

vxlan: failed
  FALSE ping from pod-a to pod-b: answered | TTL 62
        ping to pod-b on pod-a
          expected: an answer
          seen:     no answer

ipip: skipped
  up: this machine cannot run the lab [ENGINE_MISSING]
    the kernel has no ipip devices [kernel-ipip]
    try: labctl doctor

3 labs: 1 passed, 1 failed, 1 skipped, in 1 min 01 s
`,
    );
  });

  it('is JUnit XML: a suite a lab, steps and checks as cases', () => {
    const xml = testJunit(report);

    expect(xml).toContain('<testsuites name="labctl" tests="12" failures="1" errors="0" skipped="1" time="61.000">');
    expect(xml).toContain('<testsuite name="bgp-rr" tests="5" failures="0" errors="0" skipped="0" time="3.600">');
    expect(xml).toContain('<testcase classname="bgp-rr.step" name="up" time="2.500"/>');
    expect(xml).toContain('<failure message="expected an answer, seen no answer">ping to pod-b on pod-a');
    expect(xml).toMatch(/<skipped message="up: this machine cannot run the lab \[ENGINE_MISSING\]\s+the kernel has no/);
  });

  it('is Markdown: a table, and the details of what did not pass', () => {
    const markdown = testMarkdown(report);

    expect(markdown).toContain('| bgp-rr | passed | 1/1 | 2.50 s | 400 ms | 600 ms | 3.60 s |');
    expect(markdown).toContain('### vxlan: failed\n\n```text\nFALSE ping from pod-a to pod-b: answered | TTL 62\n');
    expect(markdown).toContain('### ipip: skipped');
  });
});
