// Owns the proof of the kind engine against what the real programs said in a real bgp-rr lab.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newestTools } from '../../../src/artifact/kind-tools.ts';
import { writeKindArtifacts } from '../../../src/artifact/write-kind-artifacts.ts';
import type { LabError } from '../../../src/base/errors.ts';
import type { Shell } from '../../../src/base/shell.ts';
import type { Design } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { kindEngine } from '../../../src/engine/kind/index.ts';
import { argvIn, locate } from '../../../src/engine/kind/place.ts';
import type { OwnedPart } from '../../../src/engine/kind/step.ts';
import { deployArgv } from '../../../src/host/containerlab.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import type { Engine, OperationContext } from '../../../src/plan/engine.ts';
import { nothingObserved } from '../../../src/plan/observed.ts';
import { bgpRr } from '../../support/labs.ts';
import {
  type RecordingShell,
  recorded,
  recordedFolder,
  recordingShell,
  type Said,
} from '../../support/recording-shell.ts';

const busybox = 'docker.io/library/busybox:1.36.1';
const cluster = kindClusterOf(bgpRr);

function designOf(): Design {
  const { design } = designLab(bgpRr);
  if (design === undefined) throw new Error('no design');
  return design;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Made {
  readonly engine: Engine;
  readonly folder: string;
  readonly records: (readonly OwnedPart[])[];
}

function engineOn(host: Shell, owned: readonly OwnedPart[] = []): Made {
  const folder = mkdtempSync(join(tmpdir(), 'labctl-test-kind-'));
  folders.push(folder);
  const records: (readonly OwnedPart[])[] = [];
  const engine = kindEngine({
    lab: 'bgp-rr',
    cluster,
    folder,
    host,
    owned,
    record: async (parts) => void records.push(parts),
    made: new Map(),
    isBuilt: false,
    manifest: 'image: quay.io/calico/node:v3.33.0\n',
  });
  return { engine, folder, records };
}

function inspectNetwork(name: string): string {
  return `docker network inspect --format {{range .Containers}}{{.Name}} {{end}} ${name}`;
}

const context: OperationContext = { signal: new AbortController().signal, report: () => undefined };

/** docker inspect of two machines of twelve: docker exits 1 for the others and prints what there is. */
function inspected(change: (text: string) => string = (text) => text): Said {
  const [leaf, worker] = ['inspect-containerlab-node', 'inspect-kind-node'].map(
    (name) => JSON.parse(change(recorded(`docker/cli-28.2.2-dockerd-20.10.24/${name}`).stdout)) as readonly unknown[],
  );
  return { exitCode: 1, stdout: JSON.stringify([...(worker ?? []), ...(leaf ?? [])]) };
}

/** The same with the other leaf, which is made like the first. */
function withLeaf1({ exitCode, stdout = '' }: Said): Said {
  const found = JSON.parse(stdout) as readonly { readonly Name: string }[];
  const leaf = JSON.stringify(found.find(({ Name }) => Name === '/clab-bgp-rr-leaf0'));
  const other = JSON.parse(leaf.replaceAll('14721', '14722').replaceAll('leaf0', 'leaf1')) as unknown;
  return { exitCode: exitCode ?? 0, stdout: JSON.stringify([other, ...found]) };
}

const inspectAll =
  'docker inspect clab-bgp-rr-leaf0 clab-bgp-rr-leaf1 clab-bgp-rr-spine0 clab-bgp-rr-spine1 clab-bgp-rr-switch clab-bgp-rr-outside bgp-rr-control-plane bgp-rr-worker bgp-rr-worker2 bgp-rr-worker3';

/** What a node says of its containers. */
function foundIn(workerPid: number, calico: string): Record<string, Said> {
  const crictl = `nsenter -t ${workerPid} -m -n -p -- crictl`;
  return {
    [`${crictl} ps --quiet --name ^calico-node$`]: { stdout: `${calico}\n` },
    [`${crictl} pods --quiet --state ready --namespace ^default$ --name ^pod-c$`]: { stdout: 'aa11\n' },
    [`${crictl} inspectp --output go-template --template {{.info.pid}} aa11`]: { stdout: '2222\n' },
  };
}

function machines(leafPid: number, workerPid: number, calico: string): Record<string, Said> {
  const inLeaf = `nsenter -t ${leafPid} -m -u -i -n -p --`;
  const inWorker = `nsenter -t ${workerPid} -m -u -i -n -p --`;
  return {
    ...foundIn(workerPid, calico),
    [`${inLeaf} vtysh -c show bgp summary json`]: {
      stdout: `{"ipv4Unicast":${recorded('frr/8.4.4/summary-json').stdout}}`,
    },
    [`${inWorker} crictl exec ${calico} birdcl -s /var/run/calico/bird.ctl show protocols all`]: recorded(
      'bird/v0.3.3+birdv1.6.8/show-protocols-all',
    ),
    [`nsenter --net=/proc/${leafPid}/ns/net -- ip -j route show table all`]: { stdout: '[]' },
    [`nsenter --net=/proc/${workerPid}/ns/net -- ip -j route show table all`]: { stdout: '[]' },
    [`nsenter --net=/proc/${workerPid}/root/proc/2222/ns/net -- ip -j route show table all`]: { stdout: '[]' },
  };
}

describe.skipIf(recordedFolder === undefined)('looking at a lab on kind', () => {
  it('reads the sessions of a router and of a node as the real ones showed them', async () => {
    const host = recordingShell({ [inspectAll]: inspected(), ...machines(14721, 10801, 'c0ffee') });

    const { sessions } = await engineOn(host).engine.look(designOf());

    const leaf = sessions.filter(({ machine }) => machine === 'leaf0');
    expect(leaf.map(({ peer }) => peer)).toEqual(['10.1.5.10', '10.1.5.11', '10.1.10.2', '10.1.12.2']);
    expect(leaf.every(({ isEstablished }) => isEstablished)).toBe(true);
    const [session] = sessions.filter(({ machine }) => machine === 'bgp-rr-worker');
    expect(session).toMatchObject({ name: 'Node_10_1_5_1', peer: '10.1.5.1', isEstablished: true });
    expect(host.unused()).toEqual([]);
  });

  it('reads BGP tables, interfaces and neighbors where they are asked for', async () => {
    const inLeaf = 'nsenter -t 14721 -m -u -i -n -p --';
    const inWorker = 'nsenter -t 10801 -m -u -i -n -p --';
    const birdcl = 'crictl exec c0ffee birdcl -s /var/run/calico/bird.ctl show';
    const kernel = ['ip -j addr show', 'ip -j neigh show nud permanent'];
    const networks = ['/proc/14721/ns/net', '/proc/10801/ns/net', '/proc/10801/root/proc/2222/ns/net'];
    const empty = networks
      .map((file) => `nsenter --net=${file} --`)
      .flatMap((enter) => kernel.map((ask) => [`${enter} ${ask}`, { stdout: '[]' }]));
    const host = recordingShell({
      [inspectAll]: inspected(),
      ...machines(14721, 10801, 'c0ffee'),
      ...(Object.fromEntries(empty) as Record<string, Said>),
      [`${inLeaf} vtysh -c show bgp ipv4 unicast json`]: recorded('frr/8.4.4/bgp-json'),
      [`${inWorker} ${birdcl} route all`]: recorded('bird/v0.3.3+birdv1.6.8/show-route-all'),
    });

    const { paths } = await engineOn(host).engine.inspect(designOf());

    expect(new Set(paths.map(({ machine }) => machine))).toEqual(new Set(['leaf0', 'bgp-rr-worker']));
    expect(host.unused()).toEqual([]);
  });

  it('finds machines whatever their pids, ids and order', async () => {
    const other = (text: string): string => text.replaceAll('14721', '31').replaceAll('10801', '47');
    const host = recordingShell({ [inspectAll]: inspected(other), ...machines(31, 47, 'd00d') });

    const { sessions } = await engineOn(host).engine.look(designOf());

    expect(sessions.filter(({ isEstablished }) => isEstablished)).toHaveLength(5);
  });

  it("enters a pod's network with this machine's programs, and says what does not run", async () => {
    const host = recordingShell({ [inspectAll]: inspected(), ...machines(14721, 10801, 'c0ffee') });

    const places = await locate(host, designOf());

    expect(places.argvOf('pod-c')).toEqual(['nsenter', '--net=/proc/10801/root/proc/2222/ns/net', '--']);
    expect(places.networkOf('leaf0')).toEqual(['nsenter', '--net=/proc/14721/ns/net', '--']);
    expect(argvIn(places, 'leaf0', ['vtysh']).join(' ')).toBe('nsenter -t 14721 -m -u -i -n -p -- vtysh');
    expect(argvIn(places, 'bgp-rr-worker', ['ping', '10.1.5.1']).join(' ')).toBe(
      'nsenter --net=/proc/10801/ns/net -- ping 10.1.5.1',
    );
    expect(argvIn(places, 'bgp-rr-worker', ['birdcl']).join(' ')).toMatch(/-p -- crictl exec c0ffee birdcl$/);
    expect(() => places.argvOf('spine1')).toThrow('spine1 does not run in lab bgp-rr');
  });
});

describe.skipIf(recordedFolder === undefined)('building and removing', () => {
  it('writes files, makes network, cluster and fabric, applies pods before Calico, and records each part before it is made', async () => {
    const answers: Record<string, Said> = {};
    const host = recordingShell(answers);
    const { engine, folder, records } = engineOn(host);
    const kubectl = `kubectl --kubeconfig ${folder}/kubeconfig`;
    const created = recorded('kubectl/v1.30.14/apply-created');
    Object.assign(answers, {
      'docker network create --driver bridge --opt com.docker.network.driver.mtu=1500 --label labctl.lab=bgp-rr --ipv6 --subnet 172.18.0.0/16 --gateway 172.18.0.1 --subnet fc00:f853:ccd:e793::/64 --gateway fc00:f853:ccd:e793::1 bgp-rr':
        {},
      [`sh -c PATH=$0:$PATH exec "$@" ${folder}/bin env --chdir=${folder} KIND_EXPERIMENTAL_DOCKER_NETWORK=bgp-rr KIND_EXPERIMENTAL_PROVIDER=docker kind create cluster --config ${folder}/kind.yaml --kubeconfig ${folder}/kubeconfig --retain`]:
        recorded('kind/v0.33.0/create-4-nodes'),
      [`kind load docker-image --name bgp-rr ${busybox} quay.io/calico/node:v3.33.0`]: recorded(
        'kind/v0.33.0/load-docker-image',
      ),
      'docker ps --all --filter label=containerlab=bgp-rr --format {{.Names}}': {},
      [deployArgv(`${folder}/fabric.clab.yml`, 9, 'first').join(' ')]: recorded('containerlab/HEAD-39ff2b7cc/deploy'),
      [inspectAll]: withLeaf1(inspected()),
      ...foundIn(10801, 'c0ffee'),
      'nsenter --net=/proc/14721/ns/net -- nft -f -': {},
      'nsenter --net=/proc/14722/ns/net -- nft -f -': {},
      [`${kubectl} get --raw /readyz --request-timeout=5s`]: { stdout: 'ok' },
      [`${kubectl} cordon --selector=kubernetes.io/os=linux`]: {},
      [`${kubectl} uncordon --selector=kubernetes.io/os=linux`]: {},
      [`${kubectl} get --raw /apis/projectcalico.org/v3`]: { exitCode: 1, stderr: 'Error from server (NotFound)' },
      [`${kubectl} apply -f ${folder}/workload.yaml`]: recorded('kubectl/v1.30.14/apply-pods-created'),
      [`${kubectl} apply --server-side --force-conflicts -f ${folder}/calico/nodes.yaml`]: created,
      [`${kubectl} apply --server-side --force-conflicts -f ${folder}/calico.yaml`]: recorded(
        'kubectl/v1.30.14/apply-calico-created',
      ),
      [`${kubectl} wait --for=condition=Established --timeout=60s crd --all`]: recorded('kubectl/v1.30.14/wait-ok'),
      [`${kubectl} apply --server-side --force-conflicts -f ${folder}/calico/crd-objects.yaml`]: created,
      [`${kubectl} rollout status --namespace kube-system daemonset/calico-node --timeout=180s`]: recorded(
        'kubectl/v1.30.14/rollout-status-ok',
      ),
      [`${kubectl} wait --namespace default --for=condition=Ready --timeout=180s pod/pod-a pod/pod-c pod/pod-d pod/pod-b`]:
        recorded('kubectl/v1.30.14/wait-ok'),
    });
    const design = designOf();
    const files = new Map(writeKindArtifacts(design, cluster, newestTools, undefined));
    files.set('calico.yaml', 'spec:\n  image: quay.io/calico/node:v3.33.0\n');

    const plan = engine.plan(design, files, nothingObserved);
    const table = engine.operations(design);
    const built = plan.operations.filter(({ verb }) => !['waitSessions', 'waitRoutes', 'waitPing'].includes(verb));
    for (const { verb, input } of built) await table[verb]?.apply(input, context);

    expect(host.unused()).toEqual([]);
    expect(records).toEqual([['network'], ['network', 'cluster'], ['network', 'cluster', 'fabric']]);
    expect(readFileSync(join(folder, 'routers/leaf0/frr.conf'), 'utf8')).toContain('router bgp 65005');
    const before = (first: string, second: string): void => {
      const needs = new Map(plan.operations.map(({ resource, needs: ids }) => [resource, ids]));
      const id = plan.operations.find(({ resource }) => resource === first)?.id;
      expect(needs.get(second), `${first} before ${second}`).toContain(id);
    };
    before('workload', 'calico');
    before('fabric', 'calico');
    before('nodes', 'calico');
  });

  it('plans nothing when nothing differs, and only what a changed object needs', () => {
    const design = designOf();
    const files = new Map(writeKindArtifacts(design, cluster, newestTools, undefined));
    const { engine } = engineOn(recordingShell({}));
    const made = new Map(
      engine.plan(design, files, nothingObserved).operations.map(({ resource, input }) => [resource, digestOf(input)]),
    );
    const seen = { state: 'running', made, dead: new Set<string>() } as const;

    expect(engine.plan(design, files, seen).operations).toEqual([]);
    files.set('calico/crd-objects.yaml', 'kind: IPPool\n');
    const again = engine.plan(design, files, seen).operations.map(({ resource }) => resource);
    expect(again).toEqual(['files', 'api', 'kinds', 'objects', 'pods', 'sessions', 'routes', 'ping']);
  });

  it('starts the nodes of a stopped lab, plugs the fabric anew and waits, and makes nothing else again', async () => {
    const design = designOf();
    const files = new Map(writeKindArtifacts(design, cluster, newestTools, undefined));
    const answers: Record<string, Said | readonly Said[]> = {};
    const host = recordingShell(answers);
    const { engine, folder } = engineOn(host, ['network', 'cluster', 'fabric']);
    const made = new Map(
      engine.plan(design, files, nothingObserved).operations.map(({ resource, input }) => [resource, digestOf(input)]),
    );
    const dead = new Set(['cluster', 'fabric', 'rules:leaf0', 'rules:leaf1']);

    const { operations } = engine.plan(design, files, { state: 'running', made, dead });

    expect(operations.map(({ verb }) => verb)).toEqual([
      'startCluster',
      'waitApi',
      'deployFabric',
      'translateSources',
      'translateSources',
      'waitKinds',
      'waitPods',
      'waitSessions',
      'waitRoutes',
      'waitPing',
    ]);
    Object.assign(answers, {
      'docker start bgp-rr-control-plane bgp-rr-worker bgp-rr-worker2 bgp-rr-worker3': {},
      [`kubectl --kubeconfig ${folder}/kubeconfig get --raw /readyz --request-timeout=5s`]: [
        recorded('kubectl/v1.30.14/connection-refused'),
        { stdout: 'ok' },
      ],
      'docker ps --all --filter label=containerlab=bgp-rr --format {{.Names}}': { stdout: 'clab-bgp-rr-leaf0\n' },
      [deployArgv(`${folder}/fabric.clab.yml`, 9, 'again').join(' ')]: recorded(
        'containerlab/HEAD-39ff2b7cc/deploy-reconfigure-while-running',
      ),
    });
    const table = engine.operations(design);
    for (const { verb, input } of operations.slice(0, 3)) await table[verb]?.apply(input, context);
    expect(host.unused()).toEqual([]);
  });

  it('stops every container of the lab, also one that is paused', async () => {
    const names = 'bgp-rr-worker bgp-rr-worker2 clab-bgp-rr-leaf0';
    const host = recordingShell({
      'docker ps --all --filter label=io.x-k8s.kind.cluster=bgp-rr --format {{.Names}}': {
        stdout: 'bgp-rr-worker\nbgp-rr-worker2\n',
      },
      'docker ps --all --filter label=containerlab=bgp-rr --format {{.Names}}': { stdout: 'clab-bgp-rr-leaf0\n' },
      [`docker unpause ${names}`]: { exitCode: 1, stderr: 'Container bgp-rr-worker2 is not paused' },
      [`docker stop ${names}`]: {},
    });

    await engineOn(host, ['network', 'cluster', 'fabric']).engine.stop?.();

    expect(host.unused()).toEqual([]);
  });

  it('removes only what it recorded, and destroys no fabric of which nothing is left', async () => {
    const answers: Record<string, Said | readonly Said[]> = {};
    const host: RecordingShell = recordingShell(answers);
    const { engine, folder, records } = engineOn(host, ['network', 'cluster', 'fabric']);
    Object.assign(answers, {
      'docker network inspect --format {{.Id}} bgp-rr bgp-rr-outside': {
        exitCode: 1,
        stdout: '0123456789abcdef\n',
        stderr: 'Error response from daemon: network bgp-rr-outside not found',
      },
      'docker ps --all --filter label=containerlab=bgp-rr --format {{.Names}}': {},
      'docker ps --all --filter label=io.x-k8s.kind.cluster=bgp-rr --format {{.Names}}': [
        { stdout: 'bgp-rr-worker\n' },
        {},
      ],
      'docker unpause bgp-rr-worker': { exitCode: 1, stderr: 'Container bgp-rr-worker is not paused' },
      'docker rm --force --volumes bgp-rr-worker': {},
      [inspectNetwork('bgp-rr-outside')]: recorded('docker/cli-28.2.2-dockerd-20.10.24/network-inspect-absent'),
      [inspectNetwork('bgp-rr')]: { stdout: 'stranger \n' },
      'docker network disconnect --force bgp-rr stranger': {},
      'docker network ls --format {{.Name}}': { stdout: 'bridge\nhost\n' },
      'ip -o link show': { stdout: '1: lo: <LOOPBACK,UP>\n' },
      'iptables-save': {},
      'ip6tables-save': { exitCode: 127 },
      [`kind delete cluster --name bgp-rr --kubeconfig ${folder}/kubeconfig`]: recorded('kind/v0.33.0/delete-absent'),
      'docker network rm bgp-rr': {},
    });

    expect(await engine.remove()).toBe(true);

    expect(host.unused()).toEqual([]);
    expect(records).toEqual([[]]);
    expect(await engineOn(recordingShell({})).engine.remove()).toBe(false);
  });
});

describe.skipIf(recordedFolder === undefined)('what is left', () => {
  it('names every container, network, link and rule that is still there, and keeps the record', async () => {
    const answers: Record<string, Said> = {};
    const { engine, folder, records } = engineOn(recordingShell(answers), ['network', 'cluster']);
    Object.assign(answers, {
      'docker network inspect --format {{.Id}} bgp-rr bgp-rr-outside': { exitCode: 1, stdout: '0123456789abcdef\n' },
      'docker ps --all --filter label=containerlab=bgp-rr --format {{.Names}}': {},
      'docker ps --all --filter label=io.x-k8s.kind.cluster=bgp-rr --format {{.Names}}': { stdout: 'bgp-rr-worker\n' },
      'docker unpause bgp-rr-worker': {},
      'docker rm --force --volumes bgp-rr-worker': { exitCode: 1, stderr: 'removal is already in progress' },
      [`kind delete cluster --name bgp-rr --kubeconfig ${folder}/kubeconfig`]: { exitCode: 1 },
      [inspectNetwork('bgp-rr')]: { stdout: '\n' },
      'docker network rm bgp-rr': { exitCode: 1, stderr: 'has active endpoints' },
      'docker network ls --format {{.Name}}': { stdout: 'bridge\nbgp-rr\n' },
      'ip -o link show': { stdout: '1: lo: <LOOPBACK,UP>\n7: br-0123456789ab: <BROADCAST>\n8: br-ffffffffffff: <>\n' },
      'iptables-save': { stdout: '-A DOCKER-USER -i br-0123456789ab -j ACCEPT\n-A FORWARD -i eth0 -j ACCEPT\n' },
      'ip6tables-save': {},
    });

    const error = await engine.remove().catch((thrown: unknown) => thrown as LabError);

    expect(error).toMatchObject({
      code: 'UNDO_FAILED',
      facts: [
        'container bgp-rr-worker: docker rm --force --volumes bgp-rr-worker',
        'network bgp-rr: docker network rm bgp-rr',
        "link br-0123456789ab in the host's namespace",
        "rule of the host's firewall: -A DOCKER-USER -i br-0123456789ab -j ACCEPT",
      ],
    });
    expect(records).toEqual([]);
  });
});
