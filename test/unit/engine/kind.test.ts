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
import { clabArgv, deployWords } from '../../../src/host/containerlab.ts';
import { addressEnvironment } from '../../../src/host/docker/address.ts';
import { connectDocker, connectOnce } from '../../../src/host/docker/connect.ts';
import { kubectlArgv, readyArgv } from '../../../src/host/kubectl.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import type { Engine, OperationContext } from '../../../src/plan/engine.ts';
import { nothingObserved } from '../../../src/plan/observed.ts';
import { bgpRr } from '../../support/labs.ts';
import {
  absent,
  type DaemonAnswer,
  type DaemonAnswers,
  type RecordingDocker,
  recordingDocker,
} from '../../support/recording-docker.ts';
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
  readonly daemon: RecordingDocker;
  readonly folder: string;
  readonly records: (readonly OwnedPart[])[];
}

async function engineOn(
  host: Shell,
  answers: DaemonAnswers,
  owned: readonly OwnedPart[] = [],
  isRoot = true,
): Promise<Made> {
  const daemon = await recordingDocker(answers);
  const folder = mkdtempSync(join(tmpdir(), 'labctl-test-kind-'));
  folders.push(folder);
  const records: (readonly OwnedPart[])[] = [];
  const engine = kindEngine({
    lab: 'bgp-rr',
    cluster,
    folder,
    isRoot,
    own: [],
    host,
    connect: connectOnce(daemon.env),
    owned,
    record: async (parts) => void records.push(parts),
    made: new Map(),
    isBuilt: false,
    manifest: 'image: quay.io/calico/node:v3.33.0\n',
  });
  return { engine, daemon, folder, records };
}

const context: OperationContext = { signal: new AbortController().signal, report: () => undefined };

const machineNames = [
  ...['leaf0', 'leaf1', 'spine0', 'spine1', 'switch', 'outside'].map((name) => `clab-bgp-rr-${name}`),
  ...['control-plane', 'worker', 'worker2', 'worker3'].map((name) => `bgp-rr-${name}`),
];

/** What the daemon says of the lab's ten containers when two of them are there: `docker inspect` prints the API's own JSON. */
function inspected(change: (text: string) => string = (text) => text): Record<string, DaemonAnswer> {
  const found = ['inspect-containerlab-node', 'inspect-kind-node'].flatMap(
    (name) =>
      JSON.parse(change(recorded(`docker/cli-28.2.2-dockerd-20.10.24/${name}`).stdout)) as readonly { Name: string }[],
  );
  const answers = machineNames.map((name) => [name, absent] as const);
  const those = found.map((body) => [body.Name.slice(1), { body }] as const);
  return Object.fromEntries([...answers, ...those].map(([name, answer]) => [`GET /containers/${name}/json`, answer]));
}

/** The same with the other leaf, which is made like the first. */
function withLeaf1(answers: Record<string, DaemonAnswer>): Record<string, DaemonAnswer> {
  const leaf = JSON.stringify(answers['GET /containers/clab-bgp-rr-leaf0/json']);
  const other = JSON.parse(leaf.replaceAll('14721', '14722').replaceAll('leaf0', 'leaf1')) as DaemonAnswer;
  return { ...answers, 'GET /containers/clab-bgp-rr-leaf1/json': other };
}

/** How the engine asks for a lab's containers by kind's and containerlab's label, and for everything. */
const labelled = {
  fabric: 'GET /containers/json?all=true&filters={"label":["containerlab=bgp-rr"]}',
  cluster: 'GET /containers/json?all=true&filters={"label":["io.x-k8s.kind.cluster=bgp-rr"]}',
  own: 'GET /containers/json?all=true&filters={"label":["labctl.lab=bgp-rr"]}',
} as const;

/** containerlab's command line: it is told of the daemon that labctl speaks to. */
function deploy({ env }: RecordingDocker, folder: string, how: 'first' | 'again'): string {
  const [, path = ''] = env.DOCKER_HOST.split('unix://');
  const environment = addressEnvironment({ kind: 'unix', path });
  return clabArgv({ environment }, deployWords(`${folder}/fabric.clab.yml`, 9, how)).join(' ');
}

