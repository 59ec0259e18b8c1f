// Owns what `calicoctl ipam show` prints: how full pools and blocks are, and who has an address (calico.md F.3, D.4).

import { addressOf, containsPrefix, mustParseAddress, mustParsePrefix, sizeOf } from '../base/address.ts';
import type { Design } from '../design/design.ts';
import { headingsOf } from './node-status.ts';
import { boxedTable } from './text-table.ts';

/** An address in use, and by whom. */
export interface Allocation {
  readonly address: string;
  /** The handle under which Calico's IPAM keeps it. */
  readonly handle: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** How full a pool or a block is. */
export interface Usage {
  readonly grouping: 'IP Pool' | 'Block';
  readonly cidr: string;
  readonly total: number;
  readonly inUse: number;
  readonly reserved: number;
  readonly free: number;
}

type IpamDesign = Pick<Design, 'lab' | 'pods' | 'pools' | 'blocks' | 'objects'>;

/** Every address a design gives away: tunnel addresses of nodes, then pods. */
export function allocationsOf(design: IpamDesign): readonly Allocation[] {
  const allocations: Allocation[] = [];
  for (const object of design.objects) {
    if (object.kind !== 'Node') continue;
    const node = object.metadata.name;
    const { ipv4VXLANTunnelAddr, ipv6VXLANTunnelAddr, bgp } = object.spec;
    const tunnels = [
      [bgp?.ipv4IPIPTunnelAddr, 'ipip', 'ipipTunnelAddress'],
      [ipv4VXLANTunnelAddr, 'vxlan', 'vxlanTunnelAddress'],
      [ipv6VXLANTunnelAddr, 'vxlan-v6', 'vxlanV6TunnelAddress'],
    ] as const;
    for (const [address, kind, type] of tunnels) {
      if (address === undefined) continue;
      allocations.push({ address, handle: `${kind}-tunnel-addr-${node}`, attributes: { node, type } });
    }
  }
  for (const pod of design.pods) {
    for (const { address } of pod.addresses) {
      allocations.push({
        address,
        handle: `k8s-pod-network.${design.lab}.${pod.namespace}.${pod.name}`,
        attributes: { namespace: pod.namespace, node: pod.node, pod: pod.name },
      });
    }
  }
  return allocations;
}

/** One row a pool, with its blocks under it when asked for. */
export function usagesOf(design: IpamDesign, showBlocks: boolean): readonly Usage[] {
  const addresses = allocationsOf(design).map(({ address }) => mustParseAddress(address));
  const usage = (grouping: Usage['grouping'], cidr: string): Usage => {
    const prefix = mustParsePrefix(cidr);
    const total = Number(sizeOf(prefix));
    const inUse = addresses.filter((address) => containsPrefix(prefix, address)).length;
    return { grouping, cidr, total, inUse, reserved: 0, free: total - inUse };
  };
  const usages: Usage[] = [];
  for (const pool of design.pools) {
    usages.push(usage('IP Pool', pool.spec.cidr));
    if (!showBlocks) continue;
    const blocks = design.blocks
      .filter((block) => block.pool === pool.metadata.name || block.pool === pool.spec.cidr)
      .map(({ cidr }) => cidr);
    for (const cidr of blocks.toSorted()) usages.push(usage('Block', cidr));
  }
  return usages;
}

/** The boxed table of `ipam show`. The column of reserved addresses came with 3.33 (recorded). */
export function ipamTable(usages: readonly Usage[], minor: number): string {
  const withReserved = headingsOf(minor) === 'left';
  const share = (count: number, total: number) => `${fiveDigits(count)} (${halfToEven((100 * count) / total)}%)`;
  return boxedTable(
    ['GROUPING', 'CIDR', 'IPS TOTAL', 'IPS IN USE', ...(withReserved ? ['IPS RESERVED'] : []), 'IPS FREE'],
    usages.map((row) => [
      row.grouping,
      row.cidr,
      fiveDigits(row.total),
      share(row.inUse, row.total),
      ...(withReserved ? [share(row.reserved, row.total)] : []),
      share(row.free, row.total),
    ]),
    withReserved ? { headings: 'left', right: [2, 3, 4, 5] } : { headings: 'centered', right: [] },
  );
}

/** What `ipam show --ip` prints about one address. */
export function addressText(design: IpamDesign, address: string): string {
  const allocation = allocationsOf(design).find((candidate) => candidate.address === addressOf(address));
  if (allocation === undefined) return `${addressOf(address)} is not assigned\n`;
  const attributes = Object.entries(allocation.attributes).map(([key, value]) => `  ${key}: ${value}\n`);
  return `IP ${allocation.address} is in use\nHandle ID: ${allocation.handle}\nActive Owner Attributes:\n${attributes.join('')}`;
}

/** A number as Go's `%.5g` writes it: five significant digits, `1.6777e+07` where more would be needed. */
export function fiveDigits(value: number): string {
  if (value < 1e5) return String(Number(value.toPrecision(5)));
  const [mantissa = '', exponent = ''] = value.toExponential(4).split('e+');
  return `${Number(mantissa)}e+${exponent.padStart(2, '0')}`;
}

/** A whole number as Go's `%.f` rounds it: 12.5 is 12, 13.5 is 14. */
function halfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
