// Owns the questions a walk asks of the live lab. What cannot change while a packet passes is asked once.

import { type Design, findMachine } from '../design/design.ts';
import type { Asked } from '../host/asked.ts';
import { askBridge, askNeighbor, askTunnelEnd } from '../host/neighbor.ts';
import { type Port, readPorts } from '../host/port.ts';
import { askRoute, type RouteQuestion } from '../host/route-get.ts';
import { readServiceChains, type ServiceChains } from '../host/service-nat.ts';
import { readSourceNat, type SourceNatRule } from '../host/source-nat.ts';
import type { Engine } from '../plan/engine.ts';
import type { CaptureLine } from './capture.ts';

/** The far end of a wire. */
export interface WireEnd {
  readonly machine: string;
  readonly interface: string;
}

/** Every question a walk has. Machines by full name. */
export interface Lookups {
  route(machine: string, question: RouteQuestion): ReturnType<typeof askRoute>;
  neighbor(machine: string, address: string, dev: string): ReturnType<typeof askNeighbor>;
  tunnelEnd(machine: string, mac: string, dev: string): ReturnType<typeof askTunnelEnd>;
  bridgePort(machine: string, mac: string, bridge: string): ReturnType<typeof askBridge>;
  ports(machine: string): Promise<readonly Port[]>;
  sourceNat(machine: string): Promise<readonly SourceNatRule[]>;
  serviceChains(machine: string): Promise<ServiceChains>;
  /** A setting below /proc/sys/net, as a number; undefined where the kernel has no such file. */
  setting(machine: string, path: string): Promise<{ readonly value: number | undefined; readonly asked: Asked }>;
  /** Where the wire of an interface ends, as the lab was plugged. */
  otherEnd(machine: string, dev: string): WireEnd | undefined;
  /** The bridge of a switch that has a port. */
  bridgeOf(machine: string, port: string): string | undefined;
  /** The far ends of a bridge's wires, where the switch itself cannot be asked; undefined where it can. */
  endsAround(machine: string, bridge: string): readonly WireEnd[] | undefined;
  /** The interfaces by which the echo was captured leaving a machine. */
  seenLeaving(machine: string, echo: 'request' | 'reply'): readonly string[];
}

/** Questions to the machines of a running lab, of which nobody enters those that are `closed`, and to what was captured. */
export function lookupsIn(
  design: Design,
  { shell: shellOf, closed }: Pick<Engine, 'shell' | 'closed'>,
  captured: readonly CaptureLine[],
  signal: AbortSignal,
): Lookups {
  const foreign = closed?.(design);
  const farEnd = (machine: string, dev: string): WireEnd | undefined => {
    for (const { ends } of design.links) {
      const near = ends.findIndex((end) => end.machine === machine && end.interface === dev);
      if (near >= 0) return ends[1 - near];
    }
    return undefined;
  };

  const ports = new Map<string, Promise<readonly Port[]>>();
  const rules = new Map<string, Promise<readonly SourceNatRule[]>>();
  const chains = new Map<string, Promise<ServiceChains>>();
  return {
    route: (machine, question) => askRoute(shellOf(machine), question, signal),
    neighbor: (machine, address, dev) => askNeighbor(shellOf(machine), address, dev, signal),
    tunnelEnd: (machine, mac, dev) => askTunnelEnd(shellOf(machine), mac, dev, signal),
    bridgePort: (machine, mac, bridge) => askBridge(shellOf(machine), mac, bridge, signal),
    ports: (machine) => once(ports, machine, () => readPorts(shellOf(machine), signal)),
    sourceNat: (machine) => once(rules, machine, () => readSourceNat(shellOf(machine), signal)),
    serviceChains: (machine) => once(chains, machine, () => readServiceChains(shellOf(machine), signal)),
    setting: async (machine, path) => {
      const argv = ['cat', `/proc/sys/net/${path}`];
      const ran = await shellOf(machine).run(argv, { signal, onFailure: 'return' });
      const answer = ran.stdout.trim();
      return { value: ran.exitCode === 0 ? Number(answer) : undefined, asked: { argv, answer } };
    },
    otherEnd: farEnd,
    bridgeOf: (machine, port) => {
      const found = findMachine(design, machine);
      if (found?.kind !== 'switch') return undefined;
      return found.bridges.find((bridge) => bridge.ports.includes(port))?.name;
    },
    seenLeaving: (machine, echo) =>
      captured
        .filter(({ point, direction, packet }) => {
          return point.machine === machine && direction === 'out' && packet.kind === echo;
        })
        .map(({ point }) => point.interface),
    endsAround: (machine, bridge) => {
      if (!foreign?.has(machine)) return undefined;
      const found = design.switches.find(({ name }) => name === machine)?.bridges.find(({ name }) => name === bridge);
      return (found?.ports ?? []).flatMap((port) => farEnd(machine, port) ?? []);
    },
  };
}

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const asking = known.get(key) ?? ask();
  known.set(key, asking);
  return asking;
}
