// Owns the meaning of prefixes and addresses: masked, apart from each other, large enough, each address once.

import {
  type Address,
  containsPrefix,
  formatAddress,
  formatPrefix,
  isMasked,
  maskPrefix,
  mustParsePrefix,
  nthAddress,
  overlaps,
  type Prefix,
  parseAddress,
  parsePrefix,
  sizeOf,
} from '../base/address.ts';
import { defaultBlockSize, defaultNetwork, defaultOutside, defaultPodSubnet } from './defaults.ts';
import type { ProblemList } from './problems.ts';
import { racksOf, standOf } from './racks.ts';
import type { MergedLab } from './schema.ts';
import { defaultServiceSubnet } from './service.ts';
import type { Path } from './tree.ts';

/** Ranges that no lab can route: this host, loopback, link-local (and Calico's pod gateway), multicast, reserved. */
const unusable: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/3', 'multicast or reserved'],
  ['::/8', 'loopback and other special uses'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

/** A prefix of the lab and where it stands. */
export interface Network {
  readonly prefix: Prefix;
  readonly path: Path;
  readonly what: string;
}

/** Checks every prefix and stated address of a merged lab. */
export function checkAddresses(merged: MergedLab, list: ProblemList): void {
  const networks: Network[] = [];
  const read = (text: string, path: Path, what: string, longest: number): Prefix | undefined => {
    const prefix = readPrefix(text, path, longest, list);
    if (prefix !== undefined) networks.push({ prefix, path, what });
    return prefix;
  };
  if (merged.topology !== undefined) {
    const { outside = defaultOutside } = merged.cluster.network ?? {};
    read(
      outside,
      merged.cluster.network?.outside === undefined ? ['topology'] : ['cluster', 'network', 'outside'],
      'the outside of the routers',
      28,
    );
  }
  const { cluster } = merged;
  const flat = read(
    cluster.network?.prefix ?? defaultNetwork,
    ['cluster', 'network', 'prefix'],
    'the node network',
    28,
  );
  const pods = read(cluster.podSubnet ?? defaultPodSubnet, ['cluster', 'podSubnet'], 'the pod subnet', 32);
  for (const [i, link] of (merged.topology?.links ?? []).entries()) {
    read(link.prefix, ['topology', 'links', i, 'prefix'], `link ${link.endpoints.join(' to ')}`, 31);
  }
  if (merged.services !== undefined) {
    const subnet = merged.cluster.serviceSubnet ?? defaultServiceSubnet;
    read(subnet, ['cluster', 'serviceSubnet'], 'the service subnet', 24);
  }
  const racks = new Map<string, Prefix>();
  for (const [name, rack] of Object.entries(merged.topology?.racks ?? {})) {
    const prefix = read(rack.prefix, ['topology', 'racks', name, 'prefix'], `rack ${name}`, 28);
    if (prefix !== undefined) racks.set(name, prefix);
  }
  if (pods !== undefined) checkPodSubnet(merged, pods, list);
  if (flat !== undefined) checkNodeNetwork(merged, flat, list);
  // After the topology's, which labs share: where two overlap, the later one is named.
  for (const [name, host] of Object.entries(merged.hosts ?? {})) {
    read(host.prefix, ['hosts', name, 'prefix'], `host ${name}`, 28);
  }
  const { loopbacks } = cluster;
  const ofLoopbacks =
    loopbacks === undefined ? undefined : read(loopbacks, ['cluster', 'loopbacks'], 'the loopbacks of nodes', 28);
  checkOverlaps(networks, list);
  checkNodeAddresses(merged, flat, racks, ofLoopbacks, list);
}

/** A prefix that a lab may use, no longer than `longest`; what is wrong with it goes to the list. */
export function readPrefix(text: string, path: Path, longest: number, list: ProblemList): Prefix | undefined {
  const prefix = parsePrefix(text);
  if (prefix === undefined) {
    const what = text.includes(':') ? 'IPv6 prefix such as fd00:10:1:10::/64' : 'IPv4 prefix such as 10.1.10.0/24';
    list.add(path, { code: 'LAB_BAD_VALUE', message: `\`${text}\` is not an ${what}` });
    return undefined;
  }
  if (!isMasked(prefix)) {
    const hint = formatPrefix(maskPrefix(prefix));
    list.add(path, { code: 'LAB_HOST_BITS', message: `\`${text}\` has host bits set`, hint });
    return undefined;
  }
  const range = unusable.find(([unusablePrefix]) => overlaps(mustParsePrefix(unusablePrefix), prefix));
  if (range !== undefined) {
    const hint = `take a private range, for example ${prefix.family === 4 ? '10.1.0.0/16' : 'fd00:10:1::/48'}`;
    list.add(path, { code: 'LAB_BAD_VALUE', message: `\`${text}\` lies in ${range[0]} (${range[1]})`, hint });
    return undefined;
  }
  if (prefix.length > longest) {
    const message = `\`${text}\` is too small: /${longest} or shorter is needed here`;
    list.add(path, { code: 'LAB_PREFIX_TOO_SMALL', message });
    return undefined;
  }
  return prefix;
}

/** Prefixes nest or are apart: sorted, only the widest so far can contain the next. The later one in the file is named. */
export function checkOverlaps(networks: readonly Network[], list: ProblemList): void {
  const order = new Map(networks.map((network, i) => [network, i]));
  const sorted = networks.toSorted((a, b) => {
    if (a.prefix.value !== b.prefix.value) return a.prefix.value < b.prefix.value ? -1 : 1;
    return a.prefix.length - b.prefix.length;
  });
  let widest: Network | undefined;
  for (const network of sorted) {
    if (widest === undefined || !containsPrefix(widest.prefix, network.prefix)) {
      widest = network;
      continue;
    }
    const isLater = (order.get(network) ?? 0) > (order.get(widest) ?? 0);
    const [named, other] = isLater ? [network, widest] : [widest, network];
    const same = formatPrefix(named.prefix) === formatPrefix(other.prefix);
    const prefix = formatPrefix(named.prefix);
    const message = same
      ? `${prefix} is already the prefix of ${other.what}`
      : `${prefix} overlaps ${formatPrefix(other.prefix)} of ${other.what}`;
    list.add(named.path, { code: 'LAB_PREFIX_OVERLAP', message });
  }
}

/** Every node claims a block of its own (calico.md D). */
function checkPodSubnet(merged: MergedLab, pods: Prefix, list: ProblemList): void {
  const blockSize = merged.calico?.blockSize ?? defaultBlockSize;
  const nodes = merged.cluster.nodes.length;
  if (pods.length <= blockSize && 2 ** (blockSize - pods.length) >= nodes) return;
  const blocks = pods.length > blockSize ? 0 : 2 ** (blockSize - pods.length);
  list.add(['cluster', 'podSubnet'], {
    code: 'LAB_PREFIX_TOO_SMALL',
    message: `${formatPrefix(pods)} holds ${blocks} blocks of /${blockSize}, but there are ${nodes} nodes`,
    hint: 'take a shorter prefix or a longer `calico.blockSize`',
  });
}

function checkNodeNetwork(merged: MergedLab, flat: Prefix, list: ProblemList): void {
  const path = ['cluster', 'network', 'prefix'];
  const needed = merged.cluster.nodes.length + 3;
  if (sizeOf(flat) < BigInt(needed)) {
    const message = `${formatPrefix(flat)} has no room for ${merged.cluster.nodes.length} nodes and a gateway`;
    list.add(path, { code: 'LAB_PREFIX_TOO_SMALL', message });
  }
  const gateway = merged.cluster.network?.gateway;
  if (gateway === undefined) return;
  checkHost(gateway, flat, ['cluster', 'network', 'gateway'], list);
}

/** An address that a machine may have in a network: inside, neither its first nor its last. */
function checkHost(text: string, network: Prefix, path: Path, list: ProblemList): Address | undefined {
  const address = parseAddress(text);
  if (address === undefined) {
    list.add(path, { code: 'LAB_BAD_VALUE', message: `\`${text}\` is not an IPv4 address` });
    return undefined;
  }
  const last = network.value + sizeOf(network) - 1n;
  if (!containsPrefix(network, address) || address.value === network.value || address.value === last) {
    const message = `${text} is not a host address of ${formatPrefix(network)}`;
    list.add(path, { code: 'LAB_ADDRESS_OUTSIDE', message });
    return undefined;
  }
  return address;
}

function checkNodeAddresses(
  merged: MergedLab,
  flat: Prefix | undefined,
  racks: ReadonlyMap<string, Prefix>,
  loopbacks: Prefix | undefined,
  list: ProblemList,
): void {
  const owners = new Map<string, string>();
  const inRack = new Map<string, number>();
  for (const [name, prefix] of racks) owners.set(formatAddress(nthAddress(prefix, 1)), `the leaf of ${name}`);
  if (flat !== undefined) {
    const gateway = merged.cluster.network?.gateway ?? formatAddress(nthAddress(flat, 1));
    owners.set(gateway, 'the gateway of the node network');
  }
  for (const [i, node] of merged.cluster.nodes.entries()) {
    const { rack, uplinkRacks } = standOf(node);
    for (const one of racksOf({ rack, uplinkRacks })) inRack.set(one, (inRack.get(one) ?? 0) + 1);
    const network = uplinkRacks !== undefined ? loopbacks : rack === undefined ? flat : racks.get(rack);
    if (node.address === undefined || network === undefined) continue;
    const path = ['cluster', 'nodes', i, 'address'];
    const [text = '', length] = node.address.split('/');
    if (length !== undefined && parsePrefix(node.address) === undefined) {
      list.add(path, { code: 'LAB_BAD_VALUE', message: `\`${node.address}\` is not an address with a prefix length` });
      continue;
    }
    const address = checkHost(text, network, path, list);
    if (address === undefined) continue;
    const owner = owners.get(formatAddress(address));
    if (owner === undefined) owners.set(formatAddress(address), 'another node');
    else list.add(path, { code: 'LAB_DUPLICATE_ADDRESS', message: `${text} is already the address of ${owner}` });
  }
  for (const [name, nodes] of inRack) {
    const prefix = racks.get(name);
    if (prefix === undefined || sizeOf(prefix) >= BigInt(nodes + 11)) continue;
    const message = `${formatPrefix(prefix)} has no room for ${nodes} nodes from its tenth address on`;
    list.add(['topology', 'racks', name, 'prefix'], { code: 'LAB_PREFIX_TOO_SMALL', message });
  }
}
