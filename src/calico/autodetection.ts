// Owns how calico-node finds its own IPv4 or IPv6 address on a host: IP_AUTODETECTION_METHOD (calico.md A.8).

import {
  type Address,
  addressOf,
  containsPrefix,
  type Family,
  mustParsePrefix,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../base/address.ts';
import type { Generation } from './generations.ts';

/** What is looked at on a host. */
export interface HostAddresses {
  /** In the order of their kernel indices, addresses with prefix length. */
  readonly interfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  /** Node.status InternalIP of the family, without length; undefined while kubelet published none. */
  readonly internalIp: string | undefined;
  /** The gateway of the default route. */
  readonly gateway: string | undefined;
}

/**
 * What calico-node comes to: an address with its prefix length; none, and it ends because it has no address; or a method
 * that it does not know, and it ends at once. Reasons are Calico's.
 */
export type Detection =
  | { readonly kind: 'found'; readonly address: string; readonly interface: string }
  | { readonly kind: 'none' | 'invalid'; readonly reason: string };

type Interface = HostAddresses['interfaces'][number];

/** Names that `first-found` and `skip-interface` never take; before 3.24 anywhere in the name. */
const hiddenAlways = 'docker.* cbr.* dummy.* virbr.* lxcbr.* veth.* lo cali.* tunl.* flannel.* kube-ipvs.* cni.*';
const hiddenSince24 = 'vxlan\\.calico.* vxlan-v6\\.calico.* wireguard\\.cali.* wg-v6\\.cali.* nodelocaldns.*';
const hiddenSince25 = 'podman.* br-.*';

/** Evaluates a method as calico-node does: interfaces from the last to the first, the first fitting address wins. */
export function detectAddress(method: string, family: Family, host: HostAddresses, generation: Generation): Detection {
  const [, word = method, argument = ''] = /^([a-z-]+=)(.*)$/s.exec(method) ?? [];
  const list = argument.split(/\s*,\s*/);
  const search = (include: readonly string[], hide: readonly string[], within: readonly Prefix[] = []) =>
    searchInterfaces(host.interfaces, family, { include, hide, within });
  if (method === '' || method === 'first-found') return search([], hiddenNames(generation));
  if (method.startsWith('kubernetes-internal-ip'))
    return onInterface(host, host.internalIp, 'no InternalIP on the Node');
  switch (word) {
    case 'interface=':
      return search(list, []);
    case 'skip-interface=':
      return search([], [...hiddenNames(generation), ...list]);
    case 'cidr=': {
      const prefixes = list.map(parsePrefix);
      const bad = list.find((_, i) => prefixes[i] === undefined);
      if (bad === undefined)
        return search(
          [],
          [],
          prefixes.filter((prefix) => prefix !== undefined),
        );
      return { kind: 'none', reason: `Invalid CIDR ${JSON.stringify(bad)} for IP autodetection method: ${method}` };
    }
    case 'can-reach=':
      return reach(argument, family, host);
    default:
      return { kind: 'invalid', reason: `Invalid IP autodetection method: ${method}` };
  }
}

function hiddenNames({ autodetectionAnchored, autodetectionHidesBridges }: Generation): readonly string[] {
  if (!autodetectionAnchored) return hiddenAlways.split(' ');
  const names = [hiddenAlways, hiddenSince24, ...(autodetectionHidesBridges ? [hiddenSince25] : [])];
  return names.flatMap((line) => line.split(' ')).map((name) => `^${name}`);
}

interface Search {
  readonly include: readonly string[];
  readonly hide: readonly string[];
  readonly within: readonly Prefix[];
}

function searchInterfaces(
  interfaces: readonly Interface[],
  family: Family,
  { include, hide, within }: Search,
): Detection {
  const [wanted, hidden] = [patternOf(include), patternOf(hide)];
  if (wanted === 'invalid' || hidden === 'invalid') {
    return { kind: 'none', reason: `Invalid interface regex: ${(wanted === 'invalid' ? include : hide).join(', ')}` };
  }
  const seen = interfaces.filter(({ name }) => (wanted?.test(name) ?? true) && !(hidden?.test(name) ?? false));
  if (seen.length === 0) return { kind: 'none', reason: 'no valid host interfaces found' };
  for (const { name, addresses } of seen.toReversed()) {
    for (const text of addresses) {
      const address = parseAddress(addressOf(text));
      if (address?.family !== family || !isGlobalUnicast(address)) continue;
      if (within.length > 0 && !within.some((prefix) => containsPrefix(prefix, address))) continue;
      return { kind: 'found', address: text, interface: name };
    }
  }
  return { kind: 'none', reason: `no valid IPv${family} addresses found on the host interfaces` };
}

/** One pattern for a list, as Go joins them; undefined for none. */
function patternOf(parts: readonly string[]): RegExp | undefined | 'invalid' {
  if (parts.length === 0) return undefined;
  try {
    return new RegExp(`(${parts.join(')|(')})`);
  } catch {
    return 'invalid';
  }
}

const notGlobal = ['0.0.0.0/32', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '::/127', 'fe80::/10', 'ff00::/8'];

/** Go's IsGlobalUnicast: private addresses are global too. */
function isGlobalUnicast(address: Address): boolean {
  return !notGlobal.some((text) => containsPrefix(mustParsePrefix(text), address));
}

/** The source address the kernel would take towards a destination: only the routes are asked, nothing is sent. */
function reach(destination: string, family: Family, host: HostAddresses): Detection {
  const target = parseAddress(destination);
  if (target === undefined || target.family !== family) {
    return { kind: 'none', reason: `by connecting to ${destination}: no IPv${family} address` };
  }
  const connected = ownAddressTowards(host, target);
  const gateway = parseAddress(host.gateway ?? '');
  const source = connected ?? (gateway && ownAddressTowards(host, gateway));
  return onInterface(host, source, `by connecting to ${destination}: network is unreachable`);
}

function ownAddressTowards({ interfaces }: HostAddresses, target: Address): string | undefined {
  const all = interfaces.flatMap(({ addresses }) => addresses).map((text) => ({ text, prefix: mustParsePrefix(text) }));
  const near = all.filter(({ prefix }) => prefix.family === target.family && containsPrefix(prefix, target));
  return near.toSorted((a, b) => b.prefix.length - a.prefix.length)[0]?.text;
}

/** The interface that has an address says its prefix length. */
function onInterface({ interfaces }: HostAddresses, address: string | undefined, otherwise: string): Detection {
  if (address === undefined) return { kind: 'none', reason: otherwise };
  const plain = addressOf(address);
  for (const { name, addresses } of interfaces.toReversed()) {
    const own = addresses.find((text) => addressOf(text) === plain);
    if (own !== undefined) return { kind: 'found', address: own, interface: name };
  }
  return { kind: 'none', reason: `${plain} does not match any addresses found on local interfaces` };
}
