// Owns what a lab's test keeps for looking at: the lab's tables, the verdict, and each capture with its report.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import { saveCaptures } from '../evidence/save-captures.ts';
import type { Inspection } from '../plan/observed.ts';
import { capturePcapng } from '../report/capture-pcapng.ts';
import { captureText } from '../report/capture-text.ts';
import { verdictJson } from '../report/verdict-json.ts';
import { verdictText } from '../report/verdict-text.ts';
import type { Captured } from '../verify/captured.ts';
import { expectedWayOf } from '../verify/expected-way.ts';
import type { Verdict } from '../verify/verdict.ts';
import { ownerOf } from './capture.ts';
import type { Context } from './context.ts';
import { attempt } from './render.ts';

/** Where one lab's evidence goes; files that are there are never written over. */
export interface LabEvidence {
  /** `verify.txt` and `verify.json`. */
  verdict(verdict: Verdict): Promise<void>;
  /** `state.json`: sessions, BGP tables, routes, interfaces, neighbors and forwarding entries of all machines. */
  tables(tables: Inspection): Promise<void>;
  /** A folder `<from>-<to>` with a pcap file a point, all of them as pcapng, and `capture.txt`. */
  capture(design: Design, captured: Captured): Promise<void>;
}

/**
 * Makes the folder of a lab below the stated one: `bgp-rr.article` for `bgp-rr:article`, `mine` for `./mine.lab.yml`. Throws
 * STATE_UNWRITABLE when it is there already.
 */
export async function labEvidence(context: Context, folder: string, lab: string): Promise<LabEvidence> {
  const own = join(folder, evidenceName(lab));
  await attempt(folder, async () => void (await mkdir(folder, { recursive: true, mode: 0o700 })));
  await mkdir(own, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'exists already; evidence is never written over' : error.message;
    throw new LabError('STATE_UNWRITABLE', `${own}: ${why}`, { hint: '--evidence with another folder', cause: error });
  });
  const write = async (path: string, text: string): Promise<void> => {
    await attempt(path, () => writeFile(path, text, { flag: 'wx', mode: 0o600 }));
  };
  return {
    verdict: async (verdict) => {
      await write(join(own, 'verify.txt'), verdictText(verdict));
      await write(join(own, 'verify.json'), verdictJson(verdict));
    },
    tables: (tables) => write(join(own, 'state.json'), `${JSON.stringify(tables, undefined, 1)}\n`),
    capture: async (design, captured) => {
      const { from, to, family, evidence } = captured;
      const ends = [from, to].map(({ name }) => shownName(design, name)).join('-');
      const saved = await saveCaptures(evidence.points, capturePcapng(evidence), {
        parent: own,
        folder: join(own, family === 6 ? `${ends}-ipv6` : ends),
        owner: ownerOf(context),
      });
      const report = { lab: design.lab, evidence, expected: expectedWayOf(design, captured), cause: undefined, saved };
      await write(join(saved.folder, 'capture.txt'), captureText(report, false));
    },
  };
}

/** What the folder of a lab is called. */
function evidenceName(lab: string): string {
  return lab
    .replace(/^.*\//, '')
    .replace(/\.lab\.yml(?=:|$)/, '')
    .replace(':', '.');
}
