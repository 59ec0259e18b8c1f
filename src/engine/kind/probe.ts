// Owns preflight of the kind engine: what this machine lacks for a lab, all of it, before anything is built.

import { kindImages } from '../../artifact/kind-images.ts';
import { toolVersionIn } from '../../artifact/kind-tools.ts';
import { oldestKindForNftables, refusedProxyMode } from '../../artifact/kube-proxy-mode.ts';
import { overlaps, parsePrefix } from '../../base/address.ts';
import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import type { KindCluster } from '../../design/kind-cluster.ts';
import { containerlabVersion } from '../../host/containerlab.ts';
import type { Connect, Docker } from '../../host/docker/connect.ts';
import { findImage } from '../../host/docker/images.ts';
import { dockerProgram, kindClusters, kindVersion, versionMs } from '../../host/kind.ts';
import type { Finding } from '../../plan/finding.ts';
import { freeNetworks } from './free-networks.ts';
import { networksInUse } from './networks-in-use.ts';
import { dockerFindings, noDocker } from './probe-docker.ts';
import { imageFindings } from './probe-images.ts';
import { machineFindings } from './probe-machine.ts';
import { portFindings } from './probe-ports.ts';

/** What is checked; `owned` is true while parts of the lab are labctl's own from before. */
export interface KindNeed {
  readonly design: Design;
  readonly cluster: KindCluster;
  /** calico.yaml as it will be applied. */
  readonly manifest: string | undefined;
  readonly isOwned: boolean;
}

/** Whom preflight asks. */
export interface KindMachine {
  readonly host: Shell;
  readonly connect: Connect;
  /** What comes before this machine's programs where labctl unpacked them. */
  readonly own: readonly string[];
}

/** Everything at once. Without a daemon the rest cannot be known and is not guessed. */
export async function probeKind(
  { host, connect, own }: KindMachine,
  need: KindNeed | undefined,
): Promise<readonly Finding[]> {
  const [docker, ...programs] = await Promise.all([
    connect().catch(noDocker),
    programFinding('docker', await dockerProgram(host), [20, 10], 'https://docs.docker.com/engine/install/'),
    programFinding(
      'kind',
      await kindVersion(host),
      need?.cluster.kubeProxy === 'nftables' ? oldestKindForNftables : [0, 20],
      'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
    ),
    programFinding('containerlab', await containerlabVersion(host), [0, 59], 'https://containerlab.dev/install/'),
    kubectlFinding(host),
  ]);
  const used = programs.filter(
    ({ id }) => id !== 'containerlab' || need === undefined || need.design.routers.length > 0,
  );
  if ('level' in docker) return [docker, ...used];
  const { daemon } = docker;
  const found = await dockerFindings(host, docker);
  const { design } = need ?? {};
  const nodes = design?.nodes.length ?? 1;
  const machine = await machineFindings(host, { own, nodes, design, dataRoot: daemon.dataRoot });
  if (need === undefined) return [...found, ...used, ...machine];
  return [
    ...found,
    ...used,
    ...machine,
    ...cgroupFindings(daemon.cgroup, need),
    ...(await labFindings(host, docker, need)),
  ];
}

async function programFinding(
  name: string,
  version: string | undefined,
  oldest: readonly [number, number],
  where: string,
): Promise<Finding> {
  if (version === undefined)
    return {
      id: name,
      level: 'missing',
      message: `the program ${name} is not on this machine, or does not answer`,
      fix: ['xdg-open', where],
    };
  const found = toolVersionIn(version);
  if (found === undefined)
    return { id: name, level: 'warning', message: `${name} does not say its release: ${version}` };
  const isOld = found[0] < oldest[0] || (found[0] === oldest[0] && found[1] < oldest[1]);
  if (!isOld) return { id: name, level: 'ok', message: `${name} ${found[0]}.${found[1]}` };
  const cause = `the lab's files are written for ${oldest[0]}.${oldest[1]} and later`;
  return {
    id: name,
    level: 'missing',
    message: `${name} ${found[0]}.${found[1]} is too old`,
    cause,
    fix: ['xdg-open', where],
  };
}

