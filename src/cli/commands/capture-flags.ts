// Owns the flags of `capture`: what ends it, and where its live file goes.

import { type LiveOutput, liveOutput } from '../../app/live-output.ts';
import { LabError } from '../../base/errors.ts';
import type { Call } from '../call.ts';

/** Flags of `capture`. */
export interface CaptureFlags {
  readonly count?: number;
  readonly size?: number;
  readonly df?: boolean;
  readonly tcp?: number | true;
  readonly http?: boolean;
  readonly udp?: number;
  readonly filter?: string;
  readonly at?: readonly string[];
  readonly all?: boolean;
  readonly bgp?: boolean;
  readonly probe: boolean;
  readonly duration?: number;
  readonly maxSize?: number;
  readonly maxPackets?: number;
  readonly expect?: boolean;
  readonly wide?: boolean;
  readonly as: 'text' | 'markdown';
  readonly ipv6?: boolean;
  readonly out?: string;
  readonly html?: string;
  /** `-`: the pcapng file goes to stdout. */
  readonly write?: string;
  /** Files to analyze in place of a running lab. */
  readonly read?: readonly string[];
}

/** Where `-w -` writes; undefined without it. Throws USAGE for a file, and for a terminal. */
export function liveOf(call: Call, to: string | undefined, command: string): LiveOutput | undefined {
  if (to === undefined) return undefined;
  if (to !== '-') throw new LabError('USAGE', `-w takes - (standard output), not ${to}`, { hint: '--out FOLDER' });
  if (call.context.isStdoutTty) {
    throw new LabError('USAGE', '-w - writes a pcapng file, and standard output is a terminal', {
      hint: `${command} -w - | wireshark -k -i -`,
    });
  }
  return liveOutput(call.streams.stdout);
}

/** Flags that say how a capture is made. */
const live = [
  ...['count', 'size', 'df', 'tcp', 'http', 'udp', 'filter', 'at', 'all', 'bgp', 'duration', 'maxSize', 'maxPackets'],
  ...['expect', 'ipv6', 'out', 'write'],
] as readonly (keyof CaptureFlags)[];

/** Throws USAGE for what only a live capture can do, all of it at once. */
export function refuseLive(flags: CaptureFlags): void {
  const given = [...live.filter((name) => flags[name] !== undefined), ...(flags.probe ? [] : ['no-probe'])];
  if (given.length === 0) return;
  const names = given.map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  throw new LabError('USAGE', `-r reads files; ${names.join(', ')} would change a capture that is made`, {
    hint: 'labctl analyze <file> [file...]',
  });
}

/** The limits that the flags state. */
export function limitsOf(flags: CaptureFlags, live: LiveOutput | undefined) {
  const { duration: durationMs, maxSize, maxPackets } = flags;
  return { durationMs, maxSize, maxPackets, unread: live?.unread };
}
