// Owns the question whether this kernel makes the tunnels of a lab, asked without loading a module into the machine.

import type { Design } from '../../design/design.ts';
import type { Finding } from '../../plan/finding.ts';
import { guestCommand, isLoadable, refusalOf } from './ask-kernel.ts';

/** What a kernel lacks for a lab's tunnel devices; labs without tunnels need nothing. Changes nothing on this machine. */
export async function probeTunnels(design: Design | undefined, isRoot: boolean): Promise<readonly Finding[]> {
  if (design === undefined) return [];
  const names = new Set(design.nodes.flatMap(({ tunnels }) => tunnels.map(({ name }) => name)));
  const found = await Promise.all([
    names.has('vxlan.calico') ? probeVxlan(isRoot) : [],
    names.has('tunl0') ? probeIpip(isRoot, design) : [],
  ]);
  return found.flat();
}

async function probeVxlan(isRoot: boolean): Promise<readonly Finding[]> {
  const said = await refusalOf(isRoot, 'ip link add name labctl0 type vxlan id 1 dstport 4789');
  if (said === undefined) return [];
  return [
    {
      id: 'kernel-vxlan',
      level: 'missing',
      needsRoot: true,
      message: 'this kernel makes no VXLAN device',
      cause: said || 'each node of the lab has one, vxlan.calico',
      fix: ['sudo', 'modprobe', 'vxlan'],
    },
  ];
}

/**
 * The kernel makes tunl0 itself in every namespace once ipip is there. Asking it to make a device would load the module, and
 * give tunl0 to the whole machine: that is for its owner to say.
 */
async function probeIpip(isRoot: boolean, design: Design): Promise<readonly Finding[]> {
  if ((await refusalOf(isRoot, 'ip link show dev tunl0')) === undefined) return [];
  const guest = guestCommand(design);
  return [
    (await isLoadable('ipip'))
      ? {
          id: 'kernel-ipip-unloaded',
          level: 'missing',
          needsRoot: true,
          message: 'the module ipip is not loaded',
          cause: `loading it puts a device tunl0 into every network namespace of this machine; without that: ${guest}`,
          fix: ['sudo', 'modprobe', 'ipip'],
        }
      : {
          id: 'kernel-ipip',
          level: 'missing',
          message: 'this kernel has no IPIP tunnels',
          cause: 'the module ipip is not there; the kernel of User-Mode Linux, an ordinary program, has it',
          fix: guest.split(' '),
        },
  ];
}
