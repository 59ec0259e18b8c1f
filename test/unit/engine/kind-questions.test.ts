// Owns the proof that an account of a lab on kind asks for its own containers and for nothing secret.

import { expect, it } from 'vitest';
import { designLab } from '../../../src/design/design-lab.ts';
import { clusterQuestions, nodeQuestions } from '../../../src/engine/kind/questions.ts';
import { bgpRr } from '../../support/labs.ts';

it("asks Docker for the lab's own containers and networks, and Kubernetes by the lab's own kubeconfig for no secret", () => {
  const { design } = designLab(bgpRr);
  if (design === undefined) throw new Error('no design');

  const asked = new Map(clusterQuestions(design, '/state/kubeconfig').map(({ file, argv }) => [file, argv.join(' ')]));

  expect(asked.get('containers.json')).toBe(
    'docker inspect bgp-rr-control-plane bgp-rr-worker bgp-rr-worker2 bgp-rr-worker3 clab-bgp-rr-leaf0 clab-bgp-rr-leaf1 clab-bgp-rr-spine0 clab-bgp-rr-spine1 clab-bgp-rr-switch',
  );
  expect(asked.get('networks.json')).toBe('docker network inspect bgp-rr bgp-rr-outside');
  const kubectl = [...asked.values()].filter((line) => line.startsWith('kubectl'));
  expect(
    kubectl.every((line) =>
      line.startsWith('kubectl --kubeconfig /state/kubeconfig --cache-dir /state/kubectl-cache '),
    ),
  ).toBe(true);
  expect(kubectl.join('\n')).not.toMatch(/secret|configmap|config view/);
  expect(new Set([...asked.keys(), ...nodeQuestions('worker').map(({ file }) => file)]).size).toBe(asked.size + 3);
});
