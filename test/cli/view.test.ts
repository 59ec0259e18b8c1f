import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { RunView } from '../../src/app/context.ts';
import { jsonView } from '../../src/cli/view/json.ts';
import { plainView } from '../../src/cli/view/plain.ts';
import { quietView } from '../../src/cli/view/quiet.ts';
import { ttyView } from '../../src/cli/view/tty.ts';
import type { Operation, Plan } from '../../src/plan/plan.ts';

function operation(id: number, phase: Operation['phase'], resource: string): Operation {
  return { id, verb: 'make', resource, cause: 'not there', needs: [], phase, input: null };
}

const [holder, link0, link1, sessions] = [
  operation(1, 'namespaces', 'holder'),
  operation(2, 'links', 'link:a'),
  operation(3, 'links', 'link:b'),
  operation(4, 'sessions', 'sessions'),
] as const;
const plan: Plan = { lab: 'bgp-rr', engine: 'netns', operations: [holder, link0, link1, sessions] };

/** A whole run; the clock is the test's. */
function play(view: RunView, at: (ms: number) => void, fails: boolean): void {
  view.begin(plan);
  for (const step of [holder, link0, link1]) view.event({ kind: 'start', operation: step });
  at(40);
  view.event({ kind: 'done', operation: holder, ms: 40 });
  view.event({ kind: 'done', operation: link0, ms: 40 });
  at(55);
  if (fails) {
    view.event({ kind: 'failed', operation: link1, error: new Error('no veth') });
    return;
  }
  view.event({ kind: 'done', operation: link1, ms: 55 });
  view.event({ kind: 'start', operation: sessions });
  for (const [ms, seen] of [
    [100, 1],
    [1200, 3],
    [1300, 4],
    [2400, 8],
  ] as const) {
    at(ms);
    view.event({ kind: 'progress', operation: sessions, line: `${seen} of 8 sessions Established` });
  }
  view.note('warning: x');
  view.event({ kind: 'done', operation: sessions, ms: 2345 });
}

function played(make: (write: (text: string) => void, now: () => number) => RunView, fails = false): string {
  let text = '';
  let now = 0;
  const view = make(
    (more) => {
      text += more;
    },
    () => now,
  );
  play(
    view,
    (ms) => {
      now = ms;
    },
    fails,
  );
  return text;
}

describe('plain lines', () => {
  it('are one a phase, with progress at most once a second', () => {
    expect(played((write, now) => plainView({ write, now, everyOperation: false }))).toBe(`namespaces: 40 ms
links: 2 steps, 55 ms
sessions: 3 of 8 sessions Established
sessions: 8 of 8 sessions Established
warning: x
sessions: 2.35 s
`);
  });

  it('are one an operation with -v, with its cause', () => {
    const text = played((write, now) => plainView({ write, now, everyOperation: true }));

    expect(text).toContain('#2 make link:a: not there\n');
    expect(text).toContain('#3 link:b: 55 ms\n');
  });

  it('name what failed, once a phase', () => {
    const text = played((write, now) => plainView({ write, now, everyOperation: false }), true);

    expect(text).toBe('namespaces: 40 ms\nlinks: link:b failed: no veth\n');
  });
});

describe('other views', () => {
  it('leave stdout to the document and say only notes and failures', () => {
    expect(played((write) => jsonView(write))).toBe('warning: x\n');
    expect(played((write) => jsonView(write), true)).toBe('link:b failed: no veth\n');
  });

  it('say nothing with -q', () => {
    expect(played(() => quietView(), true)).toBe('');
  });
});

describe('a terminal', () => {
  async function drawn(fails: boolean): Promise<string> {
    const stream = Object.assign(new PassThrough(), { columns: 100, rows: 40, isTTY: true });
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    let now = 0;
    const view = ttyView(stream as unknown as NodeJS.WriteStream, () => now);
    play(
      view,
      (ms) => {
        now = ms;
      },
      fails,
    );
    await view.end();
    await view.end();
    await new Promise((resolve) => setImmediate(resolve));
    return text.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '');
  }

  it('ends with every phase, its count and its time, and the notes below', async () => {
    const text = await drawn(false);
    const last = text.slice(text.lastIndexOf('namespaces'));

    expect(last).toContain('links (2/2) 55 ms');
    expect(last).toContain('sessions 2.35 s');
    expect(last.trimEnd().endsWith('warning: x')).toBe(true);
  });

  it('ends when a run ends half-way, and names what failed', async () => {
    const text = await drawn(true);

    expect(text).toContain('link:b: no veth');
    expect(text).toContain('sessions: not finished');
  });
});
