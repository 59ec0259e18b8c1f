// Owns how the parts of a kind lab are made on Docker: files, network, cluster, images, fabric.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasPasswordMark, passwordMark } from '../../artifact/password-mark.ts';
import type { Design } from '../../design/design.ts';
import { clabArgv, deployWords } from '../../host/containerlab.ts';
import { containersLabelled, startContainer } from '../../host/docker/containers.ts';
import { runInContainer } from '../../host/docker/exec.ts';
import { saveImages } from '../../host/docker/images.ts';
import { createNetwork, type NewNetwork } from '../../host/docker/networks.ts';
import { createClusterArgv, importImagesArgv, loadImagesArgv } from '../../host/kind.ts';
import { readSecretFile } from '../../host/secret-file.ts';
import type { OperationTable } from '../../plan/engine.ts';
import { untilBooted } from './boot.ts';
import { clusterOperations } from './cluster-operations.ts';
import { tellingContainers } from './containers.ts';
import { labelsOf, ownLabel } from './names.ts';
import { type KindWork, runStep } from './step.ts';
import { waitOperations } from './waits.ts';

interface Files {
  readonly files: Readonly<Record<string, string>>;
  /** `<secret>/<key>` to the file with the password. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The table of the kind engine for one design. */
export function kindOperations(work: KindWork, design: Design): OperationTable {
  const { connect, place, folder } = work;
  const creation = new AbortController();
  return {
    ...clusterOperations(work),
    ...waitOperations(work, design),
    writeFiles: {
      apply: async (input) => {
        const { files, secrets } = input as unknown as Files;
        for (const [name, text] of Object.entries(files)) await writeArtifact(join(folder, name), text, secrets);
      },
    },
    createNetwork: {
      apply: async (input, context) => {
        await work.own('network');
        const subnets = input as unknown as NewNetwork['subnets'];
        const labels = { [ownLabel]: design.lab };
        await createNetwork(await connect(), { name: place.network, subnets, labels }, context);
      },
    },
    createCluster: {
      apply: async (_, context) => {
        await work.own('cluster');
        try {
          await tellingContainers(connect, { lab: design.lab, part: 'cluster' }, context, () =>
            runStep(work, createClusterArgv(place, join(folder, 'kind.yaml')), context),
          );
        } finally {
          creation.abort();
        }
      },
    },
    startCluster: {
      apply: async (_, context) => {
        const docker = await connect();
        await Promise.all(design.nodes.map(({ name }) => startContainer(docker, name, context)));
      },
    },
    waitNodes: { apply: (_, context) => untilBooted(work, design, context, creation.signal) },
    loadImages: {
      apply: async (input, context) => {
        const { images, nodes } = input as unknown as { images: readonly string[]; nodes: readonly string[] };
        try {
          await runStep(work, loadImagesArgv(place.cluster, images), context);
        } catch (error) {
          if (context.signal.aborted) throw error;
          context.report('kind could not copy the images; copying them for this platform alone');
          const docker = await connect();
          await Promise.all(
            nodes.map(async (node) =>
              runInContainer(docker, node, importImagesArgv, await saveImages(docker, images, context), context),
            ),
          );
        }
      },
    },
    deployFabric: {
      apply: async (input, context) => {
        const { workers, impairments } = input as unknown as { workers: number; impairments: string[][] };
        const docker = await connect();
        const isThere = (await containersLabelled(docker, labelsOf(design.lab).fabric)).length > 0;
        await work.own('fabric');
        const deploy = deployWords(join(folder, 'fabric.clab.yml'), workers, isThere ? 'again' : 'first');
        await tellingContainers(connect, { lab: design.lab, part: 'fabric' }, context, async () => {
          for (const words of [deploy, ...impairments]) await runStep(work, clabArgv(docker, words), context);
        });
      },
    },
    loadRules: {
      apply: async (input, context) => {
        const { router, rules } = input as unknown as { router: string; rules: string };
        const enter = (await work.locate()).networkOf(router);
        await runStep(work, [...enter, 'nft', '-f', '-'], context, `flush ruleset\n${rules}`);
      },
    },
  };
}

/** Passwords are put in the places of their marks at this moment; such a file is its owner's alone. */
async function writeArtifact(path: string, text: string, secrets: Files['secrets']): Promise<void> {
  let whole = text;
  if (hasPasswordMark(text)) {
    for (const [name, file] of Object.entries(secrets)) {
      const password = await readSecretFile(file);
      whole = whole.replaceAll(passwordMark(name), () => password);
    }
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const mode = hasPasswordMark(text) ? 0o600 : whole.startsWith('#!') ? 0o755 : 0o644;
  await writeFile(path, whole, { mode });
}
