// Owns the command `capture`.

import { capture } from '../../app/capture.ts';
import { machineReference } from '../../app/find-machine.ts';
import { LabError } from '../../base/errors.ts';
import { captureJson } from '../../report/capture-json.ts';
import { captureTable } from '../../report/capture-table.ts';
import type { Call } from '../call.ts';

/** Flags of `capture`. */
export interface CaptureFlags {
  readonly count?: number;
  readonly ipv6?: boolean;
  readonly out?: string;
  /** Files to analyze in place of a running lab. */
  readonly read?: readonly string[];
}

/** `labctl capture <from> <to>`: 0 when the packet went there and back. With `-r` the same as `analyze`. */
export async function captureCommand(
  call: Call,
  [a = '', b = '']: readonly string[],
  flags: CaptureFlags,
): Promise<number> {
  if (flags.read !== undefined) {
    const { analyzeCommand } = await import('./analyze.ts');
    return analyzeCommand(
      call,
      [...flags.read, a, b].filter((file) => file !== ''),
      { as: 'text' },
    );
  }
  if (b === '') {
    throw new LabError('USAGE', 'labctl capture needs two machines, or -r and files', {
      hint: 'labctl capture pod-a pod-b',
    });
  }
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
