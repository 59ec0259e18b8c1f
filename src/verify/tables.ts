// Owns the checks of what kernels hold beside routes: interfaces with addresses and MTU, neighbors, forwarding entries.

import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import { expectedForwarding, expectedInterfaces, expectedNeighbors } from '../design/implied.ts';
import { tunnelDevices } from '../design/tunnel.ts';
import type { Inspection } from '../plan/observed.ts';
import type { CheckResult, Failure } from './verdict.ts';

/** Judges every interface: there and up, MTU, addresses, MAC; and that no node has a tunnel its pools do not ask for. */
export function judgeInterfaces(design: Design, { interfaces }: Inspection): CheckResult {
  const expected = expectedInterfaces(design);
  const seen = new Map(interfaces.map((one) => [`${one.machine} ${one.name}`, one]));
  const failures: Failure[] = [];
  const fail = (machine: string, what: string, wanted: string, found: string): void => {
    failures.push({ what, where: shownName(design, machine), expected: wanted, seen: found });
  };
  for (const { machine, name, mtu, mac, addresses } of expected) {
    const found = seen.get(`${machine} ${name}`);
    if (found === undefined || !found.isUp) {
      fail(machine, `interface ${name}`, `${name}, up`, found === undefined ? 'no such interface' : 'down');
      continue;
    }
    if (found.mtu !== mtu) fail(machine, `MTU of ${name}`, `MTU ${mtu}`, `MTU ${found.mtu}`);
    if (mac !== undefined && found.mac !== mac) fail(machine, `MAC of ${name}`, mac, found.mac ?? 'none');
    if (addresses === undefined) continue;
    const [wanted, held] = [addresses, found.addresses].map((list) => list.toSorted().join(', ') || 'none');
    if (wanted !== held) fail(machine, `addresses of ${name}`, wanted ?? '', held ?? '');
  }
  for (const node of design.nodes) {
    for (const name of tunnelDevices) {
      const isWanted = node.tunnels.some((tunnel) => tunnel.name === name);
      const found = seen.get(`${node.name} ${name}`);
      if (isWanted || found === undefined || (!found.isUp && found.addresses.length === 0)) continue;
      fail(node.name, `interface ${name}`, 'no tunnel: no pool asks for one', `${name}, MTU ${found.mtu}`);
    }
  }
  const title = `all ${expected.length} interfaces up, with their addresses and MTU`;
  return { origin: 'implied', kind: 'interfaces', title, failures };
}

/** Judges Felix's permanent neighbors and forwarding entries; undefined where no node has a VXLAN tunnel. */
export function judgeVteps(design: Design, { neighbors, forwarding }: Inspection): CheckResult | undefined {
  const [wantedNeighbors, wantedForwarding] = [expectedNeighbors(design), expectedForwarding(design)];
  if (wantedNeighbors.length === 0) return undefined;
  const failures: Failure[] = [];
  for (const { machine, device, address, mac } of wantedNeighbors) {
    const found = neighbors.filter(
      (one) => one.machine === machine && one.device === device && one.address === address,
    );
    if (found.some((one) => one.mac === mac)) continue;
    const seen = found[0] === undefined ? 'no such permanent entry' : `${address} lladdr ${found[0].mac ?? 'none'}`;
    const where = shownName(design, machine);
    failures.push({ what: `neighbor ${address} on ${device}`, where, expected: `${address} lladdr ${mac}`, seen });
  }
  for (const { machine, device, mac, destination } of wantedForwarding) {
    const found = forwarding.filter((one) => one.machine === machine && one.device === device && one.mac === mac);
    if (found.some((one) => one.destination === destination)) continue;
    const seen = found[0] === undefined ? 'no such entry' : `${mac} dst ${found[0].destination}`;
    const where = shownName(design, machine);
    failures.push({ what: `forwarding of ${mac} on ${device}`, where, expected: `${mac} dst ${destination}`, seen });
  }
  const title = `all ${wantedNeighbors.length} neighbors and ${wantedForwarding.length} forwarding entries of VXLAN`;
  return { origin: 'implied', kind: 'vteps', title, failures };
}
