// Owns the story of `explain`: an echo, then every table it met, read from the running lab.

import type { Design } from '../design/design.ts';
import { type ExplainEvidence, explainPath } from '../evidence/explain.ts';
import type { Context } from './context.ts';
import { type EndsOptions, probeEnds } from './probe-ends.ts';
import { openRunning } from './running.ts';

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
  const [from, to] = probeEnds(design, options, 'explain');
  const { family, withCapture } = options;
  return {
    design,
    evidence: await explainPath(engine, { design, from, to, family, withCapture, signal: context.signal }),
  };
}
