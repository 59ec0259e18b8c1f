// Owns the command `capture`.

import { capture } from '../../app/capture.ts';
import { machineReference } from '../../app/machine-reference.ts';
import { LabError } from '../../base/errors.ts';
import { captureJson } from '../../report/capture-json.ts';
import { captureMarkdown, captureText } from '../../report/capture-text.ts';
import { type Call, say } from '../call.ts';

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

/**
 * `labctl capture <from> <to>`: 0 when the packet went there and back; with `--expect` only when it went as the design
 * says. With `-r` the same as `analyze`.
 */
export async function captureCommand(
  call: Call,
  [a = '', b = '']: readonly string[],
  flags: CaptureFlags,
): Promise<number> {
  if (flags.read !== undefined) {
    const { analyzeCommand } = await import('./analyze.ts');
    const files = [...flags.read, a, b].filter((file) => file !== '');
    return analyzeCommand(call, files, flags);
  }
  if (b === '') {
    throw new LabError('USAGE', 'labctl capture needs two machines, or -r and files', {
      hint: 'labctl capture pod-a pod-b',
    });
  }
  if (flags.write !== undefined && flags.write !== '-') {
    throw new LabError('USAGE', `-w takes - (standard output), not ${flags.write}`, { hint: '--out FOLDER' });
  }
  const isLive = flags.write === '-';
  if (isLive && call.context.isStdoutTty) {
    throw new LabError('USAGE', '-w - writes a pcapng file, and standard output is a terminal', {
      hint: `labctl capture ${a} ${b} -w - | wireshark -k -i -`,
    });
  }
  // Wireshark was closed: nobody reads what is still to come.
  const unread = new AbortController();
  call.streams.stdout.once('error', () => unread.abort());
  const from = machineReference(a, call.flags.lab);
  const to = machineReference(b, from.lab);
  const { path, ...report } = await capture(call.context, {
    from: from.machine,
    to: to.machine,
    lab: to.lab,
    at: flags.at ?? [],
    isEverywhere: flags.all === true,
    probe: probeOf(flags),
    filter: flags.filter,
    limits: { durationMs: flags.duration, maxSize: flags.maxSize, maxPackets: flags.maxPackets, unread: unread.signal },
    live: isLive ? (piece) => call.streams.stdout.write(piece) : undefined,
    family: flags.ipv6 === true ? 6 : undefined,
    out: flags.out,
    html: flags.html,
  });
  const isWide = flags.wide === true || call.flags.verbose > 0;
  const text = flags.as === 'markdown' ? captureMarkdown(report) : captureText(report, isWide);
  if (isLive) say(call, text.trimEnd());
  else call.streams.stdout.write(call.flags.format === 'json' ? captureJson(report) : text);
  if (report.evidence.isInterrupted) return 130;
  if (!flags.probe) return 0;
  if (flags.expect === true && report.expected !== undefined) return report.expected.differences.length === 0 ? 0 : 1;
  if (flags.expect === true) say(call, '--expect: the design states no single way here; judged by arrival only');
  return path.outcome === 'found' ? 0 : 1;
}

/** What the flags ask to send. Throws USAGE for more than one kind. */
function probeOf(flags: CaptureFlags): Parameters<typeof capture>[1]['probe'] {
  const { count = 1, size, tcp, http, udp, df } = flags;
  const kinds = [tcp !== undefined, http === true, udp !== undefined, !flags.probe].filter(Boolean);
  if (kinds.length > 1) throw new LabError('USAGE', 'give one of --tcp, --http, --udp and --no-probe');
  if (!flags.probe) return { kind: 'none' };
  if (tcp !== undefined) return { kind: 'tcp', port: tcp === true ? 80 : tcp, count };
  if (http === true) return { kind: 'http', port: 80, count };
  if (udp !== undefined) return { kind: 'udp', port: udp, count, size: size ?? 0 };
  return { kind: 'echo', count, size, isUnfragmentable: df };
}
