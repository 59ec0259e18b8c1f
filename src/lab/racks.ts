// Owns where nodes stand: in one rack, or in two with an uplink to each leaf (dual ToR) and their address on a loopback.

import type { LabNode } from './lab.ts';
import type { ProblemList } from './problems.ts';
import type { MergedLab } from './schema.ts';

/** Where a node stands. */
export type Stand = Pick<LabNode, 'rack' | 'uplinkRacks'>;

/** Where a node stands: in one rack or, written as a list, in each of those with an uplink. */
export function standOf({ rack }: MergedLab['cluster']['nodes'][number]): Stand {
  return typeof rack === 'object' ? { rack: rack[0], uplinkRacks: rack } : { rack };
}

/** The racks a node stands in, in the order of its uplinks. */
export function racksOf({ rack, uplinkRacks }: Stand): readonly string[] {
  return uplinkRacks ?? (rack === undefined ? [] : [rack]);
}

/** The value of the label `rack`: one word, also of a node in two. */
export function rackLabel(stand: Stand): string {
  return racksOf(stand).join('-');
}

/** The selector of the nodes in a rack; `members` are those. */
export function rackSelector(rack: string, members: readonly Stand[]): string {
  const labels = [...new Set(members.map(rackLabel))];
  const [label = rack] = labels;
  return labels.length < 2 ? `rack == '${label}'` : `rack in {${labels.map((one) => `'${one}'`).join(', ')}}`;
}

/** Checks that the racks of one node exist, and that it stands somewhere where there are racks. */
export function checkStand(
  merged: MergedLab,
  names: { readonly racks: readonly string[]; readonly nodes: readonly string[] },
  index: number,
  list: ProblemList,
): void {
  const path = ['cluster', 'nodes', index];
  const node = merged.cluster.nodes[index];
  if (node === undefined) return;
  const stand = standOf(node);
  const racks = racksOf(stand);
  if (racks.length === 0 && names.racks.length > 0) {
    const hint = `add rack: ${names.racks.join(' or rack: ')}`;
    list.add(path, { code: 'LAB_NO_RACK', message: `node \`${names.nodes[index]}\` stands in no rack`, hint });
  }
  for (const [i, rack] of racks.entries()) {
    const at = [...path, 'rack', ...(stand.uplinkRacks === undefined ? [] : [i])];
    if (racks.indexOf(rack) < i) {
      const hint = 'name another rack, or only one';
      list.add(at, { code: 'LAB_BAD_VALUE', message: `the node already stands in \`${rack}\``, hint });
    } else if (merged.topology === undefined) {
      const message = `the node stands in rack \`${rack}\`, but the lab has no topology`;
      list.add(at, { code: 'LAB_UNKNOWN_NAME', message, hint: 'add `topology:` or leave the rack out' });
    } else if (!names.racks.includes(rack)) {
      list.addUnknown(at, 'rack', rack, names.racks);
    }
  }
}

/**
 * Nodes with loopback addresses: what they need, and what labctl does not work out for them. calico-node would give its
 * tunnels to `lo`, and a mesh's next hops are loopbacks, which BIRD takes from no BGP route (calico.md B.6).
 */
export function checkLoopbacks(merged: MergedLab, list: ProblemList): void {
  const { cluster, calico } = merged;
  const index = cluster.nodes.findIndex((node) => standOf(node).uplinkRacks !== undefined);
  if (index < 0) return;
  if (cluster.loopbacks === undefined) {
    const message = 'a node in a list of racks has its address on a loopback, and the lab has no prefix for those';
    const hint = 'add under `cluster:` loopbacks: 10.0.0.0/24';
    list.add(['cluster', 'nodes', index, 'rack'], { code: 'LAB_NO_LOOPBACKS', message, hint });
  }
  const refuse = (path: readonly string[], message: string, hint: string): void =>
    list.add([...path], { code: 'LAB_BAD_VALUE', message, hint });
  if (cluster.ipFamily === 'dual') {
    refuse(['cluster', 'ipFamily'], 'nodes with an address on a loopback have IPv4 only', 'write ipFamily: ipv4');
  }
  if ((calico?.encapsulation ?? 'None') !== 'None') {
    const message = 'nodes with an address on a loopback have no tunnels: Calico would bind them to `lo`';
    refuse(['calico', 'encapsulation'], message, 'write encapsulation: None');
  }
}
