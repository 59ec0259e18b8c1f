// Owns pod and tunnel addresses: which blocks nodes claim, which address each pod and tunnel gets (calico.md D).

import { containsPrefix, type Family, formatAddress, mustParsePrefix, nthAddress } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { blockWalk, ClaimedBlock, type PoolRange, poolRange } from './ipam-blocks.ts';
import { objectError, objectWarning } from './object-problem.ts';
import type { IPAMBlock, IPPool } from './objects.ts';
import { type Labels, selectorMatches } from './selector.ts';

/** A node that may claim blocks. */
export interface IpamNode {
  readonly name: string;
  readonly labels: Labels;
}

/** A pod that wants addresses. */
export interface IpamPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
}

/** Pools that a cluster once had. */
export interface EarlierPools {
  readonly pools: readonly IPPool[];
  /** Its blocks at the moment when others followed, where pods beside the lab's own take addresses. */
  readonly blocks: readonly IPAMBlock[];
}

/** Everything an assignment follows from. */
export interface IpamInput {
  readonly pools: readonly IPPool[];
  /**
   * The pools as they were when the pods were made, and each time they were changed on the live cluster before they became
   * `pools`: pods keep their addresses, tunnel addresses that are no longer used are released, new ones take what is free
   * then (calico.md K.3). None unless stated.
   */
  readonly earlier?: readonly EarlierPools[] | undefined;
  /** In the order in which they claim. */
  readonly nodes: readonly IpamNode[];
  /** In the order in which they are created. */
  readonly pods: readonly IpamPod[];
  /** true: no borrowing from other nodes' blocks (calico.md D.6); false unless stated. */
  readonly strictAffinity?: boolean | undefined;
  /** 20 unless stated (calico.md A.9). */
  readonly maxBlocksPerNode?: number | undefined;
}

/** A block with its owner. */
export interface AssignedBlock {
  readonly cidr: string;
  readonly node: string;
  readonly pool: string;
}

/** An address without length, and the block it lies in (another node's when borrowed). */
export interface AssignedAddress {
  readonly address: string;
  readonly block: string;
}

/** The address of a tunnel device: tunl0, vxlan.calico or vxlan-v6.calico. */
export interface TunnelAddress extends AssignedAddress {
  readonly kind: 'ipip' | 'vxlan' | 'vxlan-v6';
}

/** What was assigned. Problems have paths `['pods', index]` or `['nodes', index]` of the input. */
export interface IpamResult {
  /** In the order in which they were claimed. */
  readonly blocks: readonly AssignedBlock[];
  /** By `<namespace>/<name>`: one IPv4 address, one IPv6 address, as far as pools exist. */
  readonly pods: ReadonlyMap<string, readonly AssignedAddress[]>;
  /** By node name; nodes without an encapsulated pool have none. */
  readonly tunnels: ReadonlyMap<string, readonly TunnelAddress[]>;
  readonly problems: readonly Problem[];
}

/**
 * Assigns addresses as Calico does on a fresh cluster (calico.md D): tunnel addresses first and so ordinal 0, each
 * node's first block claimed in the order of the nodes, then one address a family for each pod. Deterministic.
 */
export function assignAddresses(input: IpamInput): IpamResult {
  const ipam = new Ipam(input);
  const { earlier = [] } = input;
  for (const [i, node] of input.nodes.entries()) {
    ipam.assignTunnels(node, i);
    if (input.pods.some((pod) => pod.node === node.name)) ipam.claimFirstBlocks(node);
  }
  for (const [i, pod] of input.pods.entries()) ipam.assignPod(pod, i);
  for (const [i, { blocks }] of earlier.entries()) {
    ipam.see(blocks);
    ipam.changePools((earlier[i + 1] ?? input).pools);
    for (const [i, node] of input.nodes.entries()) ipam.assignTunnels(node, i);
  }
  return ipam.result();
}

interface UsablePool {
  readonly pool: IPPool;
  readonly range: PoolRange;
}

const tunnelKinds: readonly (readonly [TunnelAddress['kind'], Family, 'ipipMode' | 'vxlanMode'])[] = [
  ['ipip', 4, 'ipipMode'],
  ['vxlan', 4, 'vxlanMode'],
  ['vxlan-v6', 6, 'vxlanMode'],
];

const tunnelTypes: Readonly<Record<string, TunnelAddress['kind']>> = {
  ipipTunnelAddress: 'ipip',
  vxlanTunnelAddress: 'vxlan',
  vxlanV6TunnelAddress: 'vxlan-v6',
};

