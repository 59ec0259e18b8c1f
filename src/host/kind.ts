// Owns the program `kind`: how it is called and what its output says.

import { dirname } from 'node:path';
import type { Shell } from '../base/shell.ts';

/** How long a program may take to say its version, in ms: 9 s were seen on a machine that was busy, and it was called missing. */
export const versionMs = 30_000;

/** What `kind version` says (`kind v0.33.0 go1.26.8 linux/amd64`); undefined where there is no kind. */
export async function kindVersion(shell: Shell): Promise<string | undefined> {
  const ran = await shell
    .run(['kind', 'version'], { onFailure: 'return', timeoutMs: versionMs })
    .catch(() => undefined);
  return ran?.exitCode === 0 ? ran.stdout.trim() : undefined;
}

/** What the program `docker` says of itself, by which kind makes its nodes; undefined where there is none. */
export async function dockerProgram(shell: Shell): Promise<string | undefined> {
  const ran = await shell
    .run(['docker', '--version'], { onFailure: 'return', timeoutMs: versionMs })
    .catch(() => undefined);
  return ran?.exitCode === 0 ? ran.stdout.trim() : undefined;
}

/** The names of kind's clusters on this Docker; an answer without any is text on stderr. */
export async function kindClusters(shell: Shell): Promise<readonly string[]> {
  const { stdout } = await shell.run(['kind', 'get', 'clusters']);
  return stdout.split('\n').filter((line) => line !== '');
}

/** What kind is told of the world: its Docker network; nothing is written to ~/.kube. */
export interface KindPlace {
  readonly cluster: string;
  readonly network: string;
  readonly kubeconfig: string;
  /** A folder with a `docker` that gives nodes their addresses. */
  readonly programs: string;
}

/**
 * What stands in the environment of the kind and the containerlab that build a lab: `down` ends those of a labctl that was killed, for
 * they go on making containers.
 */
export function builderMark(folder: string): string {
  return `LABCTL_BUILDS=${folder}`;
}

/** The argument list that makes a cluster. kind takes its network from the environment only, and mounts from the folder it runs in; `--retain` leaves the wreck to `down`. */
export function createClusterArgv(place: KindPlace, config: string): readonly string[] {
  const environment = [
    `--chdir=${dirname(config)}`,
    builderMark(dirname(config)),
    `KIND_EXPERIMENTAL_DOCKER_NETWORK=${place.network}`,
    'KIND_EXPERIMENTAL_PROVIDER=docker',
  ];
  return [
    ...['sh', '-c', 'PATH=$0:$PATH exec "$@"', place.programs, 'env'],
    ...environment,
    'kind',
    'create',
    'cluster',
    '--config',
    config,
    '--kubeconfig',
    place.kubeconfig,
    '--retain',
  ];
}

/** The argument list that removes a cluster; exit 0 when there is none. */
export function deleteClusterArgv({ cluster, kubeconfig }: KindPlace): readonly string[] {
  return ['kind', 'delete', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig];
}

/**
 * What a node runs to take images from its standard input, for this machine's platform alone: a Docker that keeps its images in
 * containerd saves an index of all platforms, and kind's own import stops at those that are not there (kind issue 3795).
 */
export const importImagesArgv: readonly string[] = [
  'ctr',
  '--namespace=k8s.io',
  'images',
  'import',
  '--digests',
  '--snapshotter=overlayfs',
  '-',
];

/** The argument list that copies images of this Docker into every node. */
export function loadImagesArgv(cluster: string, images: readonly string[]): readonly string[] {
  return ['kind', 'load', 'docker-image', '--name', cluster, ...images];
}
