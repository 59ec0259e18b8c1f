// Owns the story of `doctor`: what this machine lacks for labs, or for one lab, and mending it when asked to.

import { LabError } from '../base/errors.ts';
import { localShell } from '../host/local-shell.ts';
import { findPrograms, programVersions, setupCommand } from '../host/programs.ts';
import { spawnAttached } from '../host/spawn-attached.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Finding } from '../plan/finding.ts';
import { stateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { engineFor, kindOf } from './engine-for.ts';
import { withEngine } from './kind-artifacts.ts';
import { loadLab } from './load-lab.ts';
import { placesOf } from './preflight.ts';
import type { LoadedDesign } from './work-out.ts';

export type { Finding } from '../plan/finding.ts';

/** Which lab is meant; none: any lab. */
export interface DoctorOptions {
  readonly reference: string | undefined;
  /** `key=value` pairs, as `up` takes them. */
  readonly set: readonly string[];
  readonly engine: EngineName;
}

/** Everything preflight looks at; `reference` adds what that lab needs. Changes nothing. Throws USAGE for settings of no lab. */
export async function doctor(context: Context, options: DoctorOptions): Promise<readonly Finding[]> {
  const { reference, set, engine: name } = options;
  if (reference === undefined && set.length > 0) {
    throw new LabError('USAGE', `nothing to set ${set.join(', ')} in`, {
      hint: 'labctl doctor <lab> with the same flags',
    });
  }
  const worked = reference === undefined ? undefined : await loadLab(context, reference, set);
  if (name === 'kind') return doctorOfKind(context, worked && (await withEngine(context, worked, 'kind')));
  const state = stateFolder(context.stateHome, worked?.lab.name ?? 'doctor');
  const engine = await engineFor({ context, state, holder: undefined, saved: undefined, programs: undefined });
  return [...(await programFindings(context)), ...(await engine.probe(worked?.design))];
}

/** Docker, kind, containerlab and the rest; for a lab also its images, manifest and networks. */
async function doctorOfKind(context: Context, loaded: LoadedDesign | undefined): Promise<readonly Finding[]> {
  const state = stateFolder(context.stateHome, loaded?.lab.name ?? 'doctor');
  const manifest = loaded?.artifacts.get('calico.yaml');
  const { root: programs } = await findPrograms(placesOf(context));
  return (await kindOf({ context, state, saved: undefined, lab: loaded?.lab, manifest, programs })).probe(
    loaded?.design,
  );
}

/** The programs a lab is made of: the versions found and where, and what is not there. */
async function programFindings(context: Context): Promise<readonly Finding[]> {
  const places = placesOf(context);
  const programs = await findPrograms(places);
  const versions = await programVersions(programs, localShell());
  const findings: Finding[] = [];
  for (const [name, version] of versions) {
    const isCached = [...programs.tools.values()].some((tool) => tool.package === name && tool.source === 'cache');
    findings.push({
      id: `program-${name}`,
      level: 'ok',
      message: `${name} ${version}${isCached ? " (labctl's cache)" : ''}`,
    });
  }
  if (programs.missing.length === 0) return findings;
  const names = programs.missing.map(({ name }) => name).join(', ');
  const packages = [...new Set(programs.missing.map((program) => program.package))].join(', ');
  return [
    ...findings,
    {
      id: 'programs',
      level: 'missing',
      message: `not on this machine: ${names}`,
      cause: `a lab's routers, nodes and captures are these programs (Debian packages ${packages})`,
      fix: setupCommand(context.packageRoot),
    },
  ];
}

/** The command that mends a finding, as this user must type it; undefined when there is none. */
export function fixOf(context: Context, { fix, needsRoot }: Finding): readonly string[] | undefined {
  if (fix === undefined || fix.length === 0) return undefined;
  const command = fix[0] === 'sudo' ? fix.slice(1) : fix;
  return (needsRoot === true || command !== fix) && context.uid !== 0 ? ['sudo', ...command] : command;
}

/** Runs the command that mends a finding, on the caller's terminal. Throws HOST_COMMAND_FAILED when it fails. */
export async function mend(context: Context, finding: Finding): Promise<void> {
  const argv = fixOf(context, finding);
  if (argv === undefined) return;
  const isTerminal = context.isStdinTty;
  const exitCode = await spawnAttached(argv, { stdin: 'inherit', signal: context.signal, isTerminal });
  if (exitCode !== 0)
    throw new LabError('HOST_COMMAND_FAILED', `${argv.join(' ')} exited with ${exitCode}`, {
      facts: [finding.message],
    });
}
