// Owns a capture as one JSON document.

import { capturedPath, lossesOf } from '../evidence/captured-path.ts';
import { delaysOf, percentile } from './capture-delays.ts';
import type { CaptureReport } from './capture-report.ts';

/** A capture as data: the same facts as the table, times in nanoseconds, no packet bytes. */
export function captureJson({ lab, evidence, expected, cause, saved, page }: CaptureReport): string {
  const { outcome, there, back } = capturedPath(evidence);
  const losses = lossesOf(evidence).map(({ last: [line], ...loss }) => ({ ...loss, lastSeen: line?.point.name }));
  const document = {
    apiVersion: 'labctl.dev/v1alpha1',
    kind: 'Capture',
    lab,
    from: evidence.from,
    to: evidence.to,
    outcome,
    there,
    back,
    losses,
    probe: { ...evidence.probe, ...evidence.result },
    filter: evidence.filter,
    isInterrupted: evidence.isInterrupted,
    followed: evidence.followed,
    expected,
    cause,
    hops: evidence.lines.map(({ point, direction, packet, sinceFirst }) => ({
      point: point.name,
      machine: point.machine,
      interface: point.interface,
      direction,
      kind: packet.kind,
      packet: packet.packet,
      sequence: packet.sequence,
      what: packet.what,
      source: packet.source,
      destination: packet.destination,
      ttl: packet.ttl,
      encapsulation: packet.wrapping,
      outer: packet.outer,
      sourceMac: packet.sourceMac,
      destinationMac: packet.destinationMac,
      length: packet.length,
      ipId: packet.ipId,
      isUnfragmentable: packet.isUnfragmentable,
      note: packet.note,
      sinceFirstNs: sinceFirst,
    })),
    delays: delaysOf(evidence.lines).map(({ samples, ...step }) => ({
      ...step,
      packets: samples.length,
      minNs: percentile(samples, 0),
      medianNs: percentile(samples, 0.5),
      p95Ns: percentile(samples, 0.95),
    })),
    readyMs: Math.round(evidence.readyMs),
    points: evidence.points.map(({ point, packets, missed, isSeen, mtu }, index) => ({
      name: point.name,
      machine: point.machine,
      interface: point.interface,
      role: point.role,
      mtu,
      isSeen,
      packets,
      missed,
      file: saved?.files[index],
    })),
    down: evidence.down.map(({ name }) => name),
    folder: saved?.folder,
    merged: saved?.merged,
    page,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
