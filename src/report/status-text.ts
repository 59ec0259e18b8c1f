// Owns a running lab's state as text: nodes and routers, every session in calicoctl's words, and what is missing.

import type { Difference } from '../plan/converged.ts';
import type { KnownDifference } from '../plan/engine.ts';
import type { ObservedSession } from '../plan/observed.ts';
import { peerRows, shortSince } from './node-status.ts';
import { count } from './plan-text.ts';
import { textTable } from './text-table.ts';

/** What the text is made of; `app/status.ts` fills it. */
export interface StatusFacts {
  readonly lab: string;
  readonly variant: string | undefined;
  readonly title: string;
  readonly engine: string;
  readonly isBuilt: boolean;
  readonly calico: string;
  readonly isChanged: boolean;
  readonly backend: 'bird' | 'vxlan';
  readonly speakers: readonly {
    readonly name: string;
    readonly short: string;
    readonly kind: 'node' | 'router';
    readonly asNumber: number | undefined;
    readonly address: string;
    readonly sessions: { readonly expected: number; readonly established: number };
    readonly routes: { readonly expected: number; readonly seen: number };
  }[];
  readonly pods: readonly {
    readonly name: string;
    readonly node: string;
    readonly addresses: readonly string[];
    readonly interface: string;
  }[];
  readonly sessions: readonly ObservedSession[];
  readonly routes: { readonly expected: number; readonly seen: number };
  readonly missing: readonly Difference[];
  /** What is broken on purpose. */
  readonly failed: readonly { readonly name: string; readonly since: string }[];
}

/** Most sessions and missing things that are shown; a lab of 100 nodes has thousands. */
const shown = 60;

/** The state of a lab as people read it. */
export function statusText(facts: StatusFacts): string {
  const name = facts.variant === undefined ? facts.lab : `${facts.lab}:${facts.variant}`;
  const short = new Map(facts.speakers.map((speaker) => [speaker.name, speaker.short]));
  const state = facts.isBuilt ? 'running' : 'half-made';
  const parts = [
    `${name}: ${facts.title}\n${state} on engine ${facts.engine}, Calico ${facts.calico}${facts.isChanged ? ', objects changed by calicoctl' : ''}\n${backendText(facts)}`,
    speakersText(facts),
    textTable(
      ['POD', 'NODE', 'ADDRESS', 'INTERFACE'],
      facts.pods.map((pod) => [pod.name, short.get(pod.node) ?? pod.node, pod.addresses.join(' '), pod.interface]),
    ),
    sessionsText(facts.sessions, short),
    missingText(facts, short),
  ];
  return parts.join('\n');
}

/** What backend `vxlan` means for what the tables show (calico.md A.8). */
function backendText({ backend }: StatusFacts): string {
  if (backend === 'bird') return '';
  return "backend vxlan: no BIRD runs, so nodes have no BGP session and learn no subnet of the fabric; pods' routes are Felix's\n";
}

function speakersText(facts: StatusFacts): string {
  return textTable(
    ['MACHINE', 'KIND', 'AS', 'ADDRESS', 'SESSIONS', 'ROUTES'],
    facts.speakers.map(({ short, kind, asNumber, address, sessions, routes }) => [
      short,
      kind,
      String(asNumber ?? '-'),
      address,
      `${sessions.established}/${sessions.expected}`,
      `${routes.seen}/${routes.expected}`,
    ]),
  );
}

/** One row an end; a router's session has no name that tells its type. */
function sessionsText(sessions: readonly ObservedSession[], short: ReadonlyMap<string, string>): string {
  const rows = sessions
    .slice(0, shown)
    .map((session) => [
      short.get(session.machine) ?? session.machine,
      session.peer,
      typeOf(session),
      session.state,
      shortSince(session.since),
      session.info.split(/\s+/).join(' '),
    ]);
  const rest = sessions.length - shown;
  const more = rest > 0 ? `and ${rest} more (--format json shows all)\n` : '';
  return `${textTable(['ON', 'PEER ADDRESS', 'PEER TYPE', 'STATE', 'SINCE', 'INFO'], rows)}${more}`;
}

function typeOf(session: ObservedSession): string {
  const [row] = peerRows([session], session.peer.includes(':') ? 6 : 4);
  if (row !== undefined) return row.type;
  return session.remoteAs === undefined ? 'router' : `router to AS ${session.remoteAs}`;
}

function missingText(facts: StatusFacts, short: ReadonlyMap<string, string>): string {
  const { routes } = facts;
  const ends = facts.missing.filter(({ kind }) => kind === 'session').length;
  const sessions =
    ends === 0 ? 'every expected session is Established' : `${count(ends, 'session end')} not Established`;
  const broken = facts.failed.map(
    ({ name, since }) => `broken on purpose since ${since}: ${name} (labctl heal mends it)`,
  );
  const lines = [...broken, `${sessions}; ${routes.seen} of ${routes.expected} expected routes seen`];
  const others = facts.sessions.filter(({ isEstablished }) => !isEstablished).length - ends;
  if (others > 0)
    lines.push(`${count(others, 'session end')} not Established, and not expected to be with these objects`);
  for (const { where, what, kind, expected, seen: found } of facts.missing.slice(0, shown)) {
    lines.push(`${kind} ${what} on ${short.get(where) ?? where}`, `  expected: ${expected}`, `  seen:     ${found}`);
  }
  if (facts.missing.length > shown) lines.push(`and ${facts.missing.length - shown} more`);
  return `${lines.join('\n')}\n`;
}

/** The list of known differences as text. */
export function differencesText(engine: string, differences: readonly KnownDifference[]): string {
  const lines = [`What the ${engine} engine shows otherwise than a real Calico cluster:`, ''];
  for (const { id, what, why } of differences) lines.push(`[${id}] ${what}`, `    because ${why}`);
  return `${lines.join('\n')}\n`;
}
