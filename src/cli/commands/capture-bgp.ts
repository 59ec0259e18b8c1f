// Owns the command `capture --bgp`.

import { captureSessions } from '../../app/capture-bgp.ts';
import { machineReference } from '../../app/machine-reference.ts';
import { bgpMessagesJson, bgpMessagesMarkdown, bgpMessagesText } from '../../report/bgp-messages.ts';
import { type Call, say } from '../call.ts';
import { type CaptureFlags, limitsOf, liveOf } from './capture-flags.ts';

/** `labctl capture --bgp [machine...]`: 0 when a limit ended it, 130 when Ctrl-C did. */
export async function captureBgpCommand(call: Call, names: readonly string[], flags: CaptureFlags): Promise<number> {
  const machines = names.map((name) => machineReference(name, call.flags.lab));
  const live = liveOf(call, flags.write, ['labctl capture --bgp', ...names].join(' '));
  const report = await captureSessions(call.context, {
    lab: machines[0]?.lab ?? call.flags.lab,
    at: [...machines.map(({ machine }) => machine), ...(flags.at ?? [])],
    limits: limitsOf(flags, live),
    live: live?.write,
    onListening: (points) => say(call, `listening at ${points} points; Ctrl-C ends it`),
    out: flags.out,
  }).finally(() => live?.end());
  const text = flags.as === 'markdown' ? bgpMessagesMarkdown(report) : bgpMessagesText(report);
  if (live !== undefined) say(call, text.trimEnd());
  else call.streams.stdout.write(call.flags.format === 'json' ? bgpMessagesJson(report) : text);
  return report.evidence.isInterrupted ? 130 : 0;
}
