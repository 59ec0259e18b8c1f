// Owns a machine of a lab as one script: what this engine does to it step by step, for a container that has the machine's ports.

import type { Artifacts } from '../../artifact/artifacts.ts';
import type { Design, NodeDesign, RouterDesign } from '../../design/design.ts';
import { birdFiles, frrFiles } from './daemon-files.ts';
import { felixScripts } from './felix.ts';
import {
  felixRulesScript,
  hostScript,
  hostsFile,
  nodeScript,
  podRouteMetric,
  podScript,
  routerScript,
  startBirdScript,
  startFrrScript,
  switchScript,
} from './machine-scripts.ts';
import { netemScripts } from './netem.ts';
import { podList, podServerProgram } from './pod-server-program.ts';
import { programScript } from './program-script.ts';
import { ipBatch, withInput, writeFileLine } from './script.ts';

/**
 * A start script for each machine but the pods, which are network namespaces of their node here as well. It waits for its ports,
 * and sleeps when all is done. Passwords are marks in it: a lab with secrets has no such script that works.
 */
export function machineStarts(design: Design, artifacts: Artifacts): ReadonlyMap<string, string> {
  const script = (machine: string, ports: readonly string[], body: string): [string, string] => [
    machine,
    `${head(design, ports)}${body}exec sleep infinity\n`,
  ];
  return new Map([
    ...design.routers.map((router) =>
      script(router.name, portsOf(design, router.name), routerStart(design, router, artifacts)),
    ),
    ...design.switches.map((device) => script(device.name, portsOf(design, device.name), switchScript(device))),
    ...design.hosts.map((host) => script(host.name, portsOf(design, host.name), hostScript(host).script)),
    ...design.nodes.map((node) =>
      script(node.name, portsOf(design, node.name), `${podLinks(design, node)}${nodeStart(design, node, artifacts)}`),
    ),
  ]);
}

/** The ports that others make: a node's pods are its own matter. */
function portsOf(design: Design, machine: string): readonly string[] {
  return design.links
    .filter(({ role }) => role !== 'pod')
    .flatMap(({ ends }) => ends)
    .filter((end) => end.machine === machine)
    .map((end) => end.interface);
}

function head(design: Design, ports: readonly string[]): string {
  return [
    '#!/bin/sh\nset -e\numask 022\n',
    `for PORT in ${ports.join(' ')}; do until ip link show dev "$PORT" >/dev/null 2>&1; do sleep 0.2; done; done\n`,
    'mkdir -p /run/labctl/logs /run/frr /etc/calico/confd/config\n',
    withInput('cat > /etc/hosts', hostsFile(design)),
  ].join('');
}

/** Ports come with addresses of chance; what is expected of neighbor tables has the lab's. */
function macScript({ interfaces }: RouterDesign | NodeDesign): string {
  return ipBatch(
    interfaces.flatMap(({ name, mac }) => (mac === undefined ? [] : [`link set dev ${name} address ${mac}`])),
  );
}

function routerStart(design: Design, router: RouterDesign, artifacts: Artifacts): string {
  return [
    macScript(router),
    routerScript(router, artifacts),
    ...netemScripts(design, false).flatMap(({ machine, script }) => (machine === router.name ? [script] : [])),
    ...frrFiles(router, artifacts).map(writeFileLine),
    startFrrScript(router),
  ].join('');
}

/** Each pod's namespace and its veth pair, as the CNI plugin makes them (calico.md C.1). */
function podLinks({ links }: Design, node: NodeDesign): string {
  return ipBatch(
    node.pods.flatMap((pod) => {
      const { mtu = 1500 } = links.find(({ ends }) => ends.some(({ machine }) => machine === pod.name)) ?? {};
      const own = `name ${pod.interface} mtu ${mtu} address ee:ee:ee:ee:ee:ee`;
      return [
        `netns add ${pod.name}`,
        `link add ${own} type veth peer name eth0 netns ${pod.name} mtu ${mtu} address ${pod.mac}`,
      ];
    }),
  );
}

function nodeStart(design: Design, node: NodeDesign, artifacts: Artifacts): string {
  const routes = felixScripts(design, false).find(({ machine }) => machine === node.name)?.script ?? '';
  const pods = node.pods.map((pod) => withInput(`ip netns exec ${pod.name} sh -e -s`, podScript(pod).script));
  const speaks = artifacts.has(`nodes/${node.name}/bird.conf`);
  return [
    macScript(node),
    nodeScript(node, podRouteMetric(design)),
    felixRulesScript(design, node, artifacts),
    routes,
    ...pods,
    node.pods.length === 0 ? '' : programScript('pods', podServerProgram, podList(node.pods)),
    ...(speaks ? [...birdFiles(node, artifacts).map(writeFileLine), startBirdScript(node)] : []),
  ].join('');
}
