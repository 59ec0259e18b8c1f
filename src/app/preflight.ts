// Owns what stands between a valid lab and its first step: programs there or installed with consent, the machine able.

import { LabError } from '../base/errors.ts';
import type { Design } from '../design/design.ts';
import type { Finding } from '../plan/finding.ts';
import type { Context, RunView } from './context.ts';

/**
 * Checks this machine for a lab and returns the folder of unpacked programs (undefined when the host has all). Missing
 * programs are installed only with consent. Throws ENGINE_MISSING with every finding and the command that mends it.
 */
export async function preflight(
  context: Context,
  design: Design,
  yes: boolean,
  view: RunView,
): Promise<string | undefined> {
  const { findPrograms, installPrograms } = await import('../host/programs.ts');
  let programs = await findPrograms(placesOf(context));
  if (programs.missing.length > 0) {
    view.note(`not on this machine: ${programs.missing.map((program) => program.name).join(', ')}`);
    await installPrograms({
      ...placesOf(context),
      env: context.env,
      consent: yes ? 'given' : 'ask',
      signal: context.signal,
    });
    programs = await findPrograms(placesOf(context));
  }
  const { probeNetns } = await import('../engine/netns/probe.ts');
  const findings = await probeNetns(design, { isRoot: context.uid === 0, programs: programs.root });
  for (const finding of findings) if (finding.level === 'warning') view.note(`warning: ${findingText(finding)}`);
  const missing = findings.filter((finding) => finding.level === 'missing');
  if (missing.length === 0) return programs.root;
  throw new LabError('ENGINE_MISSING', 'this machine cannot run the lab', {
    facts: missing.map(findingText),
    hint: 'labctl doctor',
  });
}

/** Where programs are looked for. */
export function placesOf(context: Context): {
  packageRoot: string;
  cacheHome: string;
  path: string | undefined;
  uid: number;
} {
  return {
    packageRoot: context.packageRoot,
    cacheHome: context.cacheHome,
    path: context.env['PATH'],
    uid: context.uid,
  };
}

/** One finding as a paragraph: what, why, and what to type. */
export function findingText(finding: Finding): string {
  const cause = finding.cause === undefined ? '' : `: ${finding.cause}`;
  const fix = finding.fix === undefined ? '' : `; mend it with: ${finding.fix.join(' ')}`;
  return `${finding.message} [${finding.id}]${cause}${fix}`;
}
