// Owns the story of `validate` for a router's own configuration: what of a VyOS file is understood, and what is not.

import type { Problem } from '../base/place.ts';
import type { Context } from './context.ts';

/** A VyOS file in a few facts, and what of it is left aside. */
export interface BootResult {
  /** The file, as it was named. */
  readonly source: string;
  readonly release: string | undefined;
  readonly hostName: string | undefined;
  /** One text a thing: `eth1 10.1.10.1/24 mtu 9000`. */
  readonly interfaces: readonly string[];
  /** `AS 65005, router id 10.1.5.1`; undefined without BGP. */
  readonly bgp: string | undefined;
  readonly networks: readonly string[];
  readonly neighbors: readonly string[];
  /** Of NAT, firewall and MSS clamping, in nftables' words: `postrouting: oifname "eth0" masquerade`. */
  readonly rules: readonly string[];
  /** Commands of `ip` for devices, VRFs, fixed neighbors, rules of routing. */
  readonly devices: readonly string[];
  /** In FRR's words. */
  readonly frr: readonly string[];
  /** Why routes of a lab with this router could not be derived. */
  readonly beyond: readonly string[];
  readonly warnings: readonly Problem[];
  /** Parts that no packet depends on. */
  readonly leftAside: readonly Problem[];
}

/** Whether a reference names a router's configuration and not a lab. */
export function isBootFile(reference: string): boolean {
  return /\.(boot|cfg|conf|config|vyos|set|sh)$/.test(reference);
}

/** Reads a VyOS file. Throws LAB_NOT_FOUND, or LAB_INVALID with all that packets depend on and labctl does not understand. */
export async function validateBoot(context: Context, reference: string): Promise<BootResult> {
  const { resolve } = await import('node:path');
  const { readFound } = await import('../lab/find.ts');
  const { inFileOrder, throwIfInvalid } = await import('../lab/problems.ts');
  const { readVyosRouter } = await import('../lab/vyos/read-router.ts');
  const { source } = await readFound(resolve(context.cwd, reference), context);
  const { router, problems, notes } = readVyosRouter(source);
  throwIfInvalid(problems, source.file);
  const { bgp } = router;
  return {
    source: source.file,
    release: router.release,
    hostName: router.hostName,
    interfaces: router.interfaces.map(({ name, addresses, mtu }) =>
      [name, ...addresses, ...(mtu === undefined ? [] : [`mtu ${mtu}`])].join(' '),
    ),
    bgp: bgp && `AS ${bgp.asNumber}${bgp.routerId === undefined ? '' : `, router id ${bgp.routerId}`}`,
    networks: bgp?.networks ?? [],
    neighbors: (bgp?.neighbors ?? []).map(({ peer, remoteAs }) => `${peer} AS ${remoteAs ?? 'of its own'}`),
    rules: router.chains.flatMap(({ chain, rules }) => rules.map((rule) => `${chain}: ${rule}`)),
    devices: [...router.devices, ...router.commands],
    frr: router.frr,
    beyond: router.beyond,
    warnings: inFileOrder(problems),
    leftAside: inFileOrder(notes),
  };
}
