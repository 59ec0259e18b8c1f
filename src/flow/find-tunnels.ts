// Owns findings about who wrapped a packet: devices that carry bare IP, and data planes that show in a VXLAN's identifier.

import { type Finding, findingOf } from './finding.ts';
import type { Correlation, Path } from './paths.ts';
import type { Tunnel } from './wrapping.ts';

/** Points whose frames have no link-layer header. */
export function bareIp({ correlator }: Correlation): readonly Finding[] {
  const { points } = correlator.ledger;
  const bare = correlator.points.filter(
    ({ index }) => points[index] !== undefined && points[index].bare === points[index].packets,
  );
  if (bare.length === 0) return [];
  const text = `${bare.map(({ name }) => name).join(', ')}: frames have no Ethernet header: a device that carries bare IP (tunl0, wireguard.cali), which sees packets before they are wrapped or after they were`;
  return [{ kind: 'bare-ip', text, packets: [] }];
}

/** The VNI that Calico's eBPF data plane sends a service's packets with to the node of the pod (felix/bpf-gpl/nat.h). */
const calicoVni = 0xca11c0;

/** Packets that Calico's eBPF data plane forwards to another node. */
export function calicoBpf({ correlator, paths }: Correlation): readonly Finding[] {
  const told = new Set<string>();
  return paths.flatMap(({ hops }) => {
    const hop = hops.find(({ wrap }) => tunnelOf(correlator.wraps.all[wrap]!.tunnels)?.vni === calicoVni);
    if (hop === undefined) return [];
    const { source, destination } = tunnelOf(correlator.wraps.all[hop.wrap]!.tunnels)!;
    const text = `${source} > ${destination}: VXLAN with VNI ${calicoVni} (0xca11c0): Calico's eBPF data plane forwards a service's packets to the node of the pod`;
    if (told.has(text)) return [];
    told.add(text);
    return [findingOf(correlator, 'calico-ebpf', [hop.row], text)];
  });
}

/** VXLAN on Linux's first port whose identifier is another for the answers: Cilium writes the sender's identity there. */
export function ciliumIdentities({ correlator, paths }: Correlation): readonly Finding[] {
  const byFlow = new Map<number, { readonly vni: number; readonly row: number }>();
  for (const { hops } of paths) {
    for (const { wrap, flow, row } of hops) {
      const tunnel = tunnelOf(correlator.wraps.all[wrap]!.tunnels);
      if (tunnel?.port === 8472 && tunnel.vni !== undefined) byFlow.set(flow, { vni: tunnel.vni, row });
    }
  }
  const pairs = new Map<string, number>();
  for (const [flow, { vni, row }] of byFlow) {
    const { reverse } = correlator.flows.all[flow]!;
    const answer = byFlow.get(reverse);
    if (answer === undefined || reverse < flow || answer.vni === vni) continue;
    const text = `${vni} one way and ${answer.vni} the other`;
    if (!pairs.has(text)) pairs.set(text, row);
  }
  if (pairs.size === 0) return [];
  const text = `VXLAN on UDP 8472 has another VNI for questions than for answers (${[...pairs.keys()].join('; ')}): Cilium's, the VNI is the sender's security identity (4 health, 6 remote node)`;
  return [findingOf(correlator, 'cilium-identity', [...pairs.values()], text)];
}

function tunnelOf(tunnels: readonly Tunnel[]): Tunnel | undefined {
  return tunnels.find(({ vni }) => vni !== undefined);
}

/** Packets that a router sends back onto the link they came from. */
export function hairpins({ correlator, paths }: Correlation): readonly Finding[] {
  const { links, sightings, points, flows } = correlator;
  const told = new Map<string, { count: number; rows: number[]; text: string }>();
  for (const { hops, count } of paths) {
    for (const [place, hop] of hops.entries()) {
      const before = hops[place - 1];
      if (before === undefined || before.point !== hop.point || before.ttl <= hop.ttl) continue;
      // Who translates or wraps is told elsewhere.
      if (before.flow !== hop.flow || before.wrap !== hop.wrap) continue;
      const [came, went] = [before, hop].map(({ row }) => links.all[sightings.link[row]!]!);
      if (came?.kind !== 'ethernet' || went?.kind !== 'ethernet' || came.destination !== went.source) continue;
      if (came.vlans.join() !== went.vlans.join()) continue;
      const { source, destination } = flows.all[hop.flow]!;
      const text = `from ${source} to ${destination} came to ${went.source} and left it again on the same link (${points[hop.point]!.name}): a router's hairpin`;
      const known = told.get(text) ?? { count: 0, rows: [], text };
      known.count += count;
      known.rows.push(before.row, hop.row);
      told.set(text, known);
    }
  }
  return [...told.values()].map(({ count, rows, text }) =>
    findingOf(correlator, 'hairpin', rows, `${count} packet${count === 1 ? '' : 's'} ${text}`),
  );
}

/**
 * Answers that leave with the address that was asked, past the point where the questions' destination was translated: direct server
 * return. `told` holds their rows.
 */
export function directReturns({ correlator, paths }: Correlation): {
  readonly findings: readonly Finding[];
  readonly told: ReadonlySet<number>;
} {
  const told = new Set<number>();
  const byFlow = new Map<number, Path[]>();
  for (const path of paths) byFlow.set(path.flow, [...(byFlow.get(path.flow) ?? []), path]);
  const findings: Finding[] = [];
  for (const { flow, hops } of paths) {
    const asked = correlator.flows.all[flow]!;
    const given = correlator.flows.all[hops.at(-1)!.flow]!;
    if (asked.source !== given.source || asked.destination === given.destination) continue;
    const entry = hops[0]!;
    for (const answer of byFlow.get(asked.reverse) ?? []) {
      const isPast = answer.hops.every(({ point }) => point !== entry.point);
      const isOnWay = answer.hops.some(({ point }) => hops.some((hop) => hop.point === point));
      if (!isPast || !isOnWay || told.has(answer.hops[0]!.row)) continue;
      told.add(answer.hops[0]!.row);
      const name = (point: number): string => correlator.points[point]!.name;
      const text = `answers of ${asked.destination} to ${asked.source} leave ${name(answer.hops[0]!.point)} with the address that was asked, past ${name(entry.point)}, where the questions came in and were sent on to ${given.destination}: direct server return`;
      findings.push(findingOf(correlator, 'direct-return', [answer.hops[0]!.row, entry.row], text));
    }
  }
  return { findings, told };
}