function create(folder: string): string {
  return `sh -c PATH=$0:$PATH exec "$@" ${folder}/bin env --chdir=${folder} LABCTL_BUILDS=${folder} KIND_EXPERIMENTAL_DOCKER_NETWORK=bgp-rr KIND_EXPERIMENTAL_PROVIDER=docker kind create cluster --config ${folder}/kind.yaml --kubeconfig ${folder}/kubeconfig --retain`;
}

const none: DaemonAnswer = { body: [] };

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
    const host = recordingShell(machines(14721, 10801, 'c0ffee'));
    const { engine, daemon } = await engineOn(host, inspected());

    const { sessions } = await engine.look(designOf());

    const leaf = sessions.filter(({ machine }) => machine === 'leaf0');
    expect(leaf.map(({ peer }) => peer)).toEqual(['10.1.5.10', '10.1.5.11', '10.1.10.2', '10.1.12.2']);
    expect(leaf.every(({ isEstablished }) => isEstablished)).toBe(true);
    const [session] = sessions.filter(({ machine }) => machine === 'bgp-rr-worker');
    // BIRD 1.6 says neither its own AS nor a channel's family.
    expect(session).toMatchObject({ name: 'Node_10_1_5_1', peer: '10.1.5.1', isEstablished: true, families: [4] });
    expect(session).toMatchObject({ localAs: 65005, remoteAs: 65005 });
    expect([...host.unused(), ...daemon.unused()]).toEqual([]);
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
      ...machines(14721, 10801, 'c0ffee'),
      ...(Object.fromEntries(empty) as Record<string, Said>),
      [`${inLeaf} vtysh -c show bgp ipv4 unicast json`]: recorded('frr/8.4.4/bgp-json'),
      [`${inWorker} ${birdcl} route all`]: recorded('bird/v0.3.3+birdv1.6.8/show-route-all'),
    });

    const { engine } = await engineOn(host, inspected());
    const { paths } = await engine.inspect(designOf());

    expect(new Set(paths.map(({ machine }) => machine))).toEqual(new Set(['leaf0', 'bgp-rr-worker']));
    expect(host.unused()).toEqual([]);
  });

  it('finds machines whatever their pids and ids', async () => {
    const other = (text: string): string => text.replaceAll('14721', '31').replaceAll('10801', '47');
    const { engine } = await engineOn(recordingShell(machines(31, 47, 'd00d')), inspected(other));

    const { sessions } = await engine.look(designOf());

    expect(sessions.filter(({ isEstablished }) => isEstablished)).toHaveLength(5);
  });

  it("enters a pod's network with this machine's programs, and says what does not run", async () => {
    const host = recordingShell(machines(14721, 10801, 'c0ffee'));
    const docker = await connectDocker((await recordingDocker(inspected())).env);

    const places = await locate(host, docker, designOf());

    expect(places.argvOf('pod-c')).toEqual(['nsenter', '--net=/proc/10801/root/proc/2222/ns/net', '--']);
    expect(places.networkOf('leaf0')).toEqual(['nsenter', '--net=/proc/14721/ns/net', '--']);
    expect(argvIn(places, 'leaf0', ['vtysh']).join(' ')).toBe('nsenter -t 14721 -m -u -i -n -p -- vtysh');
    expect(argvIn(places, 'bgp-rr-worker', ['ping', '10.1.5.1']).join(' ')).toBe(
      'nsenter --net=/proc/10801/ns/net -- ping 10.1.5.1',
    );
    const bird = argvIn(places, 'bgp-rr-worker', ['birdc', 'show', 'protocols']).join(' ');
    expect(bird).toMatch(/-p -- crictl exec c0ffee birdcl -s \/var\/run\/calico\/bird.ctl show protocols$/);
    expect(() => places.argvOf('spine1')).toThrow('spine1 does not run in lab bgp-rr');
    expect(() => places.argvOf('outside')).toThrow(
      "outside stands for Docker's own bridges: on kind nothing runs in it",
    );
  });
});

const workerListed: DaemonAnswer = { body: [{ Id: '1', Names: ['/bgp-rr-worker'] }] };

/** Of the recorded worker: kind gives each node its /var. */
const volume = '86ecb2cc9edba3b93544ab9d52c78aeb8cffea8ad9997c1d1254500c6474f476';

