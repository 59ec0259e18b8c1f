// Owns what was said on BGP sessions after a change, as rows: a row a direction of a session, keepalives left out.

import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import type { BgpEvent, BgpWord } from '../evidence/bgp-heard.ts';
import { count } from './plan-text.ts';

/** Rows of from, to, first, last, and what was said. What a speaker sent and its peer did not hear is told. */
export function bgpTable(design: Design, events: readonly BgpEvent[]): readonly (readonly string[])[] {
  const sessions = new Map<string, { readonly ends: readonly [string, string]; readonly events: BgpEvent[] }>();
  for (const event of events) {
    if (event.word.kind === 'keepalive') continue;
    const ends =
      event.direction === 'out' ? ([event.machine, event.peer] as const) : ([event.peer, event.machine] as const);
    const known = sessions.get(ends.join(' ')) ?? { ends, events: [] };
    known.events.push(event);
    sessions.set(ends.join(' '), known);
  }
  return [...sessions.values()].map(({ ends: [from, to], events: own }) => {
    const [sent, heard] = (['out', 'in'] as const).map((way) => own.filter(({ direction }) => direction === way));
    const told = sent!.length > 0 ? sent! : heard!;
    const times = told.map(({ time }) => time);
    const unheard = heard!.length < sent!.length ? `, ${sent!.length - heard!.length} not heard` : '';
    return [
      shownName(design, from),
      shownName(design, to),
      `${Math.round(Math.min(...times))} ms`,
      `${Math.round(Math.max(...times))} ms`,
      `${saidText(told.map(({ word }) => word))}${unheard}`,
    ];
  });
}

function saidText(words: readonly BgpWord[]): string {
  const parts = new Map<string, number>();
  let [announced, withdrawn, updates] = [0, 0, 0];
  for (const word of words) {
    if (word.kind === 'update') {
      updates++;
      announced += word.announced.length;
      withdrawn += word.withdrawn.length;
    } else parts.set(wordText(word), (parts.get(wordText(word)) ?? 0) + 1);
  }
  const prefixes = [announced > 0 ? `+${announced}` : '', withdrawn > 0 ? `-${withdrawn}` : ''].filter(
    (part) => part !== '',
  );
  const update = `${count(updates, 'UPDATE')}${prefixes.length === 0 ? '' : ` (${prefixes.join(' ')})`}`;
  const others = [...parts].map(([text, times]) => (times === 1 ? text : `${times} ${text}`));
  return [...others, ...(updates > 0 ? [update] : [])].join(', ');
}

/** One thing said, in the field's words. */
export function wordText(word: BgpWord): string {
  switch (word.kind) {
    case 'update':
      if (word.withdrawn.length > 0) return 'withdrawal';
      return word.announced.length > 0 ? 'UPDATE' : 'End-of-RIB';
    case 'notification':
      return `NOTIFICATION ${notificationText(word.code, word.subcode)}`;
    case 'closed':
      return 'connection closed';
    default:
      return word.kind.toUpperCase();
  }
}

/** RFC 4271 section 4.5; of Cease RFC 4486 section 4, RFC 8538 (Hard Reset) and RFC 9384 (BFD Down). */
const errors = ['', 'Message Header Error', 'OPEN Message Error', 'UPDATE Message Error', 'Hold Timer Expired'];
const ceases = [
  ...['', 'Maximum Number of Prefixes Reached', 'Administrative Shutdown', 'Peer De-configured'],
  ...['Administrative Reset', 'Connection Rejected', 'Other Configuration Change'],
  ...['Connection Collision Resolution', 'Out of Resources', 'Hard Reset', 'BFD Down'],
];

function notificationText(code: number, subcode: number): string {
  if (code === 6) return `Cease/${ceases[subcode] || subcode}`;
  return code === 5 ? 'Finite State Machine Error' : errors[code] || `${code}/${subcode}`;
}
