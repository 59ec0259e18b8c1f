// Owns what an explanation is told from: one echo sent, and the walk there and back read from the live lab.

import { type Family, familyOf } from '../base/address.ts';
import { LabError } from '../base/errors.ts';
import { primaryAddressOf } from '../design/address-book.ts';
import type { Design, Machine } from '../design/design.ts';
import { type PingResult, ping } from '../host/ping.ts';
import type { Engine } from '../plan/engine.ts';
import { type CaptureEvidence, captureProbe } from './capture.ts';
import { endsOf } from './ends.ts';
import { lookupsIn } from './lookups.ts';
import { pointsBetween } from './points.ts';
import type { Walk } from './walk.ts';
import { startTtl, walkPacket } from './walk-packet.ts';

/** Everything an explanation says. */
export interface ExplainEvidence {
  readonly from: { readonly machine: string; readonly address: string };
  readonly to: { readonly machine: string; readonly address: string };
  readonly family: Family;
  /** The request, then the reply when the request arrived. */
  readonly walks: readonly Walk[];
  /** The echo that was sent before the tables were read: it fills in neighbor entries, and shows whether the walk is true. */
  readonly ping: PingResult;
  /** Undefined unless it was asked for. */
  readonly capture: CaptureEvidence | undefined;
}

/** What is to be explained. */
export interface ExplainRequest {
  readonly design: Design;
  readonly from: Machine;
  readonly to: Machine;
  /** Undefined: the first family that the destination has. */
  readonly family?: Family | undefined;
  readonly withCapture: boolean;
  readonly signal: AbortSignal;
}

/** Sends an echo, then asks every machine on its way what it did. Both ends must have an address of the family. */
export async function explainPath(
  engine: Pick<Engine, 'tap' | 'shell'>,
  request: ExplainRequest,
): Promise<ExplainEvidence> {
  const { design, from, to, signal } = request;
  const destination = primaryAddressOf(to, request.family);
  if (destination === undefined) throw new TypeError(`${to.name} has no such address`);
  const family = familyOf(destination);
  const lookups = lookupsIn(design, (machine) => engine.shell(machine), signal);
  const capture = request.withCapture
    ? await captureProbe(engine, {
        ...endsOf(from, to, family),
        points: pointsBetween(design, from, to, family),
        probe: { kind: 'echo', count: 1 },
        signal,
      })
    : undefined;
  const shell = engine.shell(from.name);
  const sent = capture?.result ?? (await ping(shell, { to: destination, waitSeconds: 1, signal }));
  const source = (await lookups.route(from.name, { to: destination })).way?.source ?? primaryAddressOf(from, family);
  if (source === undefined) throw new LabError('USAGE', `${from.name} has no IPv${family} address`);
  const translations = new Map<string, string>();
  const ip = { source, destination, ttl: await startTtl(lookups, from.name, family) };
  const there = await walkPacket(lookups, from.name, { echo: 'request', ip, wrapper: undefined }, translations);
  const walks = [there];
  if (there.arrived !== undefined && there.arrivedAt !== undefined) {
    const ttl = await startTtl(lookups, there.arrivedAt, family);
    const answer = { source: there.arrived.destination, destination: there.arrived.source, ttl };
    const packet = { echo: 'reply', ip: answer, wrapper: undefined } as const;
    walks.push(await walkPacket(lookups, there.arrivedAt, packet, translations));
  }
  return {
    from: { machine: from.name, address: source },
    to: { machine: to.name, address: destination },
    family,
    walks,
    ping: sent,
    capture,
  };
}
