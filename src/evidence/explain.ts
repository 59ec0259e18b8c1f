// Owns what an explanation is told from: one echo sent, and the walk there and back read from the live lab.

import { type Family, familyOf } from '../base/address.ts';
import { LabError } from '../base/errors.ts';
import type { Shell } from '../base/shell.ts';
import { primaryAddressOf } from '../design/address-book.ts';
import type { Design, Machine } from '../design/design.ts';
import { connect } from '../host/connect.ts';
import { type PingResult, ping } from '../host/ping.ts';
import type { Engine } from '../plan/engine.ts';
import { type CaptureEvidence, captureProbe } from './capture.ts';
import { endsOf } from './ends.ts';
import { lookupsIn } from './lookups.ts';
import { type PlannedPoint, pointsBetween } from './points.ts';
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
  readonly ping: Pick<PingResult, 'transmitted' | 'received' | 'replies' | 'errors'>;
  /** Undefined unless it was asked for. */
  readonly capture: CaptureEvidence | undefined;
}

/** The address and port of a service that is asked for, and where a connection to it may pass. */
export interface ExplainedService {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly points: readonly PlannedPoint[];
}

/** What is to be explained. */
export interface ExplainRequest {
  readonly design: Design;
  readonly from: Machine;
  readonly to: Machine;
  /** A service in front of `to`: then a connection is walked in place of an echo. */
  readonly service?: ExplainedService | undefined;
  /** Undefined: the first family that the destination has. */
  readonly family?: Family | undefined;
  readonly withCapture: boolean;
  readonly signal: AbortSignal;
}

/** Sends an echo, then asks every machine on its way what it did. Both ends must have an address of the family. */
export async function explainPath(
  engine: Pick<Engine, 'tap' | 'shell' | 'closed'>,
  request: ExplainRequest,
): Promise<ExplainEvidence> {
  const { design, from, to, service, signal } = request;
  const destination = service?.address ?? primaryAddressOf(to, request.family);
  if (destination === undefined) throw new TypeError(`${to.name} has no such address`);
  const family = familyOf(destination);
  const capture = request.withCapture
    ? await captureProbe(engine, {
        from: endsOf(from, to, family).from,
        to: { machine: to.name, address: destination },
        points: service?.points ?? pointsBetween(design, from, to, family),
        probe: service === undefined ? { kind: 'echo', count: 1 } : { kind: 'tcp', port: service.port, count: 1 },
        signal,
      })
    : undefined;
  const lookups = lookupsIn(design, engine, capture?.lines ?? [], signal);
  const shell = engine.shell(from.name);
  const sent = capture?.result ?? (await tryOnce(shell, destination, service?.port, signal));
  const source = (await lookups.route(from.name, { to: destination })).way?.source ?? primaryAddressOf(from, family);
  if (source === undefined) throw new LabError('USAGE', `${from.name} has no IPv${family} address`);
  const translations = new Map<string, string>();
  const ip = { source, destination, ttl: await startTtl(lookups, from.name, family) };
  const first = { echo: 'request', ip, wrapper: undefined, port: service?.port } as const;
  const there = await walkPacket(lookups, from.name, first, translations);
  const walks = [there];
  if (there.arrived !== undefined && there.arrivedAt !== undefined) {
    const ttl = await startTtl(lookups, there.arrivedAt, family);
    const answer = { source: there.arrived.destination, destination: there.arrived.source, ttl };
    const packet = { echo: 'reply', ip: answer, wrapper: undefined, port: service?.port } as const;
    walks.push(await walkPacket(lookups, there.arrivedAt, packet, translations));
  }
  return {
    from: { machine: from.name, address: source },
    to: { machine: service?.name ?? to.name, address: destination },
    family,
    walks,
    ping: sent,
    capture,
  };
}

/** One echo, or one connection. */
async function tryOnce(
  shell: Shell,
  to: string,
  port: number | undefined,
  signal: AbortSignal,
): Promise<ExplainEvidence['ping']> {
  if (port === undefined) return ping(shell, { to, waitSeconds: 1, signal });
  return { replies: [], ...(await connect(shell, { kind: 'tcp', to, port, from: 0, count: 1, payload: 0, signal })) };
}
