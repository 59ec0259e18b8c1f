// Owns taking apart what people type for a machine of a running lab: leaf0, worker2, pod-a, bgp-rr/leaf0.

import { LabError } from '../base/errors.ts';

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
