// Owns how Felix's VXLAN is typed: the device, the routes through and beside it, and whose tunnel address is where (calico.md C.4).

import { addressOf, inFamily, widthOf } from '../../base/address.ts';
import type { Design, ExpectedRoute, NodeDesign } from '../../design/design.ts';
import { felixRoutes, remoteVteps } from '../../design/felix-routes.ts';
import { ipBatch, withInput } from './script.ts';

/** VXLAN's network identifier and port unless a FelixConfiguration says otherwise (calico.md A.7). */
const vni = 4096;
const port = 4789;

/** `ip -batch` lines for a node's tunnel devices. */
export function tunnelLines(node: NodeDesign): readonly string[] {
  return node.tunnels.flatMap(({ name, family, address, mac, mtu }) => {
    const outer = inFamily(node.addresses, family);
    if (outer === undefined) return [];
    return [
      `link add name ${name} address ${mac} mtu ${mtu} type vxlan id ${vni} local ${addressOf(outer.address)} dev ${outer.uplink} srcport 0 0 dstport ${port} nolearning udpcsum`,
      `addr add ${address}/${widthOf(family)} dev ${name}`,
      `link set dev ${name} up`,
    ];
  });
}

/**
 * What Felix keeps in a node's kernel beside its rules; may run again when the routes change. Which blocks and tunnels there
 * are never changes in a running lab, so every route has a successor for the same prefix and nothing has to be removed.
 */
export function felixRouteScripts(design: Design): readonly { readonly machine: string; readonly script: string }[] {
  return design.nodes.flatMap((node) => {
    const remotes = remoteVteps(design.nodes, node).filter(({ tunnel }) => inFamily(node.tunnels, tunnel.family));
    const lines = [
      ...remotes.map(
        ({ tunnel }) => `neigh replace ${tunnel.address} lladdr ${tunnel.mac} dev ${tunnel.name} nud permanent`,
      ),
      ...felixRoutes(design, node).map(routeLine),
    ];
    if (lines.length === 0) return [];
    const entries = remotes.map(
      ({ tunnel, node: far }) => `fdb replace ${tunnel.mac} dev ${tunnel.name} dst ${far} self permanent\n`,
    );
    const script = `${ipBatch(lines)}${entries.length === 0 ? '' : withInput('bridge -batch -', entries.join(''))}`;
    return [{ machine: node.name, script }];
  });
}

function routeLine({ type, prefix, protocol, onlink, mtu, nextHops }: ExpectedRoute): string {
  const words = [
    ...(type === 'blackhole' ? ['blackhole'] : []),
    prefix,
    ...nextHops.flatMap(({ via, dev }) => [...(via === undefined ? [] : ['via', via]), 'dev', dev]),
    // Boot is what `ip` takes unless told; said after a number in one batch, iproute2 6.1 writes the number again.
    ...(protocol === 'boot' ? [] : [`proto ${protocol}`]),
    ...(onlink ? ['onlink'] : []),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
  ];
  return `route replace ${words.join(' ')}`;
}
