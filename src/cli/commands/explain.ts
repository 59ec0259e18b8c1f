// Owns the command `explain`.

import { explain } from '../../app/explain.ts';
import { machineReference } from '../../app/machine-reference.ts';
import { arrives, tellExplanation } from '../../report/explain-tell.ts';
import { explainMarkdown, explainText } from '../../report/explain-text.ts';
import type { Language } from '../../report/languages.ts';
import { type Call, print } from '../call.ts';

/** Flags of `explain`. */
export interface ExplainFlags {
  readonly lang: Language;
  readonly markdown?: boolean;
  readonly ipv6?: boolean;
  readonly withCapture?: boolean;
}

/** `labctl explain <from> <to>`: 0 when the walk gets there and back. */
export async function explainCommand(
  call: Call,
  [a = '', b = '']: readonly string[],
  flags: ExplainFlags,
): Promise<number> {
  const from = machineReference(a, call.flags.lab);
  const to = machineReference(b, from.lab);
  const { design, evidence } = await explain(call.context, {
    from: from.machine,
    to: to.machine,
    lab: to.lab,
    family: flags.ipv6 === true ? 6 : undefined,
    withCapture: flags.withCapture === true,
  });
  const told = tellExplanation(design, evidence, flags.lang);
  const isThereAndBack = arrives(evidence);
  const { family, walks, ping } = evidence;
  const seen = evidence.capture && {
    lines: evidence.capture.lines.map(({ packet, ...line }) => ({
      ...line,
      packet: { ...packet, time: String(packet.time) },
    })),
  };
  print(
    call,
    'Explanation',
    { lab: design.lab, language: flags.lang, family, isThereAndBack, ping, walks, capture: seen, told },
    () => (flags.markdown === true ? explainMarkdown(told) : explainText(told)),
  );
  return isThereAndBack ? 0 : 1;
}
