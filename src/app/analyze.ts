// Owns the story of `analyze`: read capture files, bring their packets together, and say what they show.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LabError } from '../base/errors.ts';
import { readCaptureFile } from '../evidence/capture-file.ts';
import { Correlator, type Point } from '../flow/correlator.ts';
import type { Finding } from '../flow/finding.ts';
import { findingsOf } from '../flow/findings.ts';
import { type Correlation, correlate } from '../flow/paths.ts';
import type { CaptureFileFacts } from '../packet/frame.ts';
import { analysisHtml } from '../report/analysis-html.ts';
import type { Context } from './context.ts';
import { attempt } from './render.ts';

/** A capture file and the name of its point. */
export interface AnalyzedFile {
  readonly path: string;
  readonly name: string;
  readonly facts: CaptureFileFacts;
  /** Its points' numbers, each with its link type, undefined without packets. */
  readonly points: readonly { readonly index: number; readonly linkType: number | undefined }[];
}

/** What the files show. */
export interface Analysis {
  readonly files: readonly AnalyzedFile[];
  readonly correlation: Correlation;
  readonly findings: readonly Finding[];
}

/** What `labctl analyze` is told. */
export interface AnalyzeOptions {
  readonly files: readonly string[];
  /** `name=file`. */
  readonly points: readonly string[];
  /** A page to write. */
  readonly html?: string | undefined;
}

/**
 * Reads files one after another; each is a point, and so is every further interface of a pcapng file. Throws USAGE
 * without a file or with a name twice, STATE_UNREADABLE for a file that is not there, naming all of them.
 */
export async function analyze(context: Pick<Context, 'cwd' | 'signal'>, options: AnalyzeOptions): Promise<Analysis> {
  const named = namesOf(context.cwd, options);
  const absent = named.filter(({ path }) => !existsSync(path));
  if (absent.length > 0) {
    throw new LabError('STATE_UNREADABLE', `no such file: ${absent.map(({ path }) => path).join(', ')}`, {
      hint: 'labctl analyze <file> [file...]',
    });
  }
  const correlator = new Correlator();
  const files: AnalyzedFile[] = [];
  for (const { path, name } of named) {
    const points: (Point | undefined)[] = [];
    const facts = await readCaptureFile(path, (frame) => {
      const { index } = frame.interface;
      points[index] ??= correlator.addPoint(name);
      correlator.see(points[index], frame);
    });
    const own = points.flatMap((point, place) => {
      const { name: device, linkType } = facts.interfaces[place] ?? {};
      return point === undefined ? [] : [{ index: point.index, linkType, device: device ?? String(place) }];
    });
    if (own.length === 0) {
      const { index } = correlator.addPoint(name);
      own.push({ index, linkType: facts.interfaces[0]?.linkType, device: '' });
    }
    // Several interfaces of one file are several points, told apart by their names; a later section may have the same ones.
    for (const [place, { index, device }] of own.length > 1 ? own.entries() : []) {
      const earlier = own.slice(0, place).filter((other) => other.device === device).length;
      correlator.points[index] = { index, name: `${name}:${device}${earlier === 0 ? '' : `#${earlier + 1}`}` };
    }
    files.push({ path, name, facts, points: own });
    if (context.signal.aborted) throw new LabError('INTERRUPTED', 'interrupted');
  }
  if (files.every(({ facts }) => facts.format === undefined)) {
    throw new LabError('STATE_UNREADABLE', `no capture file: ${files.map(({ path }) => path).join(', ')}`, {
      facts: files.map(({ path, facts }) => `${path}: ${facts.problems[0]?.message ?? 'empty'}`),
    });
  }
  const correlation = correlate(correlator);
  const analysis = { files, correlation, findings: findingsOf(correlation) };
  const page = options.html === undefined ? undefined : resolve(context.cwd, options.html);
  if (page !== undefined) await attempt(page, () => writeFile(page, analysisHtml(analysis)));
  return analysis;
}

/** Names from `--point name=file`, else from the file's own name; folders before it where that is needed to differ. */
function namesOf(
  cwd: string,
  { files, points }: AnalyzeOptions,
): readonly { readonly name: string; readonly path: string }[] {
  const named = points.map((text) => {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1) {
      throw new LabError('USAGE', `--point ${text}: not name=file`, { hint: '--point leaf0:eth1=leaf0.pcap' });
    }
    return { name: text.slice(0, at), path: pathOf(cwd, text.slice(at + 1)) };
  });
  const bare = files.map((file) => ({
    name: (file === '-' ? 'stdin' : basename(file)).replace(/\.(pcap|pcapng|cap)(\.gz)?$/, ''),
    path: pathOf(cwd, file),
    file,
  }));
  const isTwice = (name: string): boolean => bare.filter((other) => other.name === name).length > 1;
  const all = [...bare.map(({ name, path, file }) => ({ name: isTwice(name) ? file : name, path })), ...named];
  if (all.length === 0) {
    throw new LabError('USAGE', 'labctl analyze needs a capture file', { hint: 'labctl analyze <file> [file...]' });
  }
  const twice = all.find(({ name }, index) => all.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined)
    throw new LabError('USAGE', `two points are named ${twice.name}`, { hint: '--point name=file' });
  return all;
}

/** `-` is standard input, as for tcpdump -r. */
function pathOf(cwd: string, file: string): string {
  return file === '-' ? '/dev/stdin' : resolve(cwd, file);
}
