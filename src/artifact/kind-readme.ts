// Owns the README of a rendered kind lab: the commands in order, and why the order is this one.

import { type Design, findMachine } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';
import { reaches } from '../design/walk.ts';
import { fabricWorkers } from './clab-topology.ts';
import { nodeNetworks } from './kind-config.ts';
import { isBuiltRouter } from './kind-images.ts';
import { secretNames } from './kind-secrets.ts';
import { loadBalancerAddresses } from './kind-services.ts';
import type { KindTools, ToolVersion } from './kind-tools.ts';
import { manifestSource } from './manifest-source.ts';
import { clabNetem } from './netem.ts';
import { routerRules } from './router-rules.ts';
import { vyosImageSection } from './vyos-container.ts';

/** README.md for someone who has the folder, the programs and no labctl. */
export function kindReadme(design: Design, cluster: KindCluster, tools: KindTools, hasManifest: boolean): string {
  const hasFabric = design.routers.length > 0;
  const isSwitched = design.earlier.length > 0;
  return [
    `# ${design.lab} on kind`,
    '',
    `${design.title}.`,
    '',
    `Written for kind ${versionText(tools.kind)}${hasFabric ? `, containerlab ${versionText(tools.containerlab)}` : ''}, Kubernetes ${cluster.kubernetes.text} and Calico ${design.version.text}.`,
    `Run every command in this folder, in one shell${hasFabric ? ', as root' : ', as root or as a member of the group `docker`'}.`,
    '',
    '## Images',
    '',
    'A node on the fabric reaches no registry any more: have the images before.',
    '',
    ...shell(...hostImages(design, cluster).map((image) => `docker pull ${image}`)),
    '',
    ...(hasFabric && isBuiltRouter(cluster) ? vyosImageSection(cluster.images.router) : []),
    '## Up',
    '',
    "A network of the lab's own, then the cluster. Without a CNI its nodes stay NotReady: never add `--wait`.",
    'kind numbers its nodes as they happen to start: `bin/docker` stands before docker for that one command and gives each the',
    "address that the lab's files name.",
    '',
    ...shell(
      `docker network create ${networkOptions(design, cluster)} ${design.lab}`,
      `export KIND_EXPERIMENTAL_DOCKER_NETWORK=${design.lab} KUBECONFIG=$PWD/kubeconfig`,
      'PATH=$PWD/bin:$PATH kind create cluster --config kind.yaml',
      `kind load docker-image --name ${design.lab} ${cluster.images.pod}`,
    ),
    '',
    ...(hasFabric ? fabricSection(design, cluster) : []),
    ...manifestSection(design, cluster, hasManifest),
    'First what calico-node reads when it starts, its objects among it, then Calico. While the nodes are cordoned nothing takes an address',
    "but the lab's pods, bound to their nodes by name. They come after calico-node: its CNI plugin gives a pod the MTU that Felix wrote",
    'when it started, and 1500 where it has not yet.',
    '',
    ...shell(
      'kubectl cordon --selector=kubernetes.io/os=linux',
      'kubectl apply --server-side --force-conflicts -f calico/nodes.yaml',
      ...secretCommands(design),
      'kubectl apply --server-side -f calico/kinds.yaml',
      'kubectl wait --for=condition=Established --timeout=60s crd --all',
      `kubectl apply --server-side --force-conflicts -f calico/${isSwitched ? 'first-' : ''}crd-objects.yaml`,
      'kubectl apply --server-side -f calico.yaml || kubectl apply --server-side -f calico.yaml',
      'kubectl rollout status --namespace kube-system daemonset/calico-node --timeout=180s',
      'kubectl apply -f workload.yaml',
      ...serviceCommands(design),
      ...waitCommands(design),
      'kubectl uncordon --selector=kubernetes.io/os=linux',
      ...(isSwitched ? ['kubectl apply --server-side --force-conflicts -f calico/crd-objects.yaml'] : []),
    ),
    '',
    'Where the cluster serves `projectcalico.org/v3` (Calico with its API server), write that for `crd.projectcalico.org/v1` in `crd-objects.yaml`.',
    '',
    '## Look',
    '',
    ...shell(...lookCommands(design)),
    '',
    '## Down',
    '',
    ...shell(
      ...(hasFabric ? ['containerlab destroy --topo fabric.clab.yml --cleanup'] : []),
      `kind delete cluster --name ${design.lab}`,
      `docker network rm ${design.lab}`,
    ),
    '',
  ].join('\n');
}

function fabricSection(design: Design, cluster: KindCluster): readonly string[] {
  return [
    'The fabric: routers, and a switch for the racks in a container of its own, so that no bridge and no rule of it stands on the host.',
    'It gives the nodes the addresses that kubelet already waits for, and takes their default route.',
    '',
    ...shell(
      'export CLAB_VERSION_CHECK=disable',
      `containerlab deploy --topo fabric.clab.yml --max-workers ${fabricWorkers(design)}`,
      ...clabNetem(design).map((words) => `containerlab ${words.join(' ')}`),
      ...rulesCommands(design, cluster),
    ),
    '',
  ];
}

