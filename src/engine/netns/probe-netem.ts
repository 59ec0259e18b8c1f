// Owns the question whether this kernel impairs wires.

import type { Design } from '../../design/design.ts';
import type { Finding } from '../../plan/finding.ts';
import { guestCommand, isLoadable, refusalOf } from './ask-kernel.ts';
import { needsNetem } from './netem.ts';

/** What a kernel lacks for the impaired wires of a lab; a lab without any needs nothing. Changes nothing on this machine. */
export async function probeNetem(design: Design | undefined, isRoot: boolean): Promise<readonly Finding[]> {
  if (design === undefined || !needsNetem(design)) return [];
  if ((await refusalOf(isRoot, 'tc qdisc add dev lo root netem delay 1ms')) === undefined) return [];
  const guest = guestCommand(design);
  return [
    (await isLoadable('sch_netem'))
      ? {
          id: 'kernel-netem-unloaded',
          level: 'missing',
          needsRoot: true,
          message: 'the module sch_netem is not loaded',
          cause: `the lab's wires delay or lose packets by it; without it: ${guest}`,
          fix: ['sudo', 'modprobe', 'sch_netem'],
        }
      : {
          id: 'kernel-netem',
          level: 'missing',
          message: 'this kernel can neither delay nor lose packets on a wire',
          cause: 'the module sch_netem is not there; the kernel of User-Mode Linux, an ordinary program, has it',
          fix: guest.split(' '),
        },
  ];
}
