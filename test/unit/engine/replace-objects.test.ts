// Owns the proof that objects which a lab no longer has are deleted from its cluster, and nobody else's.

import { expect, it } from 'vitest';
import type { Shell } from '../../../src/base/shell.ts';
import { clusterOperations } from '../../../src/engine/kind/cluster-operations.ts';
import type { KindWork } from '../../../src/engine/kind/step.ts';
import { kubectlArgv } from '../../../src/host/kubectl.ts';
import { recordingShell, type Said } from '../../support/recording-shell.ts';

const kubectl = kubectlArgv('/lab/kubeconfig').join(' ');
const notServed = { exitCode: 1, stderr: 'error: the server doesn\'t have a resource type "bgpfilter"\n' };

/** What kubectl prints of objects: who manages each, by its name. */
function list(kind: string, managers: Readonly<Record<string, readonly string[]>>): Said {
  const items = Object.entries(managers).map(([name, all]) => ({
    kind,
    metadata: { name, managedFields: all.map((manager) => ({ manager, operation: 'Update' })) },
  }));
  return { stdout: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) };
}

const { signal } = new AbortController();

/** Replaces a lab's objects through a shell that answers. */
async function replaceBy(
  host: Shell,
  objects: { readonly text: string; readonly names: readonly string[] },
): Promise<void> {
  const work = { host, folder: '/lab', place: { kubeconfig: '/lab/kubeconfig' } } as unknown as KindWork;
  const input = { prefix: '', ...objects };
  await clusterOperations(work)['replaceObjects']?.apply(input, { signal, report: () => undefined });
}

it('asks for the kinds that the release has, and deletes what labctl applied and the lab has no more', async () => {
  const listed = {
    IPPool: list('IPPool', { 'default-ipv4-ippool': ['labctl', 'kube-controllers'] }),
    BGPConfiguration: list('BGPConfiguration', { default: ['labctl'] }),
    BGPPeer: list('BGPPeer', { 'to-leaf0': ['labctl'], 'to-leaf1': ['labctl'], own: ['kubectl-client-side-apply'] }),
    BGPFilter: notServed,
    FelixConfiguration: list('FelixConfiguration', { default: ['calico-node'], 'node.worker': ['labctl'] }),
  };
  const host = recordingShell({
    [`${kubectl} get --raw /apis/projectcalico.org/v3`]: { exitCode: 1 },
    [`${kubectl} apply --server-side --force-conflicts --field-manager=labctl -f /lab/calico/crd-objects.yaml`]: {},
    ...Object.fromEntries(
      Object.entries(listed).map(([kind, said]) => [
        `${kubectl} get ${kind} --output=json --show-managed-fields --request-timeout=10s`,
        said,
      ]),
    ),
    [`${kubectl} delete --ignore-not-found BGPPeer/to-leaf1 FelixConfiguration/node.worker`]: {},
  });
  const names = ['Node/worker', 'IPPool/default-ipv4-ippool', 'BGPConfiguration/default', 'BGPPeer/to-leaf0'];

  await replaceBy(host, { text: '', names });

  expect(host.unused()).toEqual([]);
});

it('applies the first of two pools alone before all objects: calico-node would miss one of two that change at once', async () => {
  const pool = (name: string): string =>
    `apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: ${name}\n`;
  const applied: (string | undefined)[] = [];
  const host: Shell = {
    where: 'host',
    argv: (argv) => argv,
    run: async (argv, { input } = {}) => {
      const isApplied = argv.includes('apply');
      if (isApplied) applied.push(input);
      const exitCode = isApplied || argv.includes('/apis/projectcalico.org/v3') ? 0 : 1;
      return { argv, where: 'host', exitCode, stdout: '', stderr: '', ms: 1 };
    },
  };

  await replaceBy(host, { text: [pool('four'), 'kind: BGPPeer\n', pool('six')].join('---\n'), names: [] });

  const served = (text: string): string => text.replaceAll('crd.projectcalico.org/v1', 'projectcalico.org/v3');
  const four = served(pool('four'));
  expect(applied).toEqual([four, `${four}---\nkind: BGPPeer\n---\n${served(pool('six'))}`]);
});
