// Owns the story of `capture`: listen everywhere between two machines, ping, and keep what was seen.

import { join, resolve } from 'node:path';
import { LabError } from '../base/errors.ts';
import { type CaptureEvidence, capturePing } from '../evidence/capture.ts';
import { type CapturedPath, capturedPath } from '../evidence/captured-path.ts';
import { pointsBetween } from '../evidence/points.ts';
import { type SavedCaptures, saveCaptures } from '../evidence/save-captures.ts';
import type { Context } from './context.ts';
import { type EndsOptions, probeEnds } from './probe-ends.ts';
import { openRunning } from './running.ts';

/** What `labctl capture` is told. */
export interface CaptureOptions extends EndsOptions {
  readonly lab?: string | undefined;
  /** Echo requests to send, 1 to 100; 1 when left out. */
  readonly count?: number | undefined;
  /** Folder for the pcap files; `labctl-<lab>/capture-<n>` in the current folder when left out. */
  readonly out?: string | undefined;
}

/** What was seen, and where its files are. */
export interface CaptureResult {
  readonly lab: string;
  readonly evidence: CaptureEvidence;
  readonly path: CapturedPath;
  readonly saved: SavedCaptures;
}

/** Captures a ping at every point between two pods or nodes of the running lab, and writes a pcap file a point. */
export async function capture(context: Context, options: CaptureOptions): Promise<CaptureResult> {
  const count = options.count ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > 100) {
    throw new LabError('USAGE', `--count must be a whole number from 1 to 100, not ${count}`);
  }
  const { design, engine } = await openRunning(context, { lab: options.lab });
  const [from, to] = probeEnds(design, options, 'capture');
  const { family } = options;
  const points = pointsBetween(design, from, to, family);
  const evidence = await capturePing(engine, { design, from, to, family, points, count, signal: context.signal });
  const saved = await saveCaptures(evidence.points, {
    parent: join(context.cwd, `labctl-${design.lab}`),
    folder: options.out === undefined ? undefined : resolve(context.cwd, options.out),
    owner: ownerOf(context),
  });
  return { lab: design.lab, evidence, path: capturedPath(evidence), saved };
}

/** Under sudo the files belong to the user who typed the command. */
function ownerOf(context: Context): { readonly uid: number; readonly gid: number } | undefined {
  const { SUDO_UID, SUDO_GID } = context.env;
  const [uid, gid] = [Number(SUDO_UID), Number(SUDO_GID)];
  return context.uid === 0 && Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 ? { uid, gid } : undefined;
}
