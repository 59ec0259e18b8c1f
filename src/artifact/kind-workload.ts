// Owns the lab's pods as Kubernetes takes them: each on its node, with the address that the design gives it.

import { stringify } from 'yaml';
import type { Design, PodDesign } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';

/**
 * workload.yaml. `nodeName` goes past the scheduler and its taints; the annotation is calico-ipam's, so the address holds
 * whoever asks first. Pods end at once: nothing in them needs thirty seconds.
 */
export function kindWorkload(design: Design, cluster: KindCluster): string {
  const namespaces = [...new Set(design.pods.map(({ namespace }) => namespace))].filter((name) => name !== 'default');
  const documents = [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...design.pods.map((pod) => kubernetesPod(pod, cluster)),
  ];
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
}

function kubernetesPod(pod: PodDesign, cluster: KindCluster): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace: pod.namespace,
      labels: { app: pod.name },
      annotations: { 'cni.projectcalico.org/ipAddrs': JSON.stringify(pod.addresses.map(({ address }) => address)) },
    },
    spec: {
      nodeName: pod.node,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [
        { name: 'pod', image: cluster.images.pod, imagePullPolicy: 'IfNotPresent', command: ['sleep', 'infinity'] },
      ],
    },
  };
}
