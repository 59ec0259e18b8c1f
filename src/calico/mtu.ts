// Owns MTUs: what Felix takes as the host's, and what follows for tunnels and pods (calico.md C.5).

import { parsePrefix } from '../base/address.ts';
import type { FelixSettings } from './felix-settings.ts';
import type { Generation } from './generations.ts';
import type { IPPool } from './objects.ts';

/** MTU when no interface of the host matches Felix's pattern. */
const fallbackMtu = 1460;
const patterns = {
  old: /^((en|wl|ww|sl|ib)[opsx].*|(eth|wlan|wwan).*)/,
  new: /^((en|wl|ww|sl|ib)[Pcopsvx].*|(eth|wlan|wwan).*)/,
} as const;

/** An interface of a node. */
export interface HostInterface {
  readonly name: string;
  readonly mtu: number;
  /** Operationally up; true unless stated. */
  readonly up?: boolean;
}

/**
 * The host MTU as Felix finds it: the smallest of the interfaces that match mtuIfacePattern. The fabric's `net0`
 * does not match the usual one, Docker's `eth0` does and decides in every kind node; none: 1460 (calico.md C.5).
 */
export function hostMtu(
  interfaces: readonly HostInterface[],
  generation: Generation,
  { mtuIfacePattern }: FelixSettings = {},
): number {
  const usual = generation.mtuOnlyFromUpInterfaces ? patterns.new : patterns.old;
  const pattern = mtuIfacePattern === undefined ? usual : new RegExp(mtuIfacePattern);
  const matching = interfaces.filter(
    ({ name, up = true }) => pattern.test(name) && (up || !generation.mtuOnlyFromUpInterfaces),
  );
  return matching.length === 0 ? fallbackMtu : Math.min(...matching.map(({ mtu }) => mtu));
}

/** What each device of a node gets. */
export interface Mtus {
  readonly host: number;
  readonly ipip: number;
  readonly vxlan: number;
  readonly vxlanV6: number;
  /** The smallest over the enabled encapsulations; the host's when there is none. */
  readonly pod: number;
}

/** What FelixConfiguration states; else outer IPv4 header 20; outer IPv4, UDP, VXLAN and inner Ethernet headers 50; with outer IPv6 70 (RFC 7348). */
export function mtusOf(host: number, pools: readonly IPPool[], settings: FelixSettings = {}): Mtus {
  const mtus = {
    host,
    ipip: settings.ipipMTU || host - 20,
    vxlan: settings.vxlanMTU || host - 50,
    vxlanV6: settings.vxlanMTUV6 || host - 70,
  };
  let pod = host;
  for (const { spec } of pools) {
    if ((spec.ipipMode ?? 'Never') !== 'Never') pod = Math.min(pod, mtus.ipip);
    if ((spec.vxlanMode ?? 'Never') === 'Never') continue;
    pod = Math.min(pod, parsePrefix(spec.cidr)?.family === 6 ? mtus.vxlanV6 : mtus.vxlan);
  }
  return { ...mtus, pod };
}
