// Owns the command `analyze`.

import { analyze } from '../../app/analyze.ts';
import { analysisJson } from '../../report/analysis-json.ts';
import { analysisMarkdown, analysisText } from '../../report/analysis-text.ts';
import { type Call, print, say } from '../call.ts';

/** Flags of `analyze`. */
export interface AnalyzeFlags {
  readonly point?: readonly string[];
  readonly html?: string;
  readonly wide?: boolean;
  readonly as: 'text' | 'markdown';
}

/** `labctl analyze [file...]`: 0 when at least one file could be read. */
export async function analyzeCommand(call: Call, files: readonly string[], flags: AnalyzeFlags): Promise<number> {
  const analysis = await analyze(call.context, { files, points: flags.point ?? [], html: flags.html });
  const isWide = flags.wide === true || call.flags.verbose > 0;
  print(call, 'Analysis', call.flags.format === 'json' ? analysisJson(analysis) : {}, () =>
    flags.as === 'markdown' ? analysisMarkdown(analysis, isWide) : analysisText(analysis, isWide),
  );
  if (flags.html !== undefined) say(call, `picture: ${flags.html}`);
  return 0;
}
