// Owns the check of a service from outside or inside: which pods answer, and whether they see who asked.

import { addressOf } from '../base/address.ts';
import { addressBookOf, shownName } from '../design/address-book.ts';
import { type Design, findMachine } from '../design/design.ts';
import { requestKey } from '../design/reference.ts';
import type { Evidence } from '../evidence/gather.ts';
import type { Failure } from './verdict.ts';

type RequestExpectation = Extract<Design['expect'][number], { kind: 'request' }>;

/** A `request:` line as a sentence without a verb. */
export function requestTitle(expectation: RequestExpectation): string {
  return `request from ${expectation.from} to ${targetText(expectation)}: ${wantedText(expectation)}`;
}

/** Judges a `request:` line: exactly the named pods answer, every request, and the source is as stated. */
export function judgeRequest(
  design: Design,
  expectation: RequestExpectation,
  evidence: Pick<Evidence, 'requests'>,
): readonly Failure[] {
  const answers = evidence.requests.get(requestKey(expectation)) ?? [];
  const pods = new Set(answers.flatMap((answer) => (answer.kind === 'answered' ? [answer.pod] : [])));
  const clients = new Set(answers.flatMap((answer) => (answer.kind === 'answered' ? [answer.client] : [])));
  const errors = new Set(answers.flatMap((answer) => (answer.kind === 'failed' ? [answer.error] : [])));
  const isAnsweredSo =
    pods.size === expectation.pods.length &&
    expectation.pods.every((pod) => pods.has(pod)) &&
    (pods.size === 0 ? errors.size > 0 : errors.size === 0);
  const own = ownAddresses(design, expectation.from);
  const isKept = [...clients].map((client) => own.has(client));
  const isSourceSo =
    expectation.source === undefined || isKept.every((kept) => kept === (expectation.source === 'kept'));
  if (isAnsweredSo && isSourceSo) return [];
  const book = addressBookOf(design);
  const named = [...clients].map(
    (client) => `${client} (${shownName(design, book.get(client)?.machine ?? 'unknown')})`,
  );
  const seen = [
    pods.size === 0 ? 'no answer' : `${[...pods].toSorted().join(' and ')} answered ${named.toSorted().join(' and ')}`,
    ...errors,
  ].join(', ');
  return [
    { what: `request to ${targetText(expectation)}`, where: expectation.from, expected: wantedText(expectation), seen },
  ];
}

function ownAddresses(design: Design, name: string): ReadonlySet<string> {
  const machine = findMachine(design, name);
  if (machine === undefined || machine.kind === 'switch') return new Set();
  if (machine.kind === 'pod') return new Set(machine.addresses.map(({ address }) => address));
  return new Set(machine.interfaces.flatMap(({ addresses }) => addresses.map(addressOf)));
}

function targetText({ service, by, node }: RequestExpectation): string {
  return `${service} by ${by}${node === undefined ? '' : ` of ${node}`}`;
}

function wantedText({ pods, source }: RequestExpectation): string {
  if (pods.length === 0) return 'no answer';
  return `${pods.join(' and ')} answer${pods.length === 1 ? 's' : ''}${source === undefined ? '' : `, source ${source}`}`;
}
