// Owns the pods of an imported lab: those that the folder binds to a node by name.

import { treeAt } from '../tree.ts';
import { textOf } from './account.ts';
import type { KindCluster } from './kind-cluster.ts';
import type { Parts, YamlPart } from './parts.ts';

/** The short name of the node that a Pod is bound to; undefined where the scheduler would choose. */
export function podOf({ kind, tree }: YamlPart, cluster: KindCluster): string | undefined {
  const node = textOf(treeAt(tree, ['spec', 'nodeName']));
  if (kind !== 'Pod' || node === undefined) return undefined;
  return cluster.nodes.find(({ container }) => container === node)?.short;
}

/** `pods:` of a lab file; undefined: labctl's own. */
export function podEntries({ documents }: Parts, cluster: KindCluster): Readonly<Record<string, string>> | undefined {
  const pods = documents.flatMap((part): [string, string][] => {
    const node = podOf(part, cluster);
    return node === undefined ? [] : [[part.name, node]];
  });
  return pods.length === 0 ? undefined : Object.fromEntries(pods);
}
