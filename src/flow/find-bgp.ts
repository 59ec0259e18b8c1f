// Owns findings about routing protocols: whose session it is, how it ended, and what BFD said.

import { notificationText } from '../packet/bgp-notification.ts';
import { type Finding, findingOf } from './finding.ts';
import type { SeenBgp } from './ledger.ts';
import type { Correlation } from './paths.ts';

/**
 * Sessions between speakers whose AS numbers are known: from their OPENs, else from their UPDATEs. The first AS of a path is its
 * sender's own toward another AS (RFC 4271 section 5.1.2), and only inside an AS there is a local preference (section 5.1.5).
 */
export function bgpSessions({ correlator }: Correlation): readonly Finding[] {
  const findings: Finding[] = [];
  const speakers = new Map<string, Map<string, Speaker>>();
  for (const seen of correlator.ledger.bgp) {
    const pair = [seen.source, seen.destination].sort().join(' and ');
    const known = speakers.get(pair) ?? new Map<string, Speaker>();
    speakers.set(pair, known);
    const before = known.get(seen.source);
    if (before?.id === undefined) known.set(seen.source, speakerOf(seen, before));
  }
  for (const [pair, known] of speakers) {
    const [a, b] = [...known.values()];
    if (a === undefined) continue;
    const isInternal = a.isInternal || b?.isInternal === true || (a.as !== undefined && a.as === b?.as);
    if (!isInternal && (b === undefined || a.as === undefined || b.as === undefined)) continue;
    const told = [...known].map(([address, { as, id, holdTime }]) => {
      const facts = [
        ...(as === undefined ? [] : [`AS ${as}`]),
        ...(id === undefined ? [] : [`id ${id}`, `hold ${holdTime} s`]),
      ];
      return facts.length === 0 ? address : `${address} (${facts.join(', ')})`;
    });
    const text = `${isInternal ? 'iBGP' : 'eBGP'} session between ${told.length < 2 ? pair : told.join(' and ')}`;
    const { point, frame } = a.seen;
    findings.push({ kind: 'bgp-session', text, packets: [{ point: correlator.points[point]!.name, frame }] });
  }
  return findings;
}

interface Speaker {
  readonly as: number | undefined;
  readonly id: string | undefined;
  readonly holdTime: number | undefined;
  readonly isInternal: boolean;
  readonly seen: SeenBgp;
}

function speakerOf(seen: SeenBgp, before: Speaker | undefined): Speaker {
  const { message } = seen;
  const first: Speaker = before ?? { as: undefined, id: undefined, holdTime: undefined, isInternal: false, seen };
  if (message.kind === 'open') {
    return { ...first, as: message.as, id: message.id, holdTime: message.holdTime, isInternal: false };
  }
  if (message.kind !== 'update') return first;
  if (message.localPref !== undefined) return { ...first, isInternal: true };
  const leading = /^\d+/.exec(message.asPath ?? '')?.[0];
  return leading === undefined ? first : { ...first, as: Number(leading) };
}

const collisionCode = 6;

/** NOTIFICATIONs: a Cease on one of two connections that both speakers opened is a collision (RFC 4271 section 6.8). */
export function bgpEnds({ correlator }: Correlation): readonly Finding[] {
  const { bgp } = correlator.ledger;
  const findings: Finding[] = [];
  const told = new Set<string>();
  for (const seen of bgp) {
    if (seen.message.kind !== 'notification') continue;
    const pair = [seen.source, seen.destination].sort().join(' and ');
    const { code, subcode, text: said } = seen.message;
    const opens = bgp.filter((other) => other.message.kind === 'open' && isBetween(other, seen));
    const connections = new Set(opens.map(({ sourcePort, destinationPort }) => Math.max(sourcePort, destinationPort)));
    const isCollision = code === collisionCode && connections.size > 1;
    const key = `${pair} ${isCollision ? 'collision' : `${code} ${subcode} ${seen.frame}`}`;
    if (told.has(key)) continue;
    told.add(key);
    const packets = [{ point: correlator.points[seen.point]!.name, frame: seen.frame }];
    const why = [...notificationText(code, subcode), ...(said === undefined ? [] : [`"${said}"`])];
    const text = isCollision
      ? `BGP session collision between ${pair}: both opened a connection, Cease closed the spare one; normal, not a fault (RFC 4271 section 6.8)`
      : [
          `${seen.source} closed the BGP session with ${seen.destination}: NOTIFICATION ${code}/${subcode}`,
          ...why,
        ].join(': ');
    findings.push({ kind: isCollision ? 'bgp-collision' : 'bgp-closed', text, packets });
  }
  return findings;
}

function isBetween(a: SeenBgp, b: SeenBgp): boolean {
  return (
    (a.source === b.source && a.destination === b.destination) ||
    (a.source === b.destination && a.destination === b.source)
  );
}

const bfdStates = ['AdminDown', 'Down', 'Init', 'Up'] as const;
/** RFC 5880 section 4.1. */
const bfdDiagnostics = [
  '',
  'control detection time expired',
  'echo function failed',
  'neighbor signaled session down',
  'forwarding plane reset',
  'path down',
  'concatenated path down',
  'administratively down',
  'reverse concatenated path down',
];

/** The states that each BFD speaker went through, as each point saw it. */
export function bfdStatesSeen({ correlator }: Correlation): readonly Finding[] {
  return [...correlator.ledger.bfd.values()].map(({ row, states }) => {
    const { source, destination, destinationPort } = correlator.flowAt(row);
    const words = states.map(({ state, diagnostic }) =>
      diagnostic === 0
        ? bfdStates[state]
        : `${bfdStates[state]} (${bfdDiagnostics[diagnostic] ?? `diagnostic ${diagnostic}`})`,
    );
    const hops = destinationPort === 4784 ? ' over several hops' : '';
    return findingOf(correlator, 'bfd', [row], `BFD${hops}: ${source} tells ${destination} ${words.join(', then ')}`);
  });
}
