// Owns the lab's pods as Kubernetes takes them: each on its node, with the address that the design gives it.

import { stringify } from 'yaml';
import type { Design, PodDesign } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';
import { podPort } from '../design/services.ts';
import { endpointLabel } from './kind-services.ts';

/**
 * What runs in a pod: one line for each request, `<pod> <address> <client>`, as the embedded engine's pods answer. By busybox, or by
 * Perl where the image is Debian's; a pod of another image answers pings only.
 */
const program = String.raw`mkdir -p /tmp/www/cgi-bin
cat >/tmp/www/cgi-bin/index.cgi <<EOF
#!/bin/sh
client=\$(printf %s "\$REMOTE_ADDR" | sed 's/[][]//g; s/^::ffff://')
printf 'Content-Type: text/plain\r\n\r\n$1 $2 %s\n' "\$client"
EOF
chmod +x /tmp/www/cgi-bin/index.cgi
command -v httpd >/dev/null && exec httpd -f -p ${podPort} -h /tmp/www
command -v perl >/dev/null && exec perl -MIO::Socket::INET -e '
  $SIG{PIPE} = "IGNORE";
  $listening = IO::Socket::INET->new(LocalPort => ${podPort}, Listen => 64, ReuseAddr => 1) or die $@;
  while ($client = $listening->accept) {
    sysread $client, $request, 4096;
    print $client "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n@ARGV " . $client->peerhost . "\n";
    close $client;
  }' "$@"
exec sleep infinity
`;

const serverName = 'pod-server';

/**
 * workload.yaml. `nodeName` goes past the scheduler and its taints; the annotation is calico-ipam's, so the address holds
 * whoever asks first. Pods end at once: nothing in them needs thirty seconds.
 */
export function kindWorkload(design: Design, cluster: KindCluster): string {
  const namespaces = [...new Set(design.pods.map(({ namespace }) => namespace))].filter((name) => name !== 'default');
  const documents = [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...[...new Set(design.pods.map(({ namespace }) => namespace))].map(podServer),
    ...design.pods.map((pod) => kubernetesPod(design, pod, cluster)),
  ];
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
}

function podServer(namespace: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: serverName, namespace }, data: { answer: program } };
}

function kubernetesPod({ services }: Design, pod: PodDesign, cluster: KindCluster): object {
  const serving = services.filter(({ endpoints }) => endpoints.some((endpoint) => endpoint.pod === pod.name));
  const [{ address }] = pod.addresses;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace: pod.namespace,
      labels: { app: pod.name, ...Object.fromEntries(serving.map(({ name }) => endpointLabel(name))) },
      annotations: { 'cni.projectcalico.org/ipAddrs': JSON.stringify(pod.addresses.map(({ address }) => address)) },
    },
    spec: {
      nodeName: pod.node,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'pod',
          image: cluster.images.pod,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '/server/answer', pod.name, address],
          volumeMounts: [{ name: 'server', mountPath: '/server', readOnly: true }],
        },
      ],
      volumes: [{ name: 'server', configMap: { name: serverName } }],
    },
  };
}
