// Owns the question whether this kernel makes the tunnels of a lab, asked without loading a module into the machine.

import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import type { Design } from '../../design/design.ts';
import { localShell } from '../../host/local-shell.ts';
import { unshareArguments } from '../../host/namespaces.ts';
import type { Finding } from '../../plan/finding.ts';

/** What a kernel lacks for a lab's tunnel devices; labs without tunnels need nothing. Changes nothing on this machine. */
export async function probeTunnels(design: Design | undefined, isRoot: boolean): Promise<readonly Finding[]> {
  const names = new Set(design?.nodes.flatMap(({ tunnels }) => tunnels.map(({ name }) => name)));
  const found = await Promise.all([
    names.has('vxlan.calico') ? probeVxlan(isRoot) : [],
    names.has('tunl0') ? probeIpip(isRoot, design?.lab ?? '') : [],
  ]);
  return found.flat();
}

async function probeVxlan(isRoot: boolean): Promise<readonly Finding[]> {
  const said = await refusalOf(isRoot, 'link add name labctl0 type vxlan id 1 dstport 4789');
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
async function probeIpip(isRoot: boolean, lab: string): Promise<readonly Finding[]> {
  if ((await refusalOf(isRoot, 'link show dev tunl0')) === undefined) return [];
  const isLoadable = /\/ipip\.ko/.test(await readFile(`/lib/modules/${release()}/modules.dep`, 'utf8').catch(() => ''));
  const guest = `labctl test ${lab} --kernel uml`;
  return [
    isLoadable
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

/** What `ip` says against a command in a throw-away network namespace; undefined when it can be done. */
async function refusalOf(isRoot: boolean, command: string): Promise<string | undefined> {
  const argv = ['unshare', ...unshareArguments(isRoot), '--', 'ip', ...command.split(' ')];
  const ran = await localShell('host').run(argv, { onFailure: 'return', timeoutMs: 20_000 });
  return ran.exitCode === 0 ? undefined : ran.stderr.trim();
}