/** The tunnels that have an address of a block. */
function tunnelsIn({
  cidr,
  allocations,
  attributes,
}: IPAMBlock['spec']): (TunnelAddress & { readonly node: string })[] {
  return allocations.flatMap((index, ordinal) => {
    const { node, type = '' } = attributes[index ?? -1]?.secondary ?? {};
    const kind = tunnelTypes[type];
    if (node === undefined || kind === undefined) return [];
    return [{ node, kind, address: formatAddress(nthAddress(mustParsePrefix(cidr), ordinal)), block: cidr }];
  });
}

/** Pools that IPAM assigns from by itself, in the order in which the datastore lists them. */
function usablePools(pools: readonly IPPool[]): readonly UsablePool[] {
  return pools
    .filter(({ spec }) => spec.disabled !== true && (spec.assignmentMode ?? 'Automatic') === 'Automatic')
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((pool) => ({ pool, range: poolRange(pool) }));
}

class Ipam {
  readonly #input: IpamInput;
  #pools: readonly UsablePool[];
  readonly #blocks = new Map<string, ClaimedBlock>();
  readonly #pods = new Map<string, readonly AssignedAddress[]>();
  readonly #tunnels = new Map<string, readonly TunnelAddress[]>();
  readonly #problems: Problem[] = [];

  constructor(input: IpamInput) {
    this.#input = input;
    this.#pools = usablePools((input.earlier?.[0] ?? input).pools);
    for (const { range } of this.#pools) {
      if (range.blockSize !== (range.family === 4 ? 32 : 128)) continue;
      const message = `pool ${range.name}: Calico seeds the choice of one-address blocks by the clock; a real cluster chooses others`;
      this.#problems.push(objectWarning(['pools'], 'IPAM_NOT_REPRODUCIBLE', message));
    }
  }

  /**
   * What a cluster's own IPAM has given and gives next: it has other pods than the lab's, and a tunnel may have kept an address that it
   * should have given back.
   */
  see(blocks: readonly IPAMBlock[]): void {
    if (blocks.length > 0) this.#tunnels.clear();
    for (const { spec } of blocks) {
      const [kind, node] = spec.affinity?.split(':') ?? [];
      const pool = this.#pools.find(({ range }) => containsPrefix(range.prefix, mustParsePrefix(spec.cidr)));
      if (kind !== 'host' || node === undefined || pool === undefined) continue;
      this.#blocks.set(spec.cidr, new ClaimedBlock(spec.cidr, node, pool.range, spec.unallocated));
      for (const { node: owner, ...tunnel } of tunnelsIn(spec))
        this.#tunnels.set(owner, [...(this.#tunnels.get(owner) ?? []), tunnel]);
    }
  }

  changePools(pools: readonly IPPool[]): void {
    this.#pools = usablePools(pools);
  }

  /** A tunnel that has an address keeps it while a pool needs it; one that is needed no more gives it back. */
  assignTunnels(node: IpamNode, index: number): void {
    const before = this.#tunnels.get(node.name) ?? [];
    const found: TunnelAddress[] = [];
    for (const [kind, family, mode] of tunnelKinds) {
      const pools = this.#usable(node, family, 'Tunnel').filter(({ pool }) => (pool.spec[mode] ?? 'Never') !== 'Never');
      const kept = before.find((tunnel) => tunnel.kind === kind);
      if (kept !== undefined && pools.length > 0) found.push(kept);
      if (kept !== undefined && pools.length === 0) this.#blocks.get(kept.block)?.release(kept.address);
      if (kept !== undefined || pools.length === 0) continue;
      const assigned = this.#assign(node, pools);
      if (assigned !== undefined) found.push({ kind, ...assigned });
      else this.#fail(['nodes', index], `node ${node.name} gets no ${kind} tunnel address`, pools);
    }
    if (found.length > 0) this.#tunnels.set(node.name, found);
    else this.#tunnels.delete(node.name);
  }

