// Owns the peers that a node reaches by a router of its own choice: BGPPeer's reachableBy (calico.md A.4, B.2).

import type { Family } from '../base/address.ts';
import { objectsOf } from '../calico/objects.ts';
import { splitPeerAddress } from '../calico/peerings.ts';
import type { Design, NodeDesign } from './design.ts';

/** First minor release that makes a static route of reachableBy. */
const routesSince = 27;

/** A peer's address and the address of the router on the way, for each peer of the node that states one. */
export function reachedPeers(
  { objects, version }: Pick<Design, 'objects' | 'version'>,
  node: NodeDesign,
  family: Family,
): readonly { readonly address: string; readonly via: string }[] {
  if (version.minor < routesSince) return [];
  const peers = family === 4 ? node.peers.ipv4 : node.peers.ipv6;
  return objectsOf(objects, 'BGPPeer').flatMap(({ spec }) => {
    const { host } = splitPeerAddress(spec.peerIP ?? '');
    const peer = peers.find(({ address }) => host === address);
    return peer === undefined || spec.reachableBy === undefined ? [] : [{ address: host, via: spec.reachableBy }];
  });
}
