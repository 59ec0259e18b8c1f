// Owns findings about what is not a way: encryption, ARP, Calico's veth, offload, fragments, and clocks.

import { counted, type Finding, findingOf } from './finding.ts';
import { flowText } from './flow.ts';
import type { Correlation, Hop } from './paths.ts';
import { mark } from './sightings.ts';

/** ESP flows: what is in them cannot be told. */
export function encrypted({ correlator, paths }: Correlation): readonly Finding[] {
  return paths
    .filter(({ flow }) => correlator.flows.all[flow]!.protocol === 'esp')
    .map(({ flow, hops, count }) =>
      findingOf(
        correlator,
        'encrypted',
        [hops[0]!.row],
        `${counted(count, 'packet')} of ${flowText(correlator.flows.all[flow]!)}: encrypted, contents unknown`,
      ),
    );
}

/** Addresses whose ARP is answered by an interface that has another address as well: announced by a node. */
export function announced({ correlator }: Correlation): readonly Finding[] {
  const { arp } = correlator.ledger;
  const findings: Finding[] = [];
  const byMac = new Map([...correlator.ledger.addressesOf].map(([mac, addresses]) => [mac, new Set(addresses)]));
  for (const { sender, senderMac } of arp) {
    if (sender === '0.0.0.0') continue;
    byMac.set(senderMac, (byMac.get(senderMac) ?? new Set()).add(sender));
  }
  const told = new Set<string>();
  for (const { sender, senderMac, target, operation, point, frame } of arp) {
    const isGratuitous = sender === target;
    const others = [...(byMac.get(senderMac) ?? [])].filter((other) => other !== sender);
    // Every Calico veth answers so for its gateway (proxy ARP); `calico-veth` tells that.
    if (senderMac === 'ee:ee:ee:ee:ee:ee') continue;
    if (told.has(sender) || (!isGratuitous && (operation !== 2 || others.length === 0))) continue;
    told.add(sender);
    const also = others.length === 0 ? '' : `, which also has ${others.join(', ')}`;
    const how = isGratuitous ? 'announced (gratuitous ARP) by' : 'answered for by';
    const packets = [{ point: correlator.points[point]!.name, frame }];
    findings.push({ kind: 'arp-announced', text: `${sender} is ${how} ${senderMac}${also}`, packets });
  }
  return findings;
}

/** Points whose frames have the Ethernet address of every Calico veth's host end. */
export function calicoVeths({ correlator }: Correlation): readonly Finding[] {
  const { points } = correlator.ledger;
  const names = correlator.points.filter(({ index }) => (points[index]?.calico ?? 0) > 0).map(({ name }) => name);
  if (names.length === 0) return [];
  const text = `${names.join(', ')}: a Calico veth (its host end is ee:ee:ee:ee:ee:ee)`;
  return [{ kind: 'calico-veth', text, packets: [] }];
}

/** The same TCP data in segments of different lengths: segmentation or receive offload between the points. */
export function offloaded({ correlator, paths }: Correlation): readonly Finding[] {
  const { sightings, points } = correlator;
  const told = new Set<number>();
  const findings: Finding[] = [];
  for (const { flow, hops } of paths) {
    const sizes = hops.map(({ row }) => sightings.payload[row]!);
    const [most, least] = [Math.max(...sizes), Math.min(...sizes)];
    if (most === least || least === 0 || told.has(flow)) continue;
    told.add(flow);
    const at = (size: number): string => points[hops[sizes.indexOf(size)]!.point]!.name;
    const text = `${flowText(correlator.flows.all[flow]!)}: ${most} bytes at once at ${at(most)} are ${least} and more segments at ${at(least)}: segmentation offload, the same data`;
    findings.push(
      findingOf(
        correlator,
        'offloaded',
        hops.map(({ row }) => row),
        text,
      ),
    );
  }
  return findings;
}

/** Packets that are whole at one point and in fragments at another (RFC 791 section 3.2). */
export function fragmented({ correlator, paths }: Correlation): readonly Finding[] {
  const { sightings, points } = correlator;
  const findings: Finding[] = [];
  for (const { flow, hops, count } of paths) {
    const isPart = ({ row }: Hop): boolean => (sightings.marks[row]! & mark.moreFragments) !== 0;
    const [whole, part] = [hops.find((hop) => !isPart(hop)), hops.find(isPart)];
    if (whole === undefined || part === undefined) continue;
    const [at, then] = [whole, part].map(({ point }) => points[point]!.name);
    const text = `${counted(count, 'packet')} of ${flowText(correlator.flows.all[flow]!)}: whole at ${at} (${sightings.length[whole.row]} bytes), in fragments at ${then}`;
    findings.push(findingOf(correlator, 'fragmented', [whole.row, part.row], text));
  }
  return findings;
}

/** Clocks that are proven to differ, and those of which one way tells as much as one way can. */
export function clockDifferences({ correlator, clocks }: Correlation): readonly Finding[] {
  return correlator.points.flatMap(({ index, name }) => {
    const { basis, ahead, uncertainty, correction, samples } = clocks[index]!;
    const by = `${(Math.abs(ahead) / 1e9).toFixed(6)} s (within ${(uncertainty / 1e9).toFixed(6)} s)`;
    if (correction !== 0) {
      const text = `the clock of ${name} is ${by} ${ahead > 0 ? 'ahead' : 'behind'}, by ${counted(samples, 'packet')}; taken off its times`;
      return [{ kind: 'clock' as const, text, packets: [] }];
    }
    // What queues take varies; what does not vary is worth telling.
    if (basis !== 'one way' || samples < fewSamples || Math.abs(ahead) < Math.max(1e6, uncertainty * 20)) return [];
    const text = `${counted(samples, 'packet')} have times at ${name} that are ${by} ${ahead > 0 ? 'later' : 'earlier'}, a constant difference: of the clocks, of the capturing programs, or a way that always takes as long; packets of one way alone cannot tell, nothing is taken off`;
    return [{ kind: 'clock' as const, text, packets: [] }];
  });
}

const fewSamples = 10;
