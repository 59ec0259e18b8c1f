import { describe, expect, it } from 'vitest';
import { pasteable } from '../../../src/base/shell.ts';
import type { Finding } from '../../../src/plan/finding.ts';
import type { Operation, Plan } from '../../../src/plan/plan.ts';
import { findingsText } from '../../../src/report/findings-text.ts';
import { planText } from '../../../src/report/plan-text.ts';
import { textTable } from '../../../src/report/text-table.ts';
import { duration, timelineText } from '../../../src/report/timeline.ts';

function operation(id: number, phase: Operation['phase'], resource: string, needs: readonly number[]): Operation {
  return { id, verb: 'make', resource, cause: 'not there', needs, phase, input: null };
}

describe('a plan as text', () => {
  it('has a line an operation, phase by phase, with runs of needs shortened', () => {
    const plan: Plan = {
      lab: 'bgp-rr',
      engine: 'netns',
      operations: [
        operation(1, 'namespaces', 'holder', []),
        operation(2, 'links', 'links', [1]),
        operation(3, 'daemons', 'bird:worker', [2]),
        operation(4, 'links', 'pods', [2]),
        operation(5, 'sessions', 'sessions', [4, 3, 1, 2]),
        operation(6, 'routes', 'routes', [2, 5, 4]),
      ],
    };

    expect(planText(plan)).toBe(`bgp-rr: 6 operations on engine netns
namespaces:
  #1 holder, make, not there
links:
  [1] -> #2 links, make, not there
  [2] -> #4 pods, make, not there
daemons:
  [2] -> #3 bird:worker, make, not there
sessions:
  [1-4] -> #5 sessions, make, not there
routes:
  [2,4,5] -> #6 routes, make, not there
`);
  });

  it('says that nothing differs', () => {
    expect(planText({ lab: 'bgp-rr', engine: 'netns', operations: [] })).toBe(
      'bgp-rr: nothing to do, the lab is as the file says (netns)\n',
    );
  });
});

describe('a time line', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [59_994, '59.99 s'],
    [59_996, '1 min 00 s'],
    [125_000, '2 min 05 s'],
  ])('writes %d milliseconds', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('shows when each phase ended and how long after the one before', () => {
    const timeline = [
      { phase: 'plan', ms: 200 },
      { phase: 'links', ms: 350 },
      { phase: 'total', ms: 360 },
    ];

    expect(timelineText(timeline)).toBe(
      'PHASE   DONE AFTER\nplan    200 ms       +200 ms\nlinks   350 ms       +150 ms\ntotal   360 ms\n',
    );
  });
});

describe('findings', () => {
  const findings: readonly Finding[] = [
    {
      id: 'subuid',
      level: 'missing',
      message: 'no subordinate ids',
      cause: '/etc/subuid has none',
      fix: ['sudo', 'usermod', '--x', 'a b'],
    },
    { id: 'kernel', level: 'ok', message: 'the kernel can do it' },
  ];

  it('puts what is missing last, with the command to paste', () => {
    expect(findingsText(findings)).toBe(`ok       the kernel can do it [kernel]
MISSING  no subordinate ids [subuid]
         because /etc/subuid has none
         fix: sudo usermod --x 'a b'
1 missing; labctl doctor --fix runs the commands above, each after asking.
`);
  });

  it('says when there is nothing to do', () => {
    expect(findingsText(findings.slice(1))).toContain('This machine is ready.');
  });

  it('quotes for a shell', () => {
    expect(pasteable(['echo', "it's", '', 'a=b'])).toBe(`echo 'it'\\''s' '' a=b`);
  });
});

describe('a table', () => {
  it('has nothing behind its last column', () => {
    expect(
      textTable(
        ['A', 'LONGER'],
        [
          ['wide one', 'x'],
          ['y', ''],
        ],
      ),
    ).toBe('A          LONGER\nwide one   x\ny\n');
  });
});
