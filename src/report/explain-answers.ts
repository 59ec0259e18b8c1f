// Owns one step of a walk in words: the question, what was typed and read, and the answer.

import type { DeadEnd, Step } from '../evidence/walk.ts';
import { type SentenceName, say } from './explain-words.ts';
import type { Language } from './languages.ts';

/** One question with its answer. */
export interface ToldStep {
  /** Undefined for a dead end that no question led to. */
  readonly question: string | undefined;
  /** What can be typed again, and what it printed. */
  readonly asked: readonly { readonly command: string; readonly answer: string }[];
  readonly answer: string;
}

type Facts = Readonly<Record<string, unknown>>;
type Tell = (name: SentenceName, facts: Facts) => string;
type Of<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

/** Tells one step; `shown` gives machines the names people type. */
export function tellStep(step: Step, language: Language, shown: (machine: string) => string): ToldStep {
  const tell: Tell = (name, facts) => say(language, name, { ...facts, machine: shown(step.machine) });
  const asked = askedIn(step).map(({ argv, answer, machine }) => ({
    command: `${shown(machine)}$ ${argv.join(' ')}`,
    answer,
  }));
  const told = (question: SentenceName | undefined, answer: string, facts: Facts = step): ToldStep => ({
    question: question === undefined ? undefined : tell(question, facts),
    asked,
    answer,
  });
  switch (step.kind) {
    case 'route':
      return told('askRoute', routeAnswer(step, tell, language === 'zh' ? '' : ' '));
    case 'reverse-path':
      return told('askReversePath', tell(step.mode === 1 ? 'reverseStrict' : 'reverseLoose', step));
    case 'translated':
      return told('askTranslation', tell('translated', step));
    case 'service':
      return told('askService', tell(step.count > 1 ? 'serviceSeveral' : 'serviceOne', step));
    case 'source-back':
      return told('askTranslation', tell('sourceBack', step));
    case 'translated-back':
      return told('askBack', tell('translatedBack', step));
    case 'neighbor':
      return told('askNeighbor', neighborAnswer(step, tell, shown));
    case 'switch':
      return told(
        'askPort',
        tell(step.port === undefined ? 'portHeld' : 'portLearned', { ...step, to: shown(step.to) }),
      );
    case 'wrapped':
      return told('askTunnelEnd', wrappedAnswer(step, tell));
    case 'unwrapped':
      return told('askTaker', unwrappedAnswer(step, tell), { address: step.wrapper.ip.destination });
    case 'arrived':
      return told('askTaker', tell('arrived', step));
    case 'dead':
      return told(deadQuestion(step.end), deadAnswer(step.end, tell, shown), step.end);
  }
}

function askedIn(step: Step): readonly (Step['asked'][number] & { readonly machine: string })[] {
  const own = step.asked.map((asked) => ({ ...asked, machine: step.machine }));
  if (step.kind !== 'neighbor' || step.proxy === undefined) return own;
  const { machine, asked } = step.proxy;
  return [...own, ...asked.map((one) => ({ ...one, machine }))];
}

const writers: Readonly<Record<string, SentenceName>> = {
  bird: 'byBird',
  bgp: 'byBgp',
  '80': 'byFelix',
  kernel: 'byKernel',
};

function routeAnswer({ entry, hop, address, ttl, isOuter, isCertain }: Of<'route'>, tell: Tell, space: string) {
  const [before, after] = ttl;
  const facts = { prefix: entry.prefix, via: hop.via, dev: hop.dev, address, before, after, count: entry.hops.length };
  const isDefault = entry.prefix === '0.0.0.0/0' || entry.prefix === '::/0';
  const parts = [tell(hop.via === undefined ? 'routeConnected' : isDefault ? 'routeDefault' : 'routeVia', facts)];
  if (entry.hops.length > 1) parts[0] = tell(isCertain ? 'routeSeveral' : 'routeUncertain', facts);
  const isVxlan = entry.protocol === undefined && hop.dev.startsWith('vxlan');
  const writer = isVxlan ? 'byFelixVxlan' : writers[entry.protocol ?? ''];
  if (writer !== undefined) parts.push(tell(writer, {}));
  parts.push(tell(before === after ? 'ttlStart' : isOuter ? 'ttlOuter' : 'ttlForward', facts));
  return parts.join(space);
}

function neighborAnswer(step: Of<'neighbor'>, tell: Tell, shown: (machine: string) => string): string {
  const owner = shown(step.owner);
  if (step.owner === '') return tell('neighborNobody', step);
  if (step.proxy !== undefined) return tell('neighborProxy', { ...step, owner, dev: step.proxy.dev });
  return tell(step.state === 'PERMANENT' ? 'neighborPermanent' : 'neighborAnswered', { ...step, owner });
}

function wrappedAnswer({ wrapper, dev }: Of<'wrapped'>, tell: Tell): string {
  const facts = { dev, source: wrapper.ip.source, end: wrapper.ip.destination, ttl: wrapper.ip.ttl };
  if (wrapper.kind === 'ipip') return tell('wrappedIpip', facts);
  const { port, vni, ethernet } = wrapper;
  return tell('wrappedVxlan', { ...facts, port, vni, mac: ethernet.destination });
}

function unwrappedAnswer({ wrapper, dev, packet }: Of<'unwrapped'>, tell: Tell): string {
  const facts = { dev, ttl: packet.ip.ttl };
  if (wrapper.kind === 'ipip') return tell('unwrappedIpip', facts);
  return tell('unwrappedVxlan', { ...facts, port: wrapper.port, vni: wrapper.vni });
}

function deadQuestion({ reason }: DeadEnd): SentenceName | undefined {
  switch (reason) {
    case 'no-neighbor':
      return 'askNeighbor';
    case 'reverse-path':
      return 'askReversePath';
    case 'no-tunnel':
      return 'askTaker';
    case 'not-learned':
      return 'askPort';
    case 'no-route':
    case 'refused-by-route':
    case 'not-forwarding':
    case 'ttl':
      return 'askRoute';
    default:
      return undefined;
  }
}

function deadAnswer(end: DeadEnd, tell: Tell, shown: (machine: string) => string): string {
  switch (end.reason) {
    case 'no-route':
      return tell('deadNoRoute', end);
    case 'refused-by-route':
      return tell(end.type === 'blackhole' ? 'deadBlackhole' : 'deadRefused', end);
    case 'reverse-path':
      return tell('deadReversePath', end);
    case 'not-forwarding':
      return tell('deadNotForwarding', end);
    case 'ttl':
      return tell('deadTtl', end);
    case 'loop':
      return tell('deadLoop', { machines: end.machines.map(shown).join(', ') });
    case 'no-neighbor':
      return tell('deadNoNeighbor', end);
    case 'no-tunnel-end':
      return tell('deadNoTunnelEnd', end);
    case 'no-wire':
      return tell('deadNoWire', end);
    case 'not-learned':
      return tell('deadNotLearned', end);
    case 'other-mac':
      return tell('deadOtherMac', end);
    case 'no-tunnel':
      return tell('deadNoTunnel', end);
  }
}