  /** Claims what the node's pods will use, so that blocks go by the order of nodes, not of pods. */
  claimFirstBlocks(node: IpamNode): void {
    for (const family of [4, 6] as const) {
      const pools = this.#usable(node, family, 'Workload');
      if (this.#ownBlocks(node, pools).length === 0) this.#claim(node, pools);
    }
  }

  assignPod(pod: IpamPod, index: number): void {
    const node = this.#input.nodes.find(({ name }) => name === pod.node);
    const path = ['pods', index];
    if (node === undefined) {
      const message = `pod ${pod.name} is on node ${pod.node}, which does not exist`;
      this.#problems.push(objectError(path, 'IPAM_NO_NODE', message));
      return;
    }
    const found: AssignedAddress[] = [];
    let hasPool = false;
    for (const family of [4, 6] as const) {
      const pools = this.#usable(node, family, 'Workload');
      if (pools.length === 0) continue;
      hasPool = true;
      const assigned = this.#assign(node, pools);
      if (assigned !== undefined) found.push(assigned);
      else this.#fail(path, `pod ${pod.name} gets no IPv${family} address on node ${node.name}`, pools);
    }
    if (!hasPool) {
      const message = `pod ${pod.name} gets no address: no enabled pool for workloads selects node ${node.name}`;
      this.#problems.push(
        objectError(path, 'IPAM_NO_POOL', message, 'compare nodeSelector and allowedUses of the pools'),
      );
    }
    if (found.length > 0) this.#pods.set(`${pod.namespace}/${pod.name}`, found);
  }

  result(): IpamResult {
    const blocks = [...this.#blocks.values()].map(({ cidr, node, pool }) => ({ cidr, node, pool }));
    return { blocks, pods: this.#pods, tunnels: this.#tunnels, problems: this.#problems };
  }

  #fail(path: readonly (string | number)[], what: string, pools: readonly UsablePool[]): void {
    const names = pools.map(({ range }) => range.name).join(', ');
    const reason = this.#input.strictAffinity === true ? ', and strictAffinity forbids borrowing' : '';
    const message = `${what}: no free block or address is left in pool ${names}${reason}`;
    this.#problems.push(objectError(path, 'IPAM_EXHAUSTED', message, 'use a larger pool, or a larger blockSize'));
  }

  #usable(node: IpamNode, family: Family, use: 'Workload' | 'Tunnel'): readonly UsablePool[] {
    return this.#pools.filter(
      ({ pool, range }) =>
        range.family === family &&
        (pool.spec.allowedUses ?? ['Workload', 'Tunnel']).includes(use) &&
        selectorMatches(pool.spec.nodeSelector ?? 'all()', node.labels),
    );
  }

  /** Own blocks first, then a new block, then another node's (calico.md D.5, D.6). */
  #assign(node: IpamNode, pools: readonly UsablePool[]): AssignedAddress | undefined {
    for (const block of this.#ownBlocks(node, pools)) {
      const address = block.take();
      if (address !== undefined) return { address, block: block.cidr };
    }
    const claimed = this.#claim(node, pools);
    const address = claimed?.take();
    if (claimed !== undefined && address !== undefined) return { address, block: claimed.cidr };
    return this.#input.strictAffinity === true ? undefined : this.#borrow(node, pools);
  }

  #ownBlocks(node: IpamNode, pools: readonly UsablePool[]): readonly ClaimedBlock[] {
    return [...this.#blocks.values()].filter(
      (block) => block.node === node.name && pools.some(({ range }) => range.name === block.pool),
    );
  }

  #claim(node: IpamNode, pools: readonly UsablePool[]): ClaimedBlock | undefined {
    const owned = [...this.#blocks.values()].filter((block) => block.node === node.name).length;
    if (owned >= (this.#input.maxBlocksPerNode ?? 20)) return undefined;
    for (const { range } of pools) {
      for (const cidr of blockWalk(node.name, range)) {
        if (this.#blocks.has(cidr)) continue;
        const block = new ClaimedBlock(cidr, node.name, range);
        this.#blocks.set(cidr, block);
        return block;
      }
    }
    return undefined;
  }

  #borrow(node: IpamNode, pools: readonly UsablePool[]): AssignedAddress | undefined {
    for (const { range } of pools) {
      // A pool with unclaimed blocks left is not walked to its end: an IPv6 pool has 2^58 of them.
      const claimed = [...this.#blocks.values()].filter((block) => block.pool === range.name);
      let seen = 0;
      for (const cidr of blockWalk(node.name, range)) {
        if (seen === claimed.length) break;
        const block = this.#blocks.get(cidr);
        if (block === undefined) continue;
        seen++;
        const address = block.take();
        if (address !== undefined) return { address, block: cidr };
      }
    }
    return undefined;
  }
}
