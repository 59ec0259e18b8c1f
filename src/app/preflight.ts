// Owns what stands between a valid lab and its first step: programs there or installed with consent, the machine able.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Finding } from '../plan/finding.ts';
import type { Context, RunView } from './context.ts';
import type { LoadedDesign } from './work-out.ts';

/**
 * Checks this machine for a lab and returns the folder of unpacked programs (undefined when the host has all). Missing
 * programs are installed only with consent. Throws ENGINE_MISSING with every finding and the command that mends it, USAGE
 * for a password file that cannot be used.
 */
export async function preflight(
  context: Context,
  loaded: LoadedDesign & { readonly engine: EngineName },
  yes: boolean,
  view: RunView,
): Promise<string | undefined> {
  const { design } = loaded;
  if (loaded.engine === 'kind') {
    return preflightKind(context, loaded, view);
  }
  for (const file of Object.values(design.secrets)) await (await import('../host/secret-file.ts')).readSecretFile(file);
  const programs = await readyPrograms(context, yes, (line) => view.note(line));
  const { probeNetns } = await import('../engine/netns/probe.ts');
  const stamp = await kernelStamp(context, programs);
  const options = { isRoot: context.uid === 0, programs, isKernelKnown: stamp.isKnown };
  const findings = await probeNetns(design, options);
  refuseMissing(findings, view, 'labctl doctor');
  await stamp.set();
  return programs;
}

/** Shows the warnings; throws ENGINE_MISSING with all that is missing. */
function refuseMissing(findings: readonly Finding[], view: RunView, hint: string): void {
  for (const finding of findings) if (finding.level === 'warning') view.note(`warning: ${findingText(finding)}`);
  const missing = findings.filter((finding) => finding.level === 'missing');
  if (missing.length === 0) return;
  throw new LabError('ENGINE_MISSING', 'this machine cannot run the lab', {
    facts: missing.map(findingText),
    hint,
  });
}

/** Sees to it that all programs are there, with consent; the folder of unpacked ones, undefined when the host has all. */
export async function readyPrograms(
  context: Context,
  yes: boolean,
  note: (line: string) => void,
): Promise<string | undefined> {
  const { findPrograms, installPrograms } = await import('../host/programs.ts');
  const { missing, root } = await findPrograms(placesOf(context));
  if (missing.length === 0) return root;
  note(`not on this machine: ${missing.map((program) => program.name).join(', ')}`);
  const { env, signal } = context;
  await installPrograms({ ...placesOf(context), env, consent: yes ? 'given' : 'ask', signal });
  return (await findPrograms(placesOf(context))).root;
}

async function preflightKind(context: Context, loaded: LoadedDesign, view: RunView): Promise<string | undefined> {
  const { findPrograms } = await import('../host/programs.ts');
  const { root: programs } = await findPrograms(placesOf(context));
  const { engineFor } = await import('./engine-for.ts');
  const { stateFolder } = await import('../run/state.ts');
  const engine = await engineFor({
    context,
    state: stateFolder(context.stateHome, loaded.lab.name),
    holder: undefined,
    saved: undefined,
    programs,
    engine: 'kind',
    lab: loaded.lab,
    manifest: loaded.artifacts.get('calico.yaml'),
  });
  const { lab, variant } = loaded.design;
  const name = variant === undefined ? lab : `${lab}:${variant}`;
  refuseMissing(await engine.probe(loaded.design), view, `labctl doctor ${name} --engine kind`);
  return programs;
}

interface KernelStamp {
  readonly isKnown: boolean;
  set(): Promise<void>;
}

/**
 * Whether this boot's kernel was found able before, by this user and with these programs: 0.1 s of every `up` on a small machine.
 * `labctl doctor` always probes. A stamp that cannot be written costs that time again, nothing else.
 */
async function kernelStamp(context: Context, programs: string | undefined): Promise<KernelStamp> {
  const { readBootId } = await import('../host/proc.ts');
  const path = join(context.cacheHome, 'kernel-able');
  const text = `${await readBootId()} ${context.uid} ${context.version} ${programs ?? '-'}\n`;
  const isKnown = (await readFile(path, 'utf8').catch(() => '')) === text;
  return {
    isKnown,
    set: async () => {
      if (isKnown) return;
      await mkdir(context.cacheHome, { recursive: true, mode: 0o700 }).catch(() => undefined);
      await writeFile(path, text, { mode: 0o600 }).catch(() => undefined);
    },
  };
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
