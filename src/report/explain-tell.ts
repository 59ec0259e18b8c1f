// Owns turning a walk into what is told: per machine its questions, their answers in words, and the headers that result.

import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import type { CaptureEvidence } from '../evidence/capture.ts';
import type { ExplainEvidence } from '../evidence/explain.ts';
import type { Frame, Packet, Step, Walk } from '../evidence/walk.ts';
import { encapsulationText } from './capture-table.ts';
import { type ToldStep, tellStep } from './explain-answers.ts';
import { type SentenceName, say } from './explain-words.ts';
import type { Language } from './languages.ts';

export type { ToldStep } from './explain-answers.ts';

/** One machine's part. */
export interface ToldHop {
  readonly machine: string;
  readonly steps: readonly ToldStep[];
  /** The headers outermost first, as the packet leaves; undefined where it does not. */
  readonly headers: readonly string[] | undefined;
  /** What a capture saw of it here. */
  readonly seen: readonly string[];
  /** A line of the table under `headings`, without its number. */
  readonly row: readonly string[];
}

/** One way, there or back. */
export interface ToldWay {
  readonly title: string;
  readonly hops: readonly ToldHop[];
}

/** A whole explanation in one language. */
export interface Told {
  readonly title: string;
  readonly ways: readonly ToldWay[];
  readonly headings: readonly string[];
  readonly summary: string;
  readonly leavesAs: string;
  readonly captured: string;
  readonly closing: string;
}

const headings = [
  'headHop',
  'headMachine',
  'headEntry',
  'headOut',
  'headEthernet',
  'headTtl',
  'headWrapping',
] as const satisfies readonly SentenceName[];

/** Tells an explanation in one language. */
export function tellExplanation(design: Design, evidence: ExplainEvidence, language: Language): Told {
  const shown = (machine: string): string => shownName(design, machine);
  const words = (name: SentenceName): string => say(language, name);
  const ends = { from: shown(evidence.from.machine), to: shown(evidence.to.machine) };
  return {
    title: say(language, isConnection(evidence) ? 'titleService' : 'title', { lab: design.lab, ...ends }),
    ways: evidence.walks.map((walk) => tellWay(walk, evidence.capture, language, shown)),
    headings: headings.map(words),
    summary: words('summary'),
    leavesAs: words('headers'),
    captured: words('seen'),
    closing: closingOf(evidence, language),
  };
}

/** True when the walk gets there and back. */
export function arrives(evidence: ExplainEvidence): boolean {
  return evidence.walks.length === 2 && evidence.walks.every((walk) => walk.arrivedAt !== undefined);
}

function isConnection({ walks }: ExplainEvidence): boolean {
  return walks[0]?.packet.port !== undefined;
}

function closingOf(evidence: ExplainEvidence, language: Language): string {
  if (isConnection(evidence)) {
    const { received, errors } = evidence.ping;
    if (received === 0) return say(language, 'unconnected', { said: errors.join('; ') || '-' });
    return say(language, arrives(evidence) ? 'connected' : 'connectedThough');
  }
  const reply = evidence.ping.replies[0];
  const told = evidence.walks[1]?.arrived?.ttl;
  if (!arrives(evidence) || told === undefined)
    return say(language, reply === undefined ? 'bothDead' : 'answeredThough');
  if (reply === undefined) return say(language, 'lostThough');
  if (reply.ttl === told) return say(language, 'sameTtl', { ttl: told });
  return say(language, 'otherTtl', { seen: reply.ttl, told });
}

function tellWay(
  walk: Walk,
  capture: CaptureEvidence | undefined,
  language: Language,
  shown: (machine: string) => string,
): ToldWay {
  const hops: ToldHop[] = [];
  const { source, destination } = walk.packet.ip;
  for (const steps of byMachine(walk.steps)) {
    const machine = steps[0]!.machine;
    const frame = steps.findLast((step) => step.kind === 'neighbor')?.frame;
    const routes = steps.filter((step) => step.kind === 'route');
    const last = steps.at(-1)!;
    hops.push({
      machine: shown(machine),
      steps: steps.map((step) => tellStep(step, language, shown)),
      headers: frame === undefined ? undefined : headersOf(frame),
      seen: seenAt(machine, walk.packet.echo, capture, language),
      row: [shown(machine), decidedBy(routes[0] ?? last), outOf(last, routes), ...frameCells(frame, language)],
    });
  }
  return { title: say(language, walk.packet.echo, { source, destination }), hops };
}

