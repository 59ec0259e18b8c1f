// Owns a capture as a page: the picture of the lab with the packet's way, the tables beside it.

import { shownName } from '../design/address-book.ts';
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
  const { from, to } = evidence;
  const target = to.service === undefined ? shownName(design, to.machine) : `service ${to.service}`;
  const losses = lossesOf(evidence);
  const [sentence = pathSentence(evidence)] = lossSentences(evidence);
  const isJudged = evidence.probe.kind !== 'none';
  return picturePage({
    title: `${lab}: ${shownName(design, from.machine)} to ${target}`,
    subtitle: `${design.title}. ${from.address} to ${to.address}`,
    verdict: {
      text: sentence,
      kind: !isJudged ? 'none' : losses.length === 0 && capturedPath(evidence).outcome === 'found' ? 'good' : 'bad',
    },
    topology: topologyOf(design, evidence),
    ways: waysOf(evidence, new Set(losses.flatMap(({ last }) => last))),
    told: closing({ ...report, page: undefined }).filter((line) => line !== sentence),
  });
}