/** The recorded worker, paused. */
function workerPaused(): DaemonAnswer {
  const { body } = inspected((text) => text.replace('"Paused": false', '"Paused": true'))[
    'GET /containers/bgp-rr-worker/json'
  ] ?? { body: undefined };
  return { body };
}

describe.skipIf(recordedFolder === undefined)('without root', () => {
  const door = {
    'GET /containers/bgp-rr-door/json': absent,
    'POST /containers/create': { status: 201, body: { Id: 'd00r' } },
    'POST /containers/bgp-rr-door/start': { status: 204 },
  };

  it('a machine is entered from a privileged container, which reaches this machine, its pids and its programs', async () => {
    const { engine, daemon } = await engineOn(recordingShell({}), { ...inspectedAlone(), ...door }, [], false);

    await engine.enter?.(designOf());

    expect(daemon.body('POST /containers/create')).toEqual({
      name: 'bgp-rr-door',
      Image: 'docker.io/kindest/node:v1.30.14',
      Entrypoint: ['sleep', 'infinity'],
      Cmd: [],
      Labels: { 'labctl.lab': 'bgp-rr' },
      HostConfig: { Privileged: true, PidMode: 'host', NetworkMode: 'none' },
    });
    const enter = [
      'bgp-rr-door',
      'nsenter',
      '--target',
      '1',
      '--mount',
      '--',
      'nsenter',
      '--net=/proc/14721/ns/net',
      '--',
    ];
    expect(engine.shell('leaf0').argv(['ping', '10.1.10.2']).slice(-11)).toEqual([...enter, 'ping', '10.1.10.2']);
    expect(engine.tap('leaf0', 'eth1').shell.argv(['tcpdump']).slice(-10)).toEqual([...enter, 'tcpdump']);
  });

  it('it is said what is needed where Docker gives no such container', async () => {
    const refused = { status: 500, body: { message: 'unable to apply caps: operation not permitted' } };
    const answers = { ...inspectedAlone(), ...door, 'POST /containers/bgp-rr-door/start': refused };
    const { engine } = await engineOn(recordingShell({}), answers, [], false);

    await expect(engine.enter?.(designOf())).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      message: 'labctl is not root, and Docker runs no helper container: unable to apply caps: operation not permitted',
      hint: 'run labctl as root; labctl images pull where the image is missing',
    });
  });

  /** Only a router runs, so that no node is asked for its pods. */
  function inspectedAlone(): Record<string, DaemonAnswer> {
    return { ...inspected(), 'GET /containers/bgp-rr-worker/json': absent };
  }
});

