// Owns finding a machine by the name that people type: leaf0, worker2, pod-a.

import { LabError } from '../base/errors.ts';
import { nearestName } from '../lab/names.ts';
import { type Design, findMachine, type Machine, machinesOf } from './design.ts';

/** The machine of that name (or of that short name). Throws UNKNOWN_MACHINE with the nearest and all known names. */
export function machineNamed(design: Design, name: string): Machine {
  const machine = findMachine(design, name);
  if (machine !== undefined) return machine;
  const known = typedNames(design);
  const nearest = nearestName(name, known);
  throw new LabError('UNKNOWN_MACHINE', `no machine named ${name} in lab ${design.lab}`, {
    hint: nearest === undefined ? undefined : `did you mean \`${nearest}\`?`,
    facts: [`machines: ${known.join(', ')}`],
  });
}

/** The names one types: routers, nodes by their short names, pods. */
export function typedNames(design: Design): readonly string[] {
  return machinesOf(design).flatMap((machine) => {
    if (machine.kind === 'switch') return [];
    return [machine.kind === 'node' ? machine.short : machine.name];
  });
}
