// Owns a capture as a page: the picture of the lab with the packet's way, the tables beside it.

import type { Design } from '../design/design.ts';
import { capturedPath, lossesOf } from '../evidence/captured-path.ts';
import { lossSentences, pathSentence } from './capture-path.ts';
import type { CaptureReport } from './capture-report.ts';
import { closing } from './capture-text.ts';
import { picturePage } from './picture/page.ts';
import { topologyOf } from './picture/topology.ts';
import { waysOf } from './picture/way.ts';

/** The page, one self-contained HTML file. */
export function captureHtml(design: Design, report: CaptureReport): string {
  const { evidence, lab } = report;
  const losses = lossesOf(evidence);
  const [sentence = pathSentence(evidence)] = lossSentences(evidence);
  const isJudged = evidence.probe.kind !== 'none';
  return picturePage({
    title: `${lab}: ${evidence.from.machine} to ${evidence.to.machine}`,
    subtitle: `${design.title}. ${evidence.from.address} to ${evidence.to.address}`,
    verdict: {
      text: sentence,
      kind: !isJudged ? 'none' : losses.length === 0 && capturedPath(evidence).outcome === 'found' ? 'good' : 'bad',
    },
    topology: topologyOf(design, evidence),
    ways: waysOf(evidence, new Set(losses.flatMap(({ last }) => last))),
    told: closing({ ...report, page: undefined }).filter((line) => line !== sentence),
  });
}
