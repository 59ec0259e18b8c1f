// Owns preflight of the kind engine: what this machine lacks for a lab, all of it, before anything is built.

import { readFile } from 'node:fs/promises';
import { kindImages } from '../../artifact/kind-images.ts';
import { toolVersionIn } from '../../artifact/kind-tools.ts';
import { overlaps, parsePrefix } from '../../base/address.ts';
import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import type { KindCluster } from '../../design/kind-cluster.ts';
import { containerlabVersion } from '../../host/containerlab.ts';
import { daemonInfo, dockerNetworks, missingImages } from '../../host/docker.ts';
import { kindClusters, kindVersion } from '../../host/kind.ts';
import type { Finding } from '../../plan/finding.ts';
import { imageFindings } from './probe-images.ts';

/** What is checked; `owned` is true while parts of the lab are labctl's own from before. */
export interface KindNeed {
  readonly design: Design;
  readonly cluster: KindCluster;
  /** calico.yaml as it will be applied. */
  readonly manifest: string | undefined;
  readonly isOwned: boolean;
}

/** inotify instances a kind node takes, about: kubelet's, containerd's, systemd's (faults.md 6). */
const inotifyPerNode = 60;

/** Everything at once. Without a daemon the rest cannot be known and is not guessed. */
export async function probeKind(host: Shell, need: KindNeed | undefined): Promise<readonly Finding[]> {
  const [daemon, ...programs] = await Promise.all([
    daemonInfo(host),
    programFinding(
      'kind',
      await kindVersion(host),
      [0, 20],
      'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
    ),
    programFinding('containerlab', await containerlabVersion(host), [0, 59], 'https://containerlab.dev/install/'),
    kubectlFinding(host),
  ]);
  const used = programs.filter(
    ({ id }) => id !== 'containerlab' || need === undefined || need.design.routers.length > 0,
  );
  if ('missing' in daemon) {
    const cause = daemon.missing;
    return [
      {
        id: 'docker',
        level: 'missing',
        message: 'no Docker daemon answers',
        cause,
        fix: ['systemctl', 'start', 'docker'],
        needsRoot: true,
      },
      ...used,
    ];
  }
  const ok: Finding = { id: 'docker', level: 'ok', message: `Docker ${daemon.version}, cgroup v${daemon.cgroup}` };
  const machine = await machineFindings(need?.design.nodes.length ?? 1);
  if (need === undefined) return [ok, ...used, ...machine];
  return [ok, ...used, ...machine, ...cgroupFindings(daemon.cgroup, need), ...(await labFindings(host, need))];
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
      message: `${name} is not on this machine, or does not answer`,
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
  const ran = await host.run(argv, { onFailure: 'return', timeoutMs: 5000 }).catch(() => undefined);
  if (ran?.exitCode !== 0)
    return {
      id: 'kubectl',
      level: 'missing',
      message: 'kubectl is not on this machine',
      fix: ['xdg-open', 'https://kubernetes.io/docs/tasks/tools/'],
    };
  const [, version = ''] = /"gitVersion":\s*"([^"]+)"/.exec(ran.stdout) ?? [];
  return { id: 'kubectl', level: 'ok', message: `kubectl ${version}` };
}

/** Limits of the kernel that all containers share (faults.md 6; kind-engine.md 9). */
async function machineFindings(nodes: number): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const instances = await sysctl('fs/inotify/max_user_instances');
  const needed = Math.max(512, 128 + nodes * inotifyPerNode);
  if (instances !== undefined && instances < needed) {
    findings.push({
      id: 'inotify',
      level: 'warning',
      message: `fs.inotify.max_user_instances is ${instances}; ${nodes} nodes want about ${needed}`,
      cause: 'kubelet then ends with "too many open files"',
      fix: ['sysctl', '-w', `fs.inotify.max_user_instances=${needed}`],
      needsRoot: true,
    });
  }
  if ((await sysctl('net/bridge/bridge-nf-call-iptables')) === 1) {
    findings.push({
      id: 'bridge-nf',
      level: 'ok',
      message: "bridged frames pass the host's FORWARD chain; the lab has no bridge in the host's namespace",
    });
  }
  const neighbors = await sysctl('net/ipv4/neigh/default/gc_thresh3');
  if (neighbors !== undefined && neighbors < nodes * nodes + 256) {
    findings.push({
      id: 'neighbors',
      level: 'warning',
      message: `the neighbor table holds ${neighbors} entries for all namespaces together`,
      cause: 'a full table gives "No buffer space available" in every lab at once',
      fix: ['sysctl', '-w', `net.ipv4.neigh.default.gc_thresh3=${nodes * nodes + 1024}`],
      needsRoot: true,
    });
  }
  return findings;
}

/** kubelet 1.35 and later refuse cgroup v1 by default; kind.yaml tells them not to. */
function cgroupFindings(cgroup: 1 | 2, { cluster }: KindNeed): readonly Finding[] {
  if (cgroup === 2 || cluster.kubernetes.minor < 35) return [];
  const message = `Kubernetes ${cluster.kubernetes.text} on cgroup v1: kind.yaml sets failCgroupV1 to false`;
  return [{ id: 'cgroup-v1', level: 'warning', message, cause: 'kubelet 1.35 and later refuse cgroup v1 otherwise' }];
}

async function labFindings(host: Shell, need: KindNeed): Promise<readonly Finding[]> {
  const { design, cluster, manifest } = need;
  const findings: Finding[] = [];
  const wanted = kindImages(design, cluster, manifest);
  const absent = await missingImages(
    host,
    wanted.map(({ reference }) => reference),
  );
  findings.push(
    ...imageFindings(
      design,
      wanted.filter(({ reference }) => absent.includes(reference)),
    ),
  );
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
  for (const network of await dockerNetworks(host)) {
    const isTaken =
      network.name === design.lab || network.subnets.some((subnet) => isOverlapping(subnet, cluster.network.prefix));
    if (!isTaken) continue;
    findings.push({
      id: 'subnet',
      level: 'missing',
      message: `Docker's network ${network.name} (${network.subnets.join(', ')}) is in the way of the lab's ${cluster.network.prefix}`,
      fix: ['labctl', 'up', design.lab, '--engine', 'kind', '--set', 'cluster.network.prefix=172.30.0.0/16'],
    });
  }
  return findings;
}

function isOverlapping(one: string, other: string): boolean {
  const [a, b] = [parsePrefix(one), parsePrefix(other)];
  return a !== undefined && b !== undefined && overlaps(a, b);
}

async function sysctl(name: string): Promise<number | undefined> {
  const text = await readFile(`/proc/sys/${name}`, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : Number(text);
}
