// Owns how Felix's tunnels are typed: the devices, the routes through and beside them, whose tunnel address is where (calico.md C.3, C.4).

import { addressOf, type Family, familyOf, inFamily, widthOf } from '../../base/address.ts';
import type { ExpectedRoute } from '../../design/convergence.ts';
import type { Design, NodeDesign } from '../../design/design.ts';
import { felixProtocol, felixRoutes, remoteVteps, vxlansOf } from '../../design/felix-routes.ts';
import type { VxlanDesign } from '../../design/tunnel.ts';
import { ipBatch, sysctlLines, withInput } from './script.ts';
import { tunnelSysctls } from './sysctls.ts';

/**
 * What Felix keeps in a node's kernel beside its rules; may run again when pools or routes change: what is no longer wanted goes.
 * `isKnown`: the lab has had such scripts; then nodes that need nothing more are cleaned too.
 */
export function felixScripts(
  design: Design,
  isKnown: boolean,
): readonly { readonly machine: string; readonly script: string }[] {
  if (!isKnown && design.nodes.every((node) => node.tunnels.length === 0 && felixRoutes(design, node).length === 0)) {
    return [];
  }
  return design.nodes.map((node) => ({ machine: node.name, script: felixScript(design, node) }));
}

function felixScript(design: Design, node: NodeDesign): string {
  const remotes = remoteVteps(design.nodes, node).filter(({ tunnel }) =>
    vxlansOf(node).some(({ name }) => name === tunnel.name),
  );
  const routes = felixRoutes(design, node);
  const entries = remotes.map(
    ({ tunnel, node: far }) => `fdb replace ${tunnel.mac} dev ${tunnel.name} dst ${far} self permanent\n`,
  );
  return [
    withoutOld(node, routes),
    ...vxlansOf(node).map((device) => vxlanDevice(node, device)),
    ipipDevice(node),
    ipBatch([
      ...remotes.map(
        ({ tunnel }) => `neigh replace ${tunnel.address} lladdr ${tunnel.mac} dev ${tunnel.name} nud permanent`,
      ),
      ...routes.map(routeLine),
    ]),
    entries.length === 0 ? '' : withInput('bridge -batch -', entries.join('')),
    sysctlLines(tunnelSysctls(node)),
  ].join('');
}

/** The kernel has tunl0 in every namespace, unless told not to; Felix gives it an MTU and an address, or takes that away (C.3). */
function ipipDevice(node: NodeDesign): string {
  const ipip = node.tunnels.find(({ name }) => name === 'tunl0');
  if (ipip === undefined) return '';
  const lines = [
    `link set dev tunl0 mtu ${ipip.mtu} up`,
    ipip.address === undefined ? 'addr flush dev tunl0' : `addr replace ${ipip.address}/32 dev tunl0`,
  ];
  return `${unlessThere('tunl0')}ip link add name tunl0 type ipip\n${ipBatch(lines)}`;
}

function vxlanDevice(node: NodeDesign, { name, family, address, mac, vni, port, mtu }: VxlanDesign): string {
  const outer = inFamily(node.addresses, family);
  if (outer === undefined) return '';
  const lines = [
    `link add name ${name} address ${mac} mtu ${mtu} type vxlan id ${vni} local ${addressOf(outer.address)} dev ${outer.uplink} srcport 0 0 dstport ${port} nolearning udpcsum`,
    `addr add ${address}/${widthOf(family)} dev ${name}`,
    `link set dev ${name} up`,
  ];
  // Felix makes the device anew when its identifier, port or MTU changes.
  const isAsWanted = `ip -d link show dev ${name} 2>/dev/null | tr '\\n' ' ' | grep -q " mtu ${mtu} .* vxlan id ${vni} .* dstport ${port} "`;
  return `${isAsWanted} || { ip link del dev ${name} 2>/dev/null || :; ${ipBatch(lines).trimEnd()}\n}\n`;
}

function unlessThere(device: string): string {
  return `ip link show dev ${device} >/dev/null 2>&1 || `;
}

/** Felix removes its own device and routes when nothing asks for them any more; routes through a device go with it. */
function withoutOld(node: NodeDesign, routes: readonly ExpectedRoute[]): string {
  const devices = vxlansOf(node).map(({ name }) => name);
  const gone = (['vxlan.calico', 'vxlan-v6.calico'] as const).filter((name) => !devices.includes(name));
  return [
    ...gone.map((name) => `ip link del dev ${name} 2>/dev/null || :\n`),
    ...([4, 6] as const).map((family) => withoutOldRoutes(family, routes)),
  ].join('');
}

function withoutOldRoutes(family: Family, routes: readonly ExpectedRoute[]): string {
  const own = routes.filter(({ prefix }) => familyOf(prefix) === family);
  const wanted = ['""', ...own.map(({ prefix }) => prefix.replace(`/${widthOf(family)}`, ''))].join(' | ');
  return [
    `ip -${family} route show proto ${felixProtocol} | while read -r ROUTE REST; do\n`,
    `  [ "$ROUTE" != blackhole ] || ROUTE="blackhole \${REST%% *}"\n`,
    `  case "\${ROUTE#blackhole }" in ${wanted}) ;; *) ip -${family} route del $ROUTE proto ${felixProtocol} ;; esac\n`,
    'done\n',
  ].join('');
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
