// Owns the kind engine: the same labs on real Kubernetes and Calico (kind), routers in containers (containerlab).

import { join } from 'node:path';
import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import type { KindCluster } from '../../design/kind-cluster.ts';
import { listArgv, parseBlocks } from '../../host/calico-objects.ts';
import type { Connect, Docker } from '../../host/docker/connect.ts';
import type { KindPlace } from '../../host/kind.ts';
import { localShell } from '../../host/local-shell.ts';
import type { Engine } from '../../plan/engine.ts';
import { nothingObserved, type Observed } from '../../plan/observed.ts';
import { endedContainers } from './containers.ts';
import { doorArgv, openDoor } from './door.ts';
import { inspectKind, lookKind } from './look.ts';
import { networkOf } from './names.ts';
import { type BuiltDesign, observeKind } from './observe.ts';
import { kindOperations } from './operations.ts';
import { dockerSwitches, locate, type Places, shellIn } from './place.ts';
import { planKind } from './plan.ts';
import { probeKind } from './probe.ts';
import { removeParts } from './remove.ts';
import { clusterWords } from './say.ts';
import type { OwnedPart } from './step.ts';
import { stopContainers } from './stop.ts';

/** What the engine is told of the lab and of what it made before. */
export interface KindOptions {
  readonly lab: string;
  /** Undefined when nothing of the lab but its record is left: enough to remove it. */
  readonly cluster: KindCluster | undefined;
  /** The lab's files and its kubeconfig, in labctl's state. */
  readonly folder: string;
  /** Otherwise namespaces are entered through a container. */
  readonly isRoot: boolean;
  /** What comes before ping, tcpdump and the like where labctl unpacked them; nothing where the machine has them. */
  readonly own: readonly string[];
  /** Runs programs on this machine; tests give one that replays recordings. */
  readonly host: Shell;
  /** The way to Docker; tests give a daemon that replays recordings. */
  readonly connect: Connect;
  /** What of the lab stands on Docker by labctl's own record. */
  readonly owned: readonly OwnedPart[];
  /** Writes that record. */
  readonly record: (owned: readonly OwnedPart[]) => Promise<void>;
  readonly made: ReadonlyMap<string, string>;
  readonly isBuilt: boolean;
  /** What stands, as it was designed; undefined where nothing is recorded. */
  readonly built?: BuiltDesign | undefined;
  /** calico.yaml as it will be applied; undefined where it could not be got. */
  readonly manifest: string | undefined;
}

/** The kind engine for one lab. */
export function kindEngine(options: KindOptions): Engine {
  const { lab, host, connect, folder, cluster } = options;
  const place: KindPlace = {
    cluster: lab,
    network: networkOf(lab),
    kubeconfig: join(folder, 'kubeconfig'),
    programs: join(folder, 'bin'),
  };
  let owned = options.owned;
  let places: Places | undefined;
  const entered = (): Places => {
    if (places === undefined)
      throw new LabError('LAB_NOT_RUNNING', `lab ${lab} is not running`, { hint: `labctl up ${lab} --engine kind` });
    return places;
  };
  const enterBy = async (docker: Docker): Promise<readonly string[]> => {
    if (options.isRoot || cluster === undefined) return [];
    await openDoor(docker, lab, cluster.images.node);
    return doorArgv(lab);
  };
  const find = async (design: Design): Promise<Places> => {
    const docker = await connect();
    return locate(host, docker, design, await enterBy(docker), options.own);
  };
  const own = async (part: OwnedPart): Promise<void> => {
    if (owned.includes(part)) return;
    owned = [...owned, part];
    await options.record(owned);
  };
  return {
    name: 'kind',
    differences: [],
    probe: (design) =>
      probeKind(
        { host, connect, own: options.own },
        design === undefined || cluster === undefined
          ? undefined
          : { design, cluster, manifest: options.manifest, isOwned: owned.length > 0 },
      ),
    observe: async (): Promise<Observed> => {
      if (owned.length === 0) return nothingObserved;
      const { isBuilt, built, made } = options;
      if (!isBuilt || built === undefined) return { state: 'partial', made, dead: new Set() };
      const docker = await connect();
      return observeKind(host, docker, built, made, await enterBy(docker));
    },
    plan: (design, artifacts, seen) => {
      if (cluster === undefined) throw new TypeError(`${lab}: no cluster to plan for`);
      return planKind(design, cluster, artifacts, seen);
    },
    operations: (design) => {
      const say = async (): Promise<readonly string[]> => [
        ...(await endedContainers(connect, lab)),
        ...(await clusterWords(host, place.kubeconfig)),
      ];
      return kindOperations({ host, connect, place, folder, own, say, locate: () => find(design) }, design);
    },
    blocks: async () => {
      const ran = await host.run(listArgv(place.kubeconfig, 'IPAMBlock'), { onFailure: 'return', timeoutMs: 20_000 });
      if (ran.exitCode === 0) return parseBlocks(ran.stdout);
      throw new LabError('LAB_GONE', `the cluster of lab ${lab} does not tell which addresses are free`, {
        ran,
        hint: `labctl start ${lab}`,
      });
    },
    enter: async (design) => {
      places = await find(design);
    },
    look: async (design) => lookKind(host, await find(design), design),
    inspect: async (design) => inspectKind(host, await find(design), design),
    shell: (machine) => shellIn(entered(), machine),
    closed: dockerSwitches,
    tap: (machine, name) => ({
      name: `${machine}:${name}`,
      machine,
      interface: name,
      shell: localShell(machine, entered().networkOf(machine)),
    }),
    stop: async () => stopContainers(await connect(), lab),
    remove: async () => {
      if (owned.length === 0) return false;
      await removeParts({ host, docker: await connect(), lab, folder, place }, owned);
      owned = [];
      await options.record(owned);
      return true;
    },
  };
}