/** FRR's image has no nft: the rules are loaded from the host into the router's network namespace. */
function rulesCommands({ lab, routers }: Design, cluster: KindCluster): readonly string[] {
  const translating = cluster.routers === 'frr' ? routers.filter((router) => routerRules(router) !== undefined) : [];
  return translating.map(({ name }) => {
    const pid = `$(docker inspect --format '{{.State.Pid}}' clab-${lab}-${name})`;
    return `nsenter --target "${pid}" --net nft --file routers/${name}/rules.nft`;
  });
}

function serviceCommands(design: Design): readonly string[] {
  if (design.services.length === 0) return [];
  const patches = loadBalancerAddresses(design).map(({ service, address }) => {
    const patch = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: address }] } } });
    return `kubectl patch service ${service} --subresource=status --type=merge --patch '${patch}'`;
  });
  return ['kubectl apply -f services.yaml', ...patches];
}

function waitCommands({ pods }: Design): readonly string[] {
  return [...new Set(pods.map(({ namespace }) => namespace))].map((namespace) => {
    const own = pods.filter((pod) => pod.namespace === namespace).map(({ name }) => `pod/${name}`);
    return `kubectl wait --namespace ${namespace} --for=condition=Ready --timeout=120s ${own.join(' ')}`;
  });
}

/** Passwords are in no file of this folder. */
function secretCommands({ secrets }: Design): readonly string[] {
  const names = secretNames(secrets);
  if (names.length === 0) return [];
  const create = names.map((name) => {
    const keys = Object.keys(secrets).flatMap((one) =>
      one.startsWith(`${name}/`) ? [one.slice(name.length + 1)] : [],
    );
    const words = keys.map((key) => `--from-file=${key}=PASSWORD-FILE`);
    return `kubectl create secret generic ${name} --namespace kube-system ${words.join(' ')}   # and in routers/*/frr.conf`;
  });
  return ['kubectl apply -f calico/secret-access.yaml', ...create];
}

function manifestSection(design: Design, cluster: KindCluster, hasManifest: boolean): readonly string[] {
  const lab = design.variant === undefined ? design.lab : `${design.lab}:${design.variant}`;
  const render = `labctl render ${lab} . --for kind --force --set engines.kind.manifest=${manifestSource(design.version, cluster)}`;
  return [
    hasManifest
      ? "calico.yaml is the release's manifest, edited for this lab. Its images go into the nodes."
      : "The release's manifest could not be got when this folder was written. This edits it for the lab (with the `--set` and `--router` of then); its images go into the nodes.",
    '',
    ...shell(
      ...(hasManifest ? [] : [render]),
      `for image in $(awk '$1 == "image:" {print $2}' calico.yaml | sort -u); do`,
      `  docker pull $image && kind load docker-image --name ${design.lab} $image`,
      'done',
    ),
    '',
    'Where kind says `content digest … not found` (a Docker that keeps images in containerd), say this for the image and each node instead:',
    '`docker save IMAGE | docker exec --interactive NODE ctr --namespace=k8s.io images import --digests --snapshotter=overlayfs -`.',
    '',
  ];
}

/** Images that run on the host; those of pods are loaded into the nodes. */
function hostImages(design: Design, cluster: KindCluster): readonly string[] {
  const { images } = cluster;
  const ofFabric = isBuiltRouter(cluster) ? [images.switch] : [images.router, images.switch];
  const routers = design.routers.length > 0 ? ofFabric : [];
  return [...new Set([images.node, ...routers, images.pod])];
}

/** As kind makes its network, but with the lab's prefix. */
function networkOptions(design: Design, cluster: KindCluster): string {
  const networks = nodeNetworks(design, cluster);
  const subnets = networks.map(({ prefix, gateway }) => `--subnet ${prefix} --gateway ${gateway}`);
  return ['--opt com.docker.network.driver.mtu=1500', ...(networks.length > 1 ? ['--ipv6'] : []), ...subnets].join(' ');
}

function lookCommands(design: Design): readonly string[] {
  const [router] = design.routers;
  const [from, to] = [design.pods[0], design.pods.at(-1)];
  const node = findMachine(design, from?.node ?? '');
  return [
    ...(router === undefined ? [] : [`docker exec clab-${design.lab}-${router.name} vtysh -c 'show bgp summary'`]),
    ...(node === undefined ? [] : [`docker exec ${node.name} ip route`]),
    ...(design.backend === 'bird'
      ? [
          'kubectl exec --namespace kube-system daemonset/calico-node -c calico-node -- birdcl -s /var/run/calico/bird.ctl show protocols',
        ]
      : []),
    ...(from === undefined || to === undefined
      ? []
      : [
          `kubectl exec --namespace ${from.namespace} ${from.name} -- ping -c 3 ${to.addresses[0].address}${reaches(design, from, to) ? '' : '   # no answer: that is the lab'}`,
        ]),
  ];
}

function shell(...lines: readonly string[]): readonly string[] {
  return ['```sh', ...lines, '```'];
}

function versionText([major, minor]: ToolVersion): string {
  return `${major}.${minor}`;
}
