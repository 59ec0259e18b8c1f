// Owns a capture as one JSON document.

import type { CaptureEvidence } from '../evidence/capture.ts';
import { capturedPath } from '../evidence/captured-path.ts';

/** A capture as data: the same facts as the table, times in nanoseconds, no packet bytes. */
export function captureJson(
  lab: string,
  evidence: CaptureEvidence,
  saved?: { readonly folder: string; readonly files: readonly string[] },
): string {
  const { outcome, there, back } = capturedPath(evidence);
  const document = {
    apiVersion: 'labctl.dev/v1alpha1',
    kind: 'Capture',
    lab,
    from: evidence.from,
    to: evidence.to,
    outcome,
    there,
    back,
    ping: evidence.ping,
    hops: evidence.lines.map(({ point, direction, echo, sinceFirst }) => ({
      point: point.name,
      machine: point.machine,
      interface: point.interface,
      direction,
      kind: echo.kind,
      sequence: echo.sequence,
      source: echo.source,
      destination: echo.destination,
      ttl: echo.ttl,
      encapsulation: echo.wrapping,
      outer: echo.outer,
      sinceFirstNs: sinceFirst,
    })),
    points: evidence.points.map(({ point, packets, missed, isSeen }, index) => ({
      name: point.name,
      machine: point.machine,
      interface: point.interface,
      role: point.role,
      isSeen,
      packets,
      missed,
      file: saved?.files[index],
    })),
    folder: saved?.folder,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
