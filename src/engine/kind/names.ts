// Owns what a lab's parts are called on this machine's Docker: all carry the lab's name, so labs stand side by side.

import { manifestImages } from '../../artifact/kind-images.ts';

/** The Docker network of the nodes. */
export function networkOf(lab: string): string {
  return lab;
}

/** The Docker network of the routers' eth0, which containerlab makes. */
export function outsideOf(lab: string): string {
  return `${lab}-outside`;
}

/** The container of a node (kind's name for it) or of a router or switch (containerlab's). */
export function containerOf(lab: string, machine: { readonly kind: string; readonly name: string }): string {
  return machine.kind === 'node' ? machine.name : `clab-${lab}-${machine.name}`;
}

/** The container by which those who are not root enter namespaces. */
export function doorOf(lab: string): string {
  return `${lab}-door`;
}

/** What labctl itself writes on a lab's network, and on the container that it makes. */
export const ownLabel = 'labctl.lab';

/** Labels by which a lab's containers are found, whatever became of its files: kind's and containerlab's own. */
export function labelsOf(lab: string): { readonly fabric: string; readonly cluster: string } {
  return { fabric: `containerlab=${lab}`, cluster: `io.x-k8s.kind.cluster=${lab}` };
}

/** Images that run in the cluster and are copied into its nodes: the pods' and those the manifest names. */
export function clusterImages(pod: string, manifest: string | undefined): readonly string[] {
  return [...new Set([pod, ...manifestImages(manifest)])];
}
