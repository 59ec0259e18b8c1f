// Owns the command `capture`.

import { capture } from '../../app/capture.ts';
import { machineReference } from '../../app/find-machine.ts';
import { captureJson } from '../../report/capture-json.ts';
import { captureTable } from '../../report/capture-table.ts';
import type { Call } from '../call.ts';

/** Flags of `capture`. */
export interface CaptureFlags {
  readonly count?: number;
  readonly ipv6?: boolean;
  readonly out?: string;
}

/** `labctl capture <from> <to>`: 0 when the packet went there and back. */
export async function captureCommand(
  call: Call,
  [a = '', b = '']: readonly string[],
  flags: CaptureFlags,
): Promise<number> {
  const from = machineReference(a, call.flags.lab);
  const to = machineReference(b, from.lab);
  const { lab, evidence, path, saved } = await capture(call.context, {
    from: from.machine,
    to: to.machine,
    lab: to.lab,
    count: flags.count,
    family: flags.ipv6 === true ? 6 : undefined,
    out: flags.out,
  });
  const isJson = call.flags.format === 'json';
  call.streams.stdout.write(isJson ? captureJson(lab, evidence, saved) : captureTable(evidence, saved));
  return path.outcome === 'found' ? 0 : 1;
}
