// Owns getting the kind engine's files of a lab: the versions found here, and the release's manifest from file or network.

import type { Artifacts } from '../artifact/artifacts.ts';
import type { KindTools } from '../artifact/kind-tools.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Context } from './context.ts';
import { readManifest } from './manifest.ts';
import type { LoadedDesign } from './work-out.ts';

/** The files, and what is missing of them with the reason. */
export interface KindArtifacts {
  readonly artifacts: Artifacts;
  readonly notes: readonly string[];
}

/**
 * All files of a lab for kind. A stated manifest must be there (USAGE otherwise); the release's own is left out with a note
 * when it cannot be got, because everything else is right without it.
 */
export async function kindArtifacts(
  context: Context,
  { lab, design }: Pick<LoadedDesign, 'lab' | 'design'>,
): Promise<KindArtifacts> {
  const { kindClusterOf } = await import('../design/kind-cluster.ts');
  const { manifestSource } = await import('../artifact/manifest-source.ts');
  const { writeKindArtifacts } = await import('../artifact/write-kind-artifacts.ts');
  const cluster = kindClusterOf(lab);
  const name = manifestSource(design.version, cluster);
  const { refusedProxyMode } = await import('../artifact/kube-proxy-mode.ts');
  const notes = [refusedProxyMode(design, cluster)].filter((note) => note !== undefined);
  const text = await readManifest(context, name).catch((error: unknown) => {
    if (cluster.manifest !== undefined) throw error;
    notes.push(`calico.yaml is not written: ${(error as Error).message}`);
    return undefined;
  });
  const manifest = text === undefined ? undefined : { name, text };
  return { artifacts: writeKindArtifacts(design, cluster, await findTools(), manifest), notes };
}

/** A lab with the files of the engine it is for, on kind with networks that nobody else has. */
export async function withEngine(
  context: Context,
  loaded: LoadedDesign,
  engine: EngineName,
): Promise<LoadedDesign & { readonly engine: EngineName }> {
  if (engine === 'netns') return { ...loaded, engine };
  const { withFreeNetworks } = await import('./kind-networks.ts');
  const own = await withFreeNetworks(context, loaded);
  return { ...own, engine, artifacts: (await kindArtifacts(context, own)).artifacts };
}

/** Versions as found; the newest known where a program is absent: the files may be for another machine. */
async function findTools(): Promise<KindTools> {
  const { localShell } = await import('../host/local-shell.ts');
  const { newestTools, toolVersionIn } = await import('../artifact/kind-tools.ts');
  const { kindVersion } = await import('../host/kind.ts');
  const { containerlabVersion } = await import('../host/containerlab.ts');
  const { cgroupVersion } = await import('../host/cgroup.ts');
  const found = [await kindVersion(localShell()), await containerlabVersion(localShell())] as const;
  return {
    kind: toolVersionIn(found[0] ?? '') ?? newestTools.kind,
    containerlab: toolVersionIn(found[1] ?? '') ?? newestTools.containerlab,
    cgroup: await cgroupVersion(),
  };
}
