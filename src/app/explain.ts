// Owns the story of `explain`: an echo, then every table it met, read from the running lab.

import type { Design } from '../design/design.ts';
import { machineNamed } from '../design/named-machine.ts';
import { type ExplainEvidence, explainPath } from '../evidence/explain.ts';
import { captureTarget, serviceNamed } from './capture-target.ts';
import type { Context } from './context.ts';
import { type EndsOptions, probeEnd, probeEnds } from './probe-ends.ts';
import { openRunning } from './running.ts';

/** The service that is meant, with the first of its endpoints; undefined for a machine. */
function explainedService(design: Design, options: EndsOptions) {
  const asked = serviceNamed(design, options.to);
  if (asked === undefined) return undefined;
  const { service, address, port } = asked;
  const { to, points } = captureTarget(design, options, { kind: 'tcp', port, count: 1 });
  return { name: service.name, port, address, points, endpoint: to.machine };
}

/** What `labctl explain` is told. */
export interface ExplainOptions extends EndsOptions {
  readonly lab?: string | undefined;
  /** Also listen at every point while the echo passes. */
  readonly withCapture: boolean;
}

/** Walks an echo between two pods or nodes of the running lab, there and back. A dead end is a result. */
export async function explain(
  context: Context,
  options: ExplainOptions,
): Promise<{ readonly design: Design; readonly evidence: ExplainEvidence }> {
  const { design, engine } = await openRunning(context, { lab: options.lab });
  const { family, withCapture } = options;
  const service = explainedService(design, options);
  const [from, to] =
    service === undefined
      ? probeEnds(design, options, 'explain')
      : [probeEnd(design, options.from, 'explain'), machineNamed(design, service.endpoint)];
  const request = { design, from, to, service, family, withCapture, signal: context.signal };
  return { design, evidence: await explainPath(engine, request) };
}
