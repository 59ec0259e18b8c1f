// Owns a lab as a Clabernetes topology (c9s.run/v1alpha1): every machine of the netns engine as a containerlab node of its own.

import { Document, isMap, isSeq, Scalar, stringify, visit } from 'yaml';
import type { Design, Link } from '../design/design.ts';
import type { Artifacts } from './artifacts.ts';
import { machineDockerfile } from './machine-image.ts';

/** The image of every machine, to be built from `machine/Dockerfile` and named as the registry wants it. */
const machineImage = 'labctl-machine:latest';

/**
 * `topology.yaml` (a ConfigMap for each machine's start script, and the Topology), the image's recipe and a README. `starts`: a
 * start script by machine. Switches are containers too: Clabernetes knows no bridge, for each node has a launcher of its own,
 * wherever Kubernetes puts it.
 */
export function writeClabernetes(
  design: Design,
  starts: ReadonlyMap<string, string>,
  packages: readonly string[],
): Artifacts {
  const machines = [...starts.keys()];
  const configMaps = [...starts].map(([machine, script]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: nameOf(design, machine) },
    data: { 'start.sh': literal(script) },
  }));
  const topology = {
    apiVersion: 'c9s.run/v1alpha1',
    kind: 'Topology',
    metadata: { name: design.lab },
    spec: {
      naming: 'prefixed',
      // Nothing of a lab is reached from outside: no Service is made for it.
      expose: { disableExpose: true },
      deployment: {
        // Namespaces, nftables and FRR need what only a privileged container has.
        privilegedLauncher: true,
        filesFromConfigMap: Object.fromEntries(machines.map((machine) => [machine, [startFile(design, machine)]])),
      },
      definition: { containerlab: literal(containerlab(design, machines)) },
    },
  };
  const documents = [...configMaps, topology].map((object) => stringify(new Document(object), { lineWidth: 0 }));
  return new Map([
    ['README.md', readme(design, machines.length)],
    ['machine/Dockerfile', machineDockerfile(packages)],
    ['topology.yaml', documents.join('---\n')],
  ]);
}

function nameOf({ lab }: Design, machine: string): string {
  return `${lab}-start-${machine}`;
}

function startFile(design: Design, machine: string): object {
  return { filePath: 'start.sh', configMapName: nameOf(design, machine), configMapPath: 'start.sh', mode: 'execute' };
}

/** The topology inside: links of pods are their node's own matter. eth0 is the lab's, so no container has Docker's. */
function containerlab(design: Design, machines: readonly string[]): string {
  const node = {
    kind: 'linux',
    image: machineImage,
    'network-mode': 'none',
    binds: ['start.sh:/labctl/start.sh:ro'],
    cmd: 'sh /labctl/start.sh',
  };
  const document = new Document({
    name: design.lab,
    topology: {
      defaults: node,
      nodes: Object.fromEntries(machines.map((machine) => [machine, {}])),
      links: design.links.filter(({ role }) => role !== 'pod').map(linkOf),
    },
  });
  visit(document, {
    Pair: (_, { key, value }) => {
      if (String(key) !== 'links' || !isSeq(value)) return;
      for (const link of value.items) if (isMap(link)) link.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function linkOf({ ends, mtu }: Link): object {
  return { endpoints: ends.map(({ machine, interface: port }) => `${machine}:${port}`), mtu };
}

function literal(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.BLOCK_LITERAL;
  return scalar;
}

function readme({ lab, nodes, routers, switches }: Design, launchers: number): string {
  return `# ${lab} on Clabernetes

${nodes.length} nodes, ${routers.length} routers and ${switches.length} switches, each a pod of a Kubernetes cluster that has Clabernetes
(https://containerlab.dev/manual/clabernetes/). What they run is what labctl's embedded engine runs: real FRR and BIRD, and the
routes and rules that Felix would make. Pods of the lab are network namespaces inside their node.

## Image

One for all machines. Push it where the cluster pulls from, and put that name into \`topology.yaml\` where \`${machineImage}\` stands.

\`\`\`sh
docker build --tag ${machineImage} machine
\`\`\`

## Up

Links between launchers are VXLAN tunnels: the cluster's own network needs an MTU at least 50 bytes above the lab's.
Launchers are privileged: a cluster that enforces another Pod Security standard by default has to let this namespace.

\`\`\`sh
kubectl create namespace ${lab}
kubectl label namespace ${lab} pod-security.kubernetes.io/enforce=privileged
kubectl apply --namespace ${lab} --server-side --filename topology.yaml
until [ "$(kubectl get deployment --namespace ${lab} --output name | wc -l)" -ge ${launchers} ]; do sleep 2; done
kubectl wait --namespace ${lab} --for=condition=Available --timeout=10m deployment --all
\`\`\`

## Look

\`\`\`sh
kubectl exec --namespace ${lab} deploy/${lab}-${nodes[0]?.name} -- docker exec ${nodes[0]?.name} birdc show protocols
kubectl exec --namespace ${lab} deploy/${lab}-${nodes[0]?.name} -- docker exec ${nodes[0]?.name} ip route
\`\`\`

## Down

\`\`\`sh
kubectl delete namespace ${lab}
\`\`\`
`;
}
