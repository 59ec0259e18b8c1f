// Owns the least that is taken for a calico.yaml.

/** A DaemonSet calico-node with one container. */
export const smallManifest = `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: calico-node
spec: {template: {spec: {containers: [{name: calico-node, env: []}]}}}
`;
