// Owns putting zebra's next-hop groups back into the kernel where an interface that went down took members out of them.

import type { Shell } from '../base/shell.ts';

/** A next-hop group: its id, and the ids of the next hops in it. */
export interface NextHopGroup {
  readonly id: number;
  readonly members: readonly number[];
}

/**
 * The kernel takes a next hop out of its groups when the port goes down. FRR before 9.0 keeps a group for 180 s that no route
 * uses, and uses it again as it takes it to be: ECMP stays short of a member (FRRouting/frr#13413). Gives the kernel the members
 * that zebra names; the ids of the groups that needed it.
 */
export async function reinstallGroups(router: Shell): Promise<readonly number[]> {
  const read = async (...argv: readonly string[]) => (await router.run(argv, { onFailure: 'return' })).stdout;
  const [zebra, kernel] = await Promise.all([
    read('vtysh', '-c', 'show nexthop-group rib'),
    read('ip', '-j', 'nexthop', 'show'),
  ]);
  const stale = staleGroups(zebraGroups(zebra), kernel);
  for (const { id, members } of stale) {
    const group = members.join('/');
    await router.run(['ip', 'nexthop', 'replace', 'id', String(id), 'group', group, 'proto', 'zebra']);
  }
  return stale.map(({ id }) => id);
}

/** Reads the installed groups of `show nexthop-group rib`. */
export function zebraGroups(text: string): readonly NextHopGroup[] {
  const groups: NextHopGroup[] = [];
  for (const block of text.split(/^(?=ID: )/m)) {
    const [, id] = /^ID: (\d+) \(zebra\)/.exec(block) ?? [];
    const [, depends = ''] = /^\s*Depends:((?: \(\d+\))+)/m.exec(block) ?? [];
    const members = Array.from(depends.matchAll(/\d+/g), ([member]) => Number(member));
    if (id !== undefined && /\bInstalled\b/.test(block) && members.length > 1) groups.push({ id: Number(id), members });
  }
  return groups;
}

/** The groups that the kernel has with fewer members, where it has every next hop that is missing. */
export function staleGroups(groups: readonly NextHopGroup[], kernelJson: string): readonly NextHopGroup[] {
  const kernel = JSON.parse(kernelJson || '[]') as readonly {
    readonly id: number;
    readonly group?: readonly { readonly id: number }[];
  }[];
  const single = new Set(kernel.filter(({ group }) => group === undefined).map(({ id }) => id));
  return groups.filter(({ id, members }) => {
    const own = kernel.find((candidate) => candidate.id === id)?.group?.map((member) => member.id);
    return own !== undefined && own.length < members.length && members.every((member) => single.has(member));
  });
}