async function kubectlFinding(host: Shell): Promise<Finding> {
  const argv = ['kubectl', 'version', '--client', '--output', 'json'];
  const ran = await host.run(argv, { onFailure: 'return', timeoutMs: versionMs }).catch(() => undefined);
  if (ran?.exitCode !== 0)
    return {
      id: 'kubectl',
      level: 'missing',
      message: 'the program kubectl is not on this machine, or does not answer',
      fix: ['xdg-open', 'https://kubernetes.io/docs/tasks/tools/'],
    };
  const [, version = ''] = /"gitVersion":\s*"([^"]+)"/.exec(ran.stdout) ?? [];
  return { id: 'kubectl', level: 'ok', message: `kubectl ${version}` };
}

/** kubelet 1.35 and later refuse cgroup v1 by default; kind.yaml tells them not to. */
function cgroupFindings(cgroup: 1 | 2, { cluster }: KindNeed): readonly Finding[] {
  if (cgroup === 2 || cluster.kubernetes.minor < 35) return [];
  const message = `Kubernetes ${cluster.kubernetes.text} on cgroup v1: kind.yaml sets failCgroupV1 to false`;
  return [{ id: 'cgroup-v1', level: 'warning', message, cause: 'kubelet 1.35 and later refuse cgroup v1 otherwise' }];
}

async function labFindings(host: Shell, docker: Docker, need: KindNeed): Promise<readonly Finding[]> {
  const { design, cluster, manifest } = need;
  const findings: Finding[] = [];
  const wanted = kindImages(design, cluster, manifest);
  const here = await Promise.all(wanted.map(({ reference }) => findImage(docker, reference)));
  findings.push(
    ...imageFindings(
      design,
      wanted.filter((_, i) => here[i] === undefined),
    ),
  );
  const refused = refusedProxyMode(design, cluster);
  if (refused !== undefined) {
    const fix = ['labctl', 'up', design.lab, '--engine', 'kind', '--set', 'engines.kind.kubeProxy=iptables'];
    findings.push({ id: 'kube-proxy', level: 'missing', message: refused, fix });
  }
  if (manifest === undefined) {
    const fix = ['labctl', 'up', design.lab, '--engine', 'kind', '--set', 'engines.kind.manifest=calico.yaml'];
    findings.push({
      id: 'manifest',
      level: 'missing',
      message: `the calico.yaml of ${design.version.text} could not be got`,
      fix,
    });
  }
  if (need.isOwned) return findings;
  const clusters: readonly string[] = await kindClusters(host).catch(() => []);
  if (clusters.includes(design.lab)) {
    const message = `a kind cluster named ${design.lab} exists that this labctl did not make`;
    findings.push({
      id: 'cluster-exists',
      level: 'missing',
      message,
      fix: ['kind', 'delete', 'cluster', '--name', design.lab],
    });
  }
  findings.push(...(await portFindings(host, design.lab, cluster)));
  return [...findings, ...(await networkFindings(host, async () => docker, need))];
}

/** Networks that the lab states itself are not replaced: whoever has them is named. */
async function networkFindings(
  host: Shell,
  connect: Connect,
  { design, cluster }: KindNeed,
): Promise<readonly Finding[]> {
  const used = await networksInUse(host, connect, design.lab);
  const { prefix, prefix6, outside } = cluster.network;
  const free = freeNetworks(
    cluster.network,
    used.map((other) => other.prefix),
  );
  const wanted = [
    ['prefix', prefix],
    ['prefix6', prefix6],
    ...(design.routers.length > 0 ? [['outside', outside] as const] : []),
  ] as const;
  return wanted.flatMap(([key, own]) =>
    used
      .filter((other) => isOverlapping(other.prefix, own))
      .map(({ prefix: theirs, by }) => ({
        id: 'subnet',
        level: 'missing',
        message: `${by} (${theirs}) is in the way of the lab's ${own}`,
        cause: 'a lab that states no networks gets free ones',
        fix:
          free[key] === own
            ? ['docker', 'network', 'ls']
            : ['labctl', 'up', design.lab, '--engine', 'kind', '--set', `cluster.network.${key}=${free[key]}`],
      })),
  );
}

function isOverlapping(one: string, other: string): boolean {
  const [a, b] = [parsePrefix(one), parsePrefix(other)];
  return a !== undefined && b !== undefined && overlaps(a, b);
}
