// Owns what can be wrong between a router's VyOS configuration and the lab around it (labs.md 7.4), shown in the router's file.

import { addressOf, containsPrefix, mustParseAddress, mustParsePrefix, networkOf } from '../base/address.ts';
import type { Problem, Severity } from '../base/place.ts';
import type { Endpoint, Lab, TopologyRouter } from '../lab/lab.ts';
import { sourceOf } from '../lab/tree.ts';
import { vyosProblem } from '../lab/vyos/node.ts';
import type { Mark, VyosRouter } from '../lab/vyos/router.ts';
import type { Interface, NodeDesign, RouterDesign } from './design.ts';
import { ownersOf } from './router-vyos.ts';
import { isBehind, vyosPort } from './vyos-ports.ts';

type Say = (mark: Mark | undefined, severity: Severity, code: string, message: string, hint?: string) => void;

interface Wire {
  readonly end: Endpoint;
  readonly prefix: string;
  readonly mtu: number;
  readonly what: string;
}

/** What the wires alone show: ports without an address, addresses of another network, MTUs that differ, ports without a wire. */
export function checkVyosPorts(lab: Lab): readonly Problem[] {
  const wires = wiresOf(lab);
  return everyRouter(lab, (router, vyos, say) => {
    for (const wire of wires.filter(({ end }) => end.machine === router.name)) checkPort(lab, vyos, wire, say);
    for (const { kind, name, addresses } of vyos.interfaces) {
      const isWired = wires.some(({ end }) => end.machine === router.name && end.interface === name);
      if (kind !== 'ethernet' || name === 'eth0' || isWired || addresses.length === 0) continue;
      const message = `${router.name}:${name} is on no link or rack: ${addresses.join(', ')} leads nowhere`;
      say(vyos.marks.interfaces[name], 'warning', 'VYOS_PORT_UNWIRED', message, 'add a link or a rack to the topology');
    }
  });
}

function checkPort(lab: Lab, vyos: VyosRouter, { end, prefix, mtu, what }: Wire, say: Say): void {
  const name = `${end.machine}:${end.interface}`;
  const port = vyosPort(lab, end);
  const mark = vyos.marks.interfaces[end.interface];
  const inside = port?.addresses.filter((address) => isInside(prefix, addressOf(address))) ?? [];
  if (port === undefined) return;
  const behind = vyos.interfaces.filter(({ name: other, members }) => isBehind(end.interface, other, members, vyos));
  if (behind.some(({ addresses }) => addresses.some((address) => isInside(prefix, addressOf(address))))) return;
  if (port.addresses.length === 0) {
    const message = `${name} has no address, and the topology wires it to ${what} (${prefix})`;
    say(mark, 'error', 'VYOS_NO_ADDRESS', message, `set interfaces ethernet ${end.interface} address …`);
  } else if (inside.length === 0) {
    const message = `${port.addresses.join(', ')} of ${name} is not inside ${what} (${prefix})`;
    say(mark, 'error', 'VYOS_ADDRESS_OUTSIDE', message, 'change the address, or the prefix in the topology');
  }
  if (port.mtu !== undefined && port.mtu !== mtu) {
    const fate =
      port.mtu > mtu ? `longer packets than ${mtu} bytes are lost without a word` : 'longer packets are dropped or cut';
    const message = `${name} has MTU ${port.mtu} on ${what}, whose MTU is ${mtu}: ${fate}`;
    say(mark, 'warning', 'VYOS_MTU', message, 'give both the same MTU');
  }
  if (port.isDisabled) say(mark, 'warning', 'VYOS_PORT_DISABLED', `${name} is disabled, and ${what} needs it`);
}

/** What shows once every machine has its addresses: networks of others, neighbors that are not there or another AS. */
export function checkVyosRouters(
  lab: Lab,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
  nodes: readonly NodeDesign[],
  routers: readonly RouterDesign[],
): readonly Problem[] {
  const owners = ownersOf(lab, interfaces, nodes);
  return everyRouter(lab, (router, vyos, say) => {
    const { bgp, marks, beyond } = vyos;
    const own = routers.find(({ name }) => name === router.name);
    const subnets = new Set((own?.interfaces ?? []).flatMap(({ addresses }) => addresses.map(networkOf)));
    for (const network of bgp?.networks ?? []) {
      if (subnets.has(network)) continue;
      const message = `${router.name} announces ${network} and is not on it: what is sent there ends at ${router.name}`;
      say(
        marks.networks[network],
        'warning',
        'VYOS_NETWORK_FOREIGN',
        message,
        'announce the networks of its own ports',
      );
    }
    for (const { peer, remoteAs, isExpected } of bgp?.neighbors ?? []) {
      const owner = owners.get(peer);
      if (!isExpected || !/[.:]/.test(peer)) continue;
      if (owner === undefined) {
        const message = `no machine of the lab has the neighbor address ${peer}: the session stays down`;
        say(marks.neighbors[peer], 'warning', 'VYOS_NEIGHBOR_UNKNOWN', message);
      } else if (typeof remoteAs === 'number' && owner.asNumber !== remoteAs) {
        const has = owner.asNumber === undefined ? 'speaks no BGP' : `has AS ${owner.asNumber}`;
        const message = `${owner.name} (${peer}) ${has}, ${router.name} expects AS ${remoteAs}: the session stays down`;
        say(marks.neighbors[peer], 'warning', 'VYOS_NEIGHBOR_AS', message);
      }
    }
    if (beyond.length === 0) return;
    const message = `${vyos.file} has what labctl's model of BGP has not (${beyond.join(', ')}): it derives no routes of this lab`;
    const hint =
      'state what must be true under `expect:`; sessions, addresses and directly connected routes are still checked';
    say(marks.asNumber, 'warning', 'ROUTES_NOT_DERIVED', message, hint);
  });
}

function wiresOf(lab: Lab): readonly Wire[] {
  const { links = [], racks = [] } = lab.topology ?? {};
  const ofLinks = links.flatMap(({ endpoints, prefix, mtu }) =>
    endpoints.map((end, i): Wire => {
      const far = endpoints[1 - i];
      return { end, prefix, mtu: i === 0 ? mtu[0] : mtu[1], what: `the link to ${far?.machine}:${far?.interface}` };
    }),
  );
  return [
    ...ofLinks,
    ...racks.map(({ leaf, prefix, mtu, name }) => ({ end: leaf, prefix, mtu, what: `rack ${name}` })),
  ];
}

function everyRouter(
  lab: Lab,
  check: (router: TopologyRouter, vyos: VyosRouter, say: Say) => void,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const router of lab.topology?.routers ?? []) {
    const { vyos } = router;
    if (vyos === undefined) continue;
    const source = sourceOf(vyos.file, vyos.text);
    check(router, vyos, ([start, end] = [0, 1], severity, code, message, hint) => {
      problems.push(vyosProblem(source, { start, end }, code, message, { severity, hint }));
    });
  }
  return problems;
}

function isInside(prefix: string, address: string): boolean {
  return containsPrefix(mustParsePrefix(prefix), mustParseAddress(address));
}
