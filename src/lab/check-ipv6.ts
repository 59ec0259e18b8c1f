// Owns the meaning of what a lab says about IPv6: only in a dual-stack cluster, prefixes apart, room for every host number.

import { formatPrefix, parsePrefix } from '../base/address.ts';
import { checkOverlaps, type Network, readPrefix } from './check-addresses.ts';
import { defaultBlockSize6, podSubnet6Of } from './defaults.ts';
import type { ProblemList } from './problems.ts';
import type { MergedLab } from './schema.ts';
import type { Path } from './tree.ts';

/** Checks the IPv6 part of a merged lab. A topology may have prefixes that an IPv4 lab leaves aside. */
export function checkIpv6(merged: MergedLab, list: ProblemList): void {
  if (merged.cluster.ipFamily !== 'dual') checkSingleStack(merged, list);
  const networks: Network[] = [];
  const subnet = podSubnet6Of(merged);
  const path = ['cluster', 'podSubnet6'];
  const pods = subnet === undefined ? undefined : readPrefix(subnet, path, 128, list);
  if (pods !== undefined) {
    networks.push({ prefix: pods, path, what: 'the IPv6 pod subnet' });
    checkBlocks(merged, pods.length, formatPrefix(pods), list);
  }
  const read = (place: Path, what: string, prefix: string, prefix6: string | undefined): void => {
    if (prefix6 === undefined) return;
    // Machines have the same host number in both families.
    const longest = 96 + (parsePrefix(prefix)?.length ?? 32);
    const found = readPrefix(prefix6, [...place, 'prefix6'], longest, list);
    if (found !== undefined) networks.push({ prefix: found, path: [...place, 'prefix6'], what });
  };
  for (const [i, { endpoints, prefix, prefix6 }] of (merged.topology?.links ?? []).entries()) {
    read(['topology', 'links', i], `link ${endpoints.join(' to ')}`, prefix, prefix6);
  }
  for (const [name, { prefix, prefix6 }] of Object.entries(merged.topology?.racks ?? {})) {
    read(['topology', 'racks', name], `rack ${name}`, prefix, prefix6);
  }
  checkOverlaps(networks, list);
}

function checkSingleStack({ cluster, calico = {}, expect = [] }: MergedLab, list: ProblemList): void {
  const refuse = (path: Path, what: string): void =>
    list.add(path, {
      code: 'LAB_NOT_DUAL',
      message: `${what} needs a dual-stack cluster`,
      hint: 'write cluster.ipFamily: dual',
    });
  if (cluster.podSubnet6 !== undefined) refuse(['cluster', 'podSubnet6'], '`podSubnet6`');
  for (const key of ['encapsulation6', 'blockSize6', 'natOutgoing6'] as const) {
    if (calico[key] !== undefined) refuse(['calico', key], `\`${key}\``);
  }
  for (const [i, item] of expect.entries()) {
    for (const key of ['route', 'ping', 'path'] as const) {
      if (item[key]?.family === 6) refuse(['expect', i, key, 'family'], '`family: 6`');
    }
  }
}

function checkBlocks(merged: MergedLab, length: number, text: string, list: ProblemList): void {
  const blockSize = merged.calico?.blockSize6 ?? defaultBlockSize6;
  const nodes = merged.cluster.nodes.length;
  const blocks = length > blockSize ? 0 : 2 ** (blockSize - length);
  if (blocks >= nodes) return;
  list.add(['cluster', 'podSubnet6'], {
    code: 'LAB_PREFIX_TOO_SMALL',
    message: `${text} holds ${blocks} blocks of /${blockSize}, but there are ${nodes} nodes`,
    hint: 'take a shorter prefix or a longer `calico.blockSize6`',
  });
}
