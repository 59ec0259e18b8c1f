// Owns the command `capture`.

import { capture } from '../../app/capture.ts';
import { machineReference } from '../../app/machine-reference.ts';
import { LabError } from '../../base/errors.ts';
import { captureJson } from '../../report/capture-json.ts';
import { captureMarkdown, captureText } from '../../report/capture-text.ts';
import { type Call, say } from '../call.ts';
import { type CaptureFlags, limitsOf, liveOf, refuseLive } from './capture-flags.ts';

/**
 * `labctl capture <from> <to>`: 0 when the packet went there and back; with `--expect` only when it went as the design
 * says. With `-r` the same as `analyze`; with `--bgp` the sessions' own messages.
 */
export async function captureCommand(
  call: Call,
  [a = '', b = '']: readonly string[],
  flags: CaptureFlags,
): Promise<number> {
  if (flags.read !== undefined) {
    refuseLive(flags);
    const { analyzeCommand } = await import('./analyze.ts');
    const files = [...flags.read, a, b].filter((file) => file !== '');
    return analyzeCommand(call, files, flags);
  }
  if (flags.bgp === true) {
    const { captureBgpCommand } = await import('./capture-bgp.ts');
    return captureBgpCommand(
      call,
      [a, b].filter((name) => name !== ''),
      flags,
    );
  }
  if (b === '') {
    throw new LabError('USAGE', 'labctl capture needs two machines, or --bgp, or -r and files', {
      hint: 'labctl capture pod-a pod-b',
    });
  }
  const from = machineReference(a, call.flags.lab);
  const to = machineReference(b, from.lab);
  const live = liveOf(call, flags.write, `labctl capture ${a} ${b}`);
  const { lost, ...report } = await capture(call.context, {
    from: from.machine,
    to: to.machine,
    lab: to.lab,
    at: flags.at ?? [],
    isEverywhere: flags.all === true,
    probe: probeOf(flags),
    filter: flags.filter,
    limits: limitsOf(flags, live),
    live: live?.write,
    family: flags.ipv6 === true ? 6 : undefined,
    out: flags.out,
    html: flags.html,
  }).finally(() => live?.end());
  const isWide = flags.wide === true || call.flags.verbose > 0;
  const text = flags.as === 'markdown' ? captureMarkdown(report) : captureText(report, isWide);
  if (live !== undefined) say(call, text.trimEnd());
  else call.streams.stdout.write(call.flags.format === 'json' ? captureJson(report) : text);
  if (report.evidence.isInterrupted) return 130;
  if (!flags.probe) return 0;
  if (flags.expect === true && report.expected !== undefined)
    return lost === 'some' || report.expected.differences.length > 0 ? 1 : 0;
  if (flags.expect === true) say(call, '--expect: the design states no single way here; judged by arrival only');
  return lost === 'none' ? 0 : 1;
}

/** What the flags ask to send. Throws USAGE for more than one kind. */
function probeOf(flags: CaptureFlags): Parameters<typeof capture>[1]['probe'] {
  const { count = 1, size, tcp, http, udp, df } = flags;
  const kinds = [tcp !== undefined, http === true, udp !== undefined, !flags.probe].filter(Boolean);
  if (kinds.length > 1) throw new LabError('USAGE', 'give one of --tcp, --http, --udp and --no-probe');
  if (!flags.probe) return { kind: 'none' };
  if (tcp !== undefined) return { kind: 'tcp', port: tcp === true ? 80 : tcp, count };
  if (http === true) return { kind: 'http', port: 80, count };
  if (udp !== undefined) return { kind: 'udp', port: udp, count, size };
  return { kind: 'echo', count, size, isUnfragmentable: df };
}
