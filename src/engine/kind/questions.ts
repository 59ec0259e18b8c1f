// Owns what Kubernetes, Docker and the nodes are asked for an account of a lab on kind. Pure.

import { fabricSwitches } from '../../artifact/clab-topology.ts';
import type { Design } from '../../design/design.ts';
import { kubectlArgv } from '../../host/kubectl.ts';
import { containerOf, networkOf, outsideOf } from './names.ts';

/** A file of the account, and the command whose words it holds. */
export interface Question {
  readonly file: string;
  readonly argv: readonly string[];
}

/** Asked on this machine. Neither Secrets nor ConfigMaps are asked for; Docker's answers have the containers' environment. */
export function clusterQuestions(design: Design, kubeconfig: string): readonly Question[] {
  const kubectl = (...words: readonly string[]): readonly string[] =>
    kubectlArgv(kubeconfig, '--request-timeout=10s', ...words);
  const machines = [...design.nodes, ...design.routers, ...fabricSwitches(design), ...design.hosts];
  const containers = machines.map((machine) => containerOf(design.lab, machine));
  const networks = [networkOf(design.lab), ...(design.routers.length > 0 ? [outsideOf(design.lab)] : [])];
  return [
    { file: 'kubernetes-version.txt', argv: kubectl('version') },
    { file: 'nodes.yaml', argv: kubectl('get', 'nodes', '--output', 'yaml') },
    { file: 'pods.txt', argv: kubectl('get', 'pods', '--all-namespaces', '--output', 'wide') },
    { file: 'pods.yaml', argv: kubectl('get', 'pods', '--all-namespaces', '--output', 'yaml') },
    {
      file: 'events.txt',
      argv: kubectl('get', 'events', '--all-namespaces', '--sort-by=.lastTimestamp', '--output', 'wide'),
    },
    { file: 'kind-version.txt', argv: ['kind', 'version'] },
    { file: 'containerlab-version.txt', argv: ['containerlab', 'version', '-j'] },
    { file: 'docker-version.txt', argv: ['docker', 'version'] },
    { file: 'docker-info.txt', argv: ['docker', 'info'] },
    { file: 'containers.json', argv: ['docker', 'inspect', ...containers] },
    { file: 'networks.json', argv: ['docker', 'network', 'inspect', ...networks] },
  ];
}

/** Asked in a node: the last two thousand lines of calico-node, and the last thousand of kubelet and containerd. */
export function nodeQuestions(node: string): readonly Question[] {
  const log = 'crictl logs --tail 2000 "$(crictl ps --all --quiet --latest --name \'^calico-node$\')"';
  const journal = ['journalctl', '--no-pager', '--lines=1000', '--unit=kubelet', '--unit=containerd'];
  return [
    { file: `${node}/calico-node.log`, argv: ['sh', '-c', log] },
    { file: `${node}/containers.txt`, argv: ['crictl', 'ps', '--all'] },
    { file: `${node}/kubelet.log`, argv: journal },
  ];
}
