// Owns waiting until a cluster's nodes have booted: from then on images, wires and kubeadm do not disturb each other.

import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../base/errors.ts';
import type { Design } from '../../design/design.ts';
import type { OperationContext } from '../../plan/engine.ts';
import type { KindWork } from './step.ts';

/** Between two looks. */
const pauseMs = 300;

/**
 * Resolves once containerd runs in every node under systemd. A node's first program reads the default route, to find Docker's DNS, and
 * only then becomes systemd: no other route may be there before. Throws NOT_CONVERGED naming the nodes that do not boot, at the deadline
 * or when `ended`, kind's own end, comes before.
 */
export async function untilBooted(
  { host, locate }: Pick<KindWork, 'host' | 'locate'>,
  { nodes }: Pick<Design, 'nodes'>,
  { signal, report }: OperationContext,
  ended: AbortSignal,
): Promise<void> {
  const stopping = AbortSignal.any([signal, ended]);
  let told = -1;
  while (true) {
    const isLast = stopping.aborted;
    const places = await locate();
    const asked = nodes.map(async ({ name }) => {
      const enter = places.findArgv(name);
      if (enter === undefined) return [name];
      const argv = [...enter, 'systemctl', 'is-active', '--quiet', 'containerd'];
      const ran = await host.run(argv, { onFailure: 'return', timeoutMs: 10_000 });
      return ran.exitCode === 0 ? [] : [name];
    });
    const left = (await Promise.all(asked)).flat();
    const booted = nodes.length - left.length;
    if (booted !== told) report(`${booted} of ${nodes.length} nodes booted`);
    told = booted;
    if (left.length === 0) return;
    if (isLast) throw notBooted(left, signal);
    await sleep(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

function notBooted(names: readonly string[], signal: AbortSignal): LabError {
  if (signal.aborted && signal.reason !== 'timeout')
    return new LabError('INTERRUPTED', 'interrupted while waiting for nodes to boot');
  return new LabError('NOT_CONVERGED', `not booted: ${names.join(', ')}`, {
    facts: ['containerd is not active under systemd in them'],
    hint: `docker logs ${names[0]}`,
  });
}