describe.skipIf(recordedFolder === undefined)('building and removing', () => {
  it('writes files, makes network, cluster and fabric, applies pods once Calico is ready, and records each part before it is made', async () => {
    const answers: Record<string, Said> = {};
    const host = recordingShell(answers);
    const { engine, daemon, folder, records } = await engineOn(host, {
      'POST /networks/create': { status: 201, body: { Id: '1' } },
      'GET /events': { body: '' },
      [labelled.fabric]: none,
      ...withLeaf1(inspected()),
    });
    const kubectl = kubectlArgv(join(folder, 'kubeconfig')).join(' ');
    const created = recorded('kubectl/v1.30.14/apply-created');
    Object.assign(answers, {
      [create(folder)]: recorded('kind/v0.33.0/create-4-nodes'),
      [`kind load docker-image --name bgp-rr ${busybox} quay.io/calico/node:v3.33.0`]: recorded(
        'kind/v0.33.0/load-docker-image',
      ),
      [deploy(daemon, folder, 'first')]: recorded('containerlab/HEAD-39ff2b7cc/deploy'),
      ...foundIn(10801, 'c0ffee'),
      'nsenter --net=/proc/14721/ns/net -- nft -f -': {},
      'nsenter --net=/proc/14722/ns/net -- nft -f -': {},
      [`${kubectl} get --raw /readyz --request-timeout=5s`]: { stdout: 'ok' },
      [`${kubectl} cordon --selector=kubernetes.io/os=linux`]: {},
      [`${kubectl} uncordon --selector=kubernetes.io/os=linux`]: {},
      [`${kubectl} get --raw /apis/projectcalico.org/v3`]: { exitCode: 1, stderr: 'Error from server (NotFound)' },
      [`${kubectl} apply -f ${folder}/workload.yaml`]: recorded('kubectl/v1.30.14/apply-pods-created'),
      [`${kubectl} apply --server-side --force-conflicts --field-manager=labctl -f ${folder}/calico/nodes.yaml`]:
        created,
      [`${kubectl} apply --server-side --force-conflicts --field-manager=labctl -f ${folder}/calico/kinds.yaml`]:
        recorded('kubectl/v1.30.14/apply-crds-created'),
      [`${kubectl} apply --server-side --force-conflicts --field-manager=labctl -f ${folder}/calico.yaml`]: recorded(
        'kubectl/v1.30.14/apply-calico-created',
      ),
      [`${kubectl} wait --for=condition=Established --timeout=60s crd --all`]: recorded('kubectl/v1.30.14/wait-ok'),
      [`${kubectl} apply --server-side --force-conflicts --field-manager=labctl -f ${folder}/calico/crd-objects.yaml`]:
        created,
      [`${kubectl} rollout status --namespace kube-system daemonset/calico-node --timeout=0s`]: recorded(
        'kubectl/v1.30.14/rollout-status-ok',
      ),
      [`${kubectl} wait --namespace default --for=condition=Ready --timeout=-1s pod/pod-a pod/pod-c pod/pod-d pod/pod-b`]:
        recorded('kubectl/v1.30.14/wait-ok'),
    });
    const design = designOf();
    const files = new Map(writeKindArtifacts(design, cluster, newestTools, undefined));
    files.set('calico.yaml', 'spec:\n  image: quay.io/calico/node:v3.33.0\n');

    const plan = engine.plan(design, files, nothingObserved);
    const table = engine.operations(design);
    const built = plan.operations.filter(
      ({ verb }) => !['waitNodes', 'waitSessions', 'waitRoutes', 'waitPing'].includes(verb),
    );
    for (const { verb, input } of built) await table[verb]?.apply(input, context);

    expect([...host.unused(), ...daemon.unused()]).toEqual([]);
    expect(daemon.body('POST /networks/create')).toMatchObject({
      Name: 'bgp-rr',
      EnableIPv6: true,
      IPAM: {
        Config: [
          { Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' },
          { Subnet: 'fc00:f853:ccd:e793::/64', Gateway: 'fc00:f853:ccd:e793::1' },
        ],
      },
      Labels: { 'labctl.lab': 'bgp-rr' },
    });
    expect(records).toEqual([['network'], ['network', 'cluster'], ['network', 'cluster', 'fabric']]);
    expect(readFileSync(join(folder, 'routers/leaf0/frr.conf'), 'utf8')).toContain('router bgp 65005');
    const before = (first: string, second: string): void => {
      const needs = new Map(plan.operations.map(({ resource, needs: ids }) => [resource, ids]));
      const id = plan.operations.find(({ resource }) => resource === first)?.id;
      expect(needs.get(second), `${first} before ${second}`).toContain(id);
    };
    // Felix writes the MTU that pods get when it starts, from the pools it finds.
    before('objects', 'calico');
    before('calico', 'calico-node');
    before('calico-node', 'workload');
    before('held', 'workload');
    before('fabric', 'calico');
    before('nodes', 'calico');
  });

  it('plans nothing when nothing differs, and only what a changed object needs', async () => {
    const design = designOf();
    const files = new Map(writeKindArtifacts(design, cluster, newestTools, undefined));
    const { engine } = await engineOn(recordingShell({}), {});
    const made = new Map(
      engine.plan(design, files, nothingObserved).operations.map(({ resource, input }) => [resource, digestOf(input)]),
    );
    const seen = { state: 'running', made, dead: new Set<string>() } as const;

    expect(engine.plan(design, files, seen).operations).toEqual([]);
    files.set('calico/crd-objects.yaml', 'kind: IPPool\n');
    const { operations } = engine.plan(design, files, seen);
    const again = operations.map(({ resource }) => resource);
    expect(again).toEqual([
      'files',
      'booted',
      'api',
      'kinds',
      'objects',
      'calico-node',
      'pods',
      'sessions',
      'routes',
      'ping',
    ]);
    // Nobody asks for pods before the API answers.
    const [api, pods] = ['api', 'pods'].map((name) => operations.find(({ resource }) => resource === name));
    expect(pods?.needs).toContain(api?.id);
  });

  it('starts the nodes of a stopped lab, plugs the fabric anew and waits, and makes nothing else again', async () => {
    const design = designOf();
    const files = new Map(writeKindArtifacts(design, cluster, newestTools, undefined));
    const answers: Record<string, Said | readonly Said[]> = {};
    const host = recordingShell(answers);
    const started = ['control-plane', 'worker', 'worker2', 'worker3'].map(
      (name) => `POST /containers/bgp-rr-${name}/start`,
    );
    const { engine, daemon, folder } = await engineOn(
      host,
      {
        ...Object.fromEntries(started.map((question) => [question, { status: 204 }])),
        'POST /containers/bgp-rr-worker/start': { status: 304 },
        'GET /events': { body: '' },
        [labelled.fabric]: { body: [{ Id: '1', Names: ['/clab-bgp-rr-leaf0'] }] },
      },
      ['network', 'cluster', 'fabric'],
    );
    const made = new Map(
      engine.plan(design, files, nothingObserved).operations.map(({ resource, input }) => [resource, digestOf(input)]),
    );
    const dead = new Set(['cluster', 'fabric', 'rules:leaf0', 'rules:leaf1']);

    const { operations } = engine.plan(design, files, { state: 'running', made, dead });

    expect(operations.map(({ verb }) => verb)).toEqual([
      'startCluster',
      'waitNodes',
      'waitApi',
      'deployFabric',
      'loadRules',
      'loadRules',
      'waitKinds',
      'waitCalico',
      'waitPods',
      'waitSessions',
      'waitRoutes',
      'waitPing',
    ]);
    Object.assign(answers, {
      [readyArgv(join(folder, 'kubeconfig')).join(' ')]: [
        recorded('kubectl/v1.30.14/connection-refused'),
        { stdout: 'ok' },
      ],
      [deploy(daemon, folder, 'again')]: recorded('containerlab/HEAD-39ff2b7cc/deploy-reconfigure-while-running'),
    });
    const table = engine.operations(design);
    const done = operations.filter(({ verb }) => ['startCluster', 'waitApi', 'deployFabric'].includes(verb));
    for (const { verb, input } of done) await table[verb]?.apply(input, context);
    expect([...host.unused(), ...daemon.unused()]).toEqual([]);
  });

  it('copies images and wires nodes while kubeadm works, and ends with kind where nodes do not boot', async () => {
    const design = designOf();
    const files = new Map(writeKindArtifacts(design, cluster, newestTools, undefined));
    const answers: Record<string, Said | readonly Said[]> = {};
    const { engine, folder } = await engineOn(recordingShell(answers), {
      ...inspected(),
      'GET /events': { body: '' },
      'GET /containers/json': none,
    });
    Object.assign(answers, {
      [create(folder)]: recorded('kind/v0.33.0/create-missing-image'),
      ...foundIn(10801, 'c0ffee'),
      'nsenter -t 10801 -m -u -i -n -p -- systemctl is-active --quiet containerd': [{ exitCode: 3 }, {}],
    });
    const { operations } = engine.plan(design, files, nothingObserved);
    const resource = new Map(operations.map((operation) => [operation.id, operation.resource]));
    const needsOf = (verb: string): readonly (string | undefined)[] =>
      operations
        .filter((operation) => operation.verb === verb)
        .flatMap(({ needs }) => needs.map((id) => resource.get(id)));
    expect(['createCluster', 'waitNodes', 'loadImages', 'deployFabric'].map(needsOf)).toEqual([
      ['files', 'network'],
      ['network', 'files'],
      ['booted'],
      ['files', 'booted'],
    ]);

    const table = engine.operations(design);
    const ended = await Promise.allSettled(
      ['createCluster', 'waitNodes'].map((verb) => table[verb]?.apply(null, context)),
    );

    expect(ended.map((one) => (one.status === 'rejected' ? (one.reason as LabError).message : 'fine'))).toEqual([
      'sh exited with 1',
      'not booted: bgp-rr-control-plane, bgp-rr-worker2, bgp-rr-worker3',
    ]);
  });

  it('is booted when containerd runs in every node, and lets kind restart it where it patches it', async () => {
    const design = { ...designOf(), nodes: designOf().nodes.filter(({ name }) => name === 'bgp-rr-worker') };
    const answers = {
      ...foundIn(10801, 'c0ffee'),
      'nsenter -t 10801 -m -u -i -n -p -- systemctl is-active --quiet containerd': [{ exitCode: 3 }, {}],
    };
    const { engine } = await engineOn(recordingShell(answers), inspected());
    const said: string[] = [];

    await engine.operations(design)['waitNodes']?.apply(null, { ...context, report: (line) => void said.push(line) });

    expect(said).toEqual(['0 of 1 nodes booted', '1 of 1 nodes booted']);
    const patched = new Map([['kind.yaml', 'containerdConfigPatches:\n']]);
    const { operations } = engine.plan(design, patched, nothingObserved);
    const images = operations.find(({ verb }) => verb === 'loadImages');
    const kind = operations.find(({ verb }) => verb === 'createCluster');
    expect(images?.needs).toEqual([kind?.id]);
  });

  it('stops every container of the lab, also one that is paused', async () => {
    const { engine, daemon } = await engineOn(
      recordingShell({}),
      {
        ...inspected(),
        [labelled.cluster]: workerListed,
        [labelled.fabric]: { body: [{ Id: '1', Names: ['/clab-bgp-rr-leaf0'] }] },
        [labelled.own]: none,
        'GET /containers/bgp-rr-worker/json': workerPaused(),
        'POST /containers/bgp-rr-worker/unpause': { status: 204 },
        'POST /containers/bgp-rr-worker/stop': { status: 204 },
        'POST /containers/clab-bgp-rr-leaf0/stop': { status: 304 },
      },
      ['network', 'cluster', 'fabric'],
    );

    await engine.stop?.();

    expect(daemon.asked.filter((question) => question.startsWith('POST')).toSorted()).toEqual([
      'POST /containers/bgp-rr-worker/stop',
      'POST /containers/bgp-rr-worker/unpause',
      'POST /containers/clab-bgp-rr-leaf0/stop',
    ]);
  });

  it('removes only what it recorded, and destroys no fabric of which nothing is left', async () => {
    const answers: Record<string, Said> = {};
    const host: RecordingShell = recordingShell(answers);
    const stranger = 'd1d1'.repeat(16);
    const { engine, daemon, folder, records } = await engineOn(
      host,
      {
        'GET /networks': [
          { body: [{ Name: 'bgp-rr', Id: '0123456789abcdef', Labels: { 'labctl.lab': 'bgp-rr' } }] },
          { body: [{ Name: 'bridge', Id: '2' }] },
        ],
        [labelled.fabric]: none,
        [labelled.cluster]: [workerListed, workerListed, none],
        [labelled.own]: none,
        'GET /containers/bgp-rr-door/json': absent,
        'GET /containers/bgp-rr-worker/json': [workerPaused(), workerPaused(), absent],
        'POST /containers/bgp-rr-worker/unpause': { status: 204 },
        'DELETE /containers/bgp-rr-worker?force=true&v=true': { status: 204 },
        [`DELETE /volumes/${volume}`]: absent,
        'GET /networks/bgp-rr-outside': absent,
        'GET /networks/bgp-rr': { body: { Containers: { [stranger]: { Name: 'stranger' } } } },
        'POST /networks/bgp-rr/disconnect': {},
        'DELETE /networks/bgp-rr': { status: 204 },
        'GET /volumes': { body: { Volumes: null } },
      },
      ['network', 'cluster', 'fabric'],
    );
    Object.assign(answers, {
      'ip -o link show': { stdout: '1: lo: <LOOPBACK,UP>\n' },
      'iptables-save': {},
      'ip6tables-save': { exitCode: 127 },
      'nft list ruleset': { exitCode: 127 },
      [`kind delete cluster --name bgp-rr --kubeconfig ${folder}/kubeconfig`]: recorded('kind/v0.33.0/delete-absent'),
    });

    expect(await engine.remove()).toBe(true);

    expect([...host.unused(), ...daemon.unused()]).toEqual([]);
    expect(daemon.body('POST /networks/bgp-rr/disconnect')).toEqual({ Container: stranger, Force: true });
    expect(records).toEqual([[]]);
    expect(await (await engineOn(recordingShell({}), {})).engine.remove()).toBe(false);
  });
});

/** As Docker 29 writes it with `firewall-backend: nftables`, and a rule of somebody's for a node; worker2 is another lab's. */
const dockerRuleset = `table ip docker-bridges {
	map filter-forward-in-jumps {
		type ifname : verdict
		elements = { "docker0" : jump filter-forward-in__docker0,
			     "br-0123456789ab" : jump filter-forward-in__br-0123456789ab }
	}

	chain filter-forward-in__docker0 {
		iifname "docker0" counter packets 0 bytes 0 accept
	}

	chain filter-forward-in__br-0123456789ab {
		ct state established,related counter packets 0 bytes 0 accept
		iifname "br-0123456789ab" counter packets 0 bytes 0 accept
	}
}
table inet mine {
	chain forward {
		type filter hook forward priority filter; policy accept;
		oifname "x" comment "to bgp-rr-worker" drop
		oifname "x" comment "to bgp-rr-worker2" drop
	}
}
`;

describe.skipIf(recordedFolder === undefined)('what is left', () => {
  it('names every container, network, volume, link and rule that is still there, and keeps the record', async () => {
    const answers: Record<string, Said> = {};
    const { engine, folder, records } = await engineOn(
      recordingShell(answers),
      {
        'GET /networks': { body: [{ Name: 'bgp-rr', Id: '0123456789abcdef' }] },
        [labelled.fabric]: none,
        [labelled.cluster]: [workerListed, none],
        [labelled.own]: none,
        'GET /containers/bgp-rr-door/json': absent,
        'GET /containers/bgp-rr-worker/json': workerPaused(),
        [`DELETE /volumes/${volume}`]: { status: 409, body: { message: 'volume is in use - [stranger]' } },
        'GET /networks/bgp-rr': { body: {} },
        'DELETE /networks/bgp-rr': { status: 403, body: { message: 'network bgp-rr has active endpoints' } },
        'GET /volumes': { body: { Volumes: [{ Name: volume }, { Name: 'other' }] } },
      },
      ['network', 'cluster'],
    );
    Object.assign(answers, {
      [`kind delete cluster --name bgp-rr --kubeconfig ${folder}/kubeconfig`]: { exitCode: 1 },
      'ip -o link show': { stdout: '1: lo: <LOOPBACK,UP>\n7: br-0123456789ab: <BROADCAST>\n8: br-ffffffffffff: <>\n' },
      'iptables-save': { stdout: '-A DOCKER-USER -i br-0123456789ab -j ACCEPT\n-A FORWARD -i eth0 -j ACCEPT\n' },
      'ip6tables-save': {},
      'nft list ruleset': { stdout: dockerRuleset },
    });

    const error = await engine.remove().catch((thrown: unknown) => thrown as LabError);

    expect(error).toMatchObject({
      code: 'UNDO_FAILED',
      facts: [
        'network bgp-rr: docker network rm bgp-rr',
        `volume ${volume}: docker volume rm ${volume}`,
        "link br-0123456789ab in the host's namespace",
        "rule of the host's firewall: -A DOCKER-USER -i br-0123456789ab -j ACCEPT",
        'rule of the host\'s firewall: table ip docker-bridges, map filter-forward-in-jumps, elements, "br-0123456789ab" : jump filter-forward-in__br-0123456789ab }',
        "rule of the host's firewall: table ip docker-bridges, chain filter-forward-in__br-0123456789ab",
        'rule of the host\'s firewall: table inet mine, chain forward, oifname "x" comment "to bgp-rr-worker" drop',
        'Docker refuses removing network bgp-rr: network bgp-rr has active endpoints',
        `Docker refuses removing volume ${volume}: volume is in use - [stranger]`,
      ],
    });
    expect(records).toEqual([]);
  });
});
