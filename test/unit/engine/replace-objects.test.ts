// Owns the proof that objects which a lab no longer has are deleted from its cluster, and nobody else's.

import { expect, it } from 'vitest';
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
  const work = { host, folder: '/lab', place: { kubeconfig: '/lab/kubeconfig' } } as unknown as KindWork;
  const names = ['Node/worker', 'IPPool/default-ipv4-ippool', 'BGPConfiguration/default', 'BGPPeer/to-leaf0'];

  const context = { signal: new AbortController().signal, report: () => undefined };
  await clusterOperations(work)['replaceObjects']?.apply({ prefix: '', text: '', names }, context);

  expect(host.unused()).toEqual([]);
});
