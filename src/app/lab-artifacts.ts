// Owns which files a lab becomes on the engine that runs it.

import type { Artifacts } from '../artifact/artifacts.ts';
import { writeArtifacts } from '../artifact/write-artifacts.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Context } from './context.ts';
import { kindArtifacts } from './kind-artifacts.ts';
import type { LoadedDesign } from './work-out.ts';

/** The files of a lab for an engine. On kind it throws USAGE where a manifest that the lab states is not there. */
export async function labArtifacts(
  context: Context,
  engine: EngineName,
  designed: Pick<LoadedDesign, 'lab' | 'design'>,
): Promise<Artifacts> {
  return engine === 'kind' ? (await kindArtifacts(context, designed)).artifacts : writeArtifacts(designed.design);
}
