// Owns the impairments of a lab's wires: what each router's fabric ports do to the packets they send.

import { netemLine } from '../../artifact/netem.ts';
import type { Design } from '../../design/design.ts';
import type { MachineScript } from './machine-scripts.ts';

/**
 * A script for each router once a port of the lab is bad, or was before: it says of every port what it does, so that an
 * impairment which the design no longer has goes away. Runs inside the routers' network namespaces.
 */
export function netemScripts({ routers, links }: Design, wasMade: boolean): readonly MachineScript[] {
  const fabric = new Set(links.filter(({ role }) => role === 'fabric').map(({ name }) => name));
  const ports = routers.map(({ name, interfaces }) => {
    return { machine: name, ports: interfaces.filter(({ link }) => fabric.has(link)) };
  });
  if (!wasMade && !needsNetem({ routers })) return [];
  return ports.map(({ machine, ports: own }) => ({
    machine,
    script: own.map(({ name, netem }) => netemLine(name, netem)).join(''),
  }));
}

/** Whether a port of the lab does something to its packets. */
export function needsNetem({ routers }: Pick<Design, 'routers'>): boolean {
  return routers.some(({ interfaces }) => interfaces.some(({ netem }) => netem !== undefined));
}