function byMachine(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const group = groups.at(-1);
    if (group?.[0]?.machine === step.machine) group.push(step);
    else groups.push([step]);
  }
  return groups;
}

/** The entry as it was read; of several next hops, the one that was taken. */
function decidedBy(step: Step): string {
  const [first = '', ...others] = (step.asked.at(0)?.answer ?? '').split('\n').map((line) => line.trim());
  if (step.kind === 'dead') return `${first} (${step.end.reason})`.trim();
  const { via, dev } = step.kind === 'route' ? step.hop : {};
  const taken = others.find((line) => line.includes(`via ${via} dev ${dev} `));
  return taken === undefined ? first : `${first} ${taken}`;
}

function outOf(last: Step, routes: readonly { readonly hop: { readonly dev: string } }[]): string {
  return last.kind === 'switch' ? (last.port ?? '') : [...new Set(routes.map((step) => step.hop.dev))].join(', ');
}

function frameCells(frame: Frame | undefined, language: Language): readonly string[] {
  if (frame === undefined) return ['', '', ''];
  const { ethernet, packet } = frame;
  const { wrapper } = packet;
  const outer = wrapper && { ...wrapper.ip, vni: wrapper.kind === 'vxlan' ? wrapper.vni : undefined };
  const wrapping = wrapper === undefined ? say(language, 'plain') : encapsulationText(wrapper.kind, outer);
  return [`${ethernet.source ?? '?'} > ${ethernet.destination}`, String(packet.ip.ttl), wrapping];
}

/** The headers of a frame, outermost first. */
export function headersOf({ ethernet, packet }: Frame): readonly string[] {
  const { wrapper } = packet;
  const ethernetText = (header: Frame['ethernet']): string =>
    `Ethernet ${header.source ?? '?'} > ${header.destination}`;
  const inner = [ipText(packet.ip), echoText(packet)];
  if (wrapper === undefined) return [ethernetText(ethernet), ...inner];
  const outer = [ethernetText(ethernet), ipText(wrapper.ip)];
  if (wrapper.kind === 'ipip') return [...outer, ...inner];
  return [...outer, `UDP > ${wrapper.port}`, `VXLAN ${wrapper.vni}`, ethernetText(wrapper.ethernet), ...inner];
}

function ipText({ source, destination, ttl }: Packet['ip']): string {
  const version = destination.includes(':') ? 'IPv6' : 'IPv4';
  return `${version} ${source} > ${destination} ttl ${ttl}`;
}

function echoText({ echo, ip, port }: Packet): string {
  if (port !== undefined) return `TCP ${echo === 'request' ? 'to' : 'from'} port ${port}`;
  return `${ip.destination.includes(':') ? 'ICMPv6' : 'ICMP'} echo ${echo}`;
}

function seenAt(
  machine: string,
  echo: Packet['echo'],
  capture: CaptureEvidence | undefined,
  language: Language,
): readonly string[] {
  return (capture?.lines ?? [])
    .filter((line) => line.point.machine === machine && line.packet.kind === echo)
    .map(({ point, direction, packet: seen, sinceFirst }) => {
      const addresses = `${seen.source} > ${seen.destination} ttl ${seen.ttl}`;
      const isPlain = seen.outer === undefined;
      const wrapping = isPlain ? say(language, 'plain') : encapsulationText(seen.wrapping, seen.outer);
      return `${point.interface} ${direction}: ${addresses}, ${wrapping}, +${(sinceFirst / 1000).toFixed(1)} us`;
    });
}
