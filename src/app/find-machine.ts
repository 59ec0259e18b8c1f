// Owns finding a machine of a running lab by what people type: leaf0, worker2, pod-a, bgp-rr/leaf0.

import { LabError } from '../base/errors.ts';
import { type Design, findMachine, type Machine, machinesOf } from '../design/design.ts';
import { hintForName } from '../lab/names.ts';

/** A machine as it was typed, with the lab before a slash taken apart from it. */
export interface MachineReference {
  readonly lab: string | undefined;
  readonly machine: string;
}

/** Reads `bgp-rr/leaf0` or `leaf0`; the lab before the slash wins over `lab`. Throws USAGE for anything else. */
export function machineReference(text: string, lab: string | undefined): MachineReference {
  const parts = text.split('/');
  const [first = '', second] = parts;
  if (parts.length === 1 && first !== '') return { lab, machine: first };
  if (parts.length === 2 && first !== '' && second !== undefined && second !== '')
    return { lab: first, machine: second };
  throw new LabError('USAGE', `not a machine: ${JSON.stringify(text)}`, {
    hint: 'write leaf0, worker2, pod-a or bgp-rr/leaf0',
  });
}

/** The machine of that name (or of that short name). Throws UNKNOWN_MACHINE with the nearest and all known names. */
export function machineNamed(design: Design, name: string): Machine {
  const machine = findMachine(design, name);
  if (machine !== undefined) return machine;
  const known = typedNames(design);
  throw new LabError('UNKNOWN_MACHINE', `no machine named ${name} in lab ${design.lab}`, {
    hint: hintForName(name, known),
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
