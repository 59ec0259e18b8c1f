// Owns the meaning of hosts and services: free router ports, pods that exist, addresses and ports that Kubernetes would take.

import { containsPrefix, parseAddress, parsePrefix } from '../base/address.ts';
import type { Names } from './check-cluster.ts';
import { defaultVersion, endpointOf, versionOf } from './defaults.ts';
import { reservedInterfaceNames } from './names.ts';
import type { ProblemList } from './problems.ts';
import type { MergedLab } from './schema.ts';
import { defaultServiceSubnet, servicesOf } from './service.ts';
import type { Path } from './tree.ts';

/** First minor release with serviceLoadBalancerAggregation (calico.md A.3). */
const aggregationSince = 31;

/** Checks hosts, services and what Calico shall announce of them. */
export function checkServices(merged: MergedLab, names: Names, list: ProblemList): void {
  checkHosts(merged, names, list);
  checkAdvertise(merged, list);
  const subnet = parsePrefix(merged.cluster.serviceSubnet ?? defaultServiceSubnet);
  if (subnet === undefined) return;
  const pods = new Set(names.pods);
  const seen = new Map<string, string>();
  for (const service of servicesOf(merged)) {
    const path = ['services', service.name];
    const said = merged.services?.[service.name];
    const add = (key: string, message: string, hint: string): void =>
      list.add([...path, key], { code: 'LAB_BAD_VALUE', message, hint });
    for (const [i, pod] of service.endpoints.entries()) {
      if (!pods.has(pod)) list.addUnknown([...path, 'endpoints', i], 'pod', pod, pods);
    }
    const address = parseAddress(service.clusterIP);
    if (address === undefined || !containsPrefix(subnet, address))
      add('clusterIP', `${service.clusterIP} is not in the service subnet`, 'see cluster.serviceSubnet');
    if (said?.nodePort !== undefined && service.type === 'ClusterIP')
      add('nodePort', 'a service of type ClusterIP has no node port', 'write type: NodePort');
    if (service.loadBalancerIP !== undefined && service.type !== 'LoadBalancer')
      add('loadBalancerIP', `a service of type ${service.type} gets no load balancer`, 'write type: LoadBalancer');
    const isExternal = service.type !== 'ClusterIP' || service.externalIPs.length > 0;
    if (said?.externalTrafficPolicy !== undefined && !isExternal)
      add('externalTrafficPolicy', 'nobody reaches the service from outside', 'write type: NodePort or externalIPs');
    const taken = [service.clusterIP, service.loadBalancerIP, ...service.externalIPs].map(
      (at) => `${at}:${service.port}`,
    );
    for (const key of [...taken, `node port ${service.nodePort}`]) {
      const other = seen.get(key);
      if (!/undefined/.test(key) && other !== undefined) {
        const message = `${key} already belongs to service \`${other}\``;
        list.add(path, { code: 'LAB_DUPLICATE_ADDRESS', message }, { at: 'key' });
      }
      seen.set(key, service.name);
    }
  }
}

function checkHosts(merged: MergedLab, names: Names, list: ProblemList): void {
  const { topology } = merged;
  const others = new Set([...names.routers, ...names.racks, ...names.pods, ...names.nodeWords]);
  const used = new Set([
    ...(topology?.links ?? []).flatMap(({ endpoints }) => endpoints),
    ...Object.values(topology?.racks ?? {}).map(({ leaf }) => leaf),
  ]);
  for (const [name, { on }] of Object.entries(merged.hosts ?? {})) {
    const path: Path = ['hosts', name];
    const port = endpointOf(on);
    if (others.has(name)) {
      const message = `\`${name}\` is already the name of something else`;
      list.add(path, { code: 'LAB_DUPLICATE_NAME', message, hint: 'names are unique in a lab' }, { at: 'key' });
    }
    if (!names.routers.includes(port.machine)) {
      list.addUnknown([...path, 'on'], 'router', port.machine, names.routers);
    } else if (reservedInterfaceNames.has(port.interface) || !/^eth\d{1,4}$/.test(port.interface)) {
      list.add([...path, 'on'], {
        code: 'LAB_BAD_NAME',
        message: `\`${on}\` is no port for a host`,
        hint: 'eth1 or higher',
      });
    } else if (used.has(on)) {
      const hint = `take another interface of \`${port.machine}\``;
      list.add([...path, 'on'], { code: 'LAB_PORT_TWICE', message: `\`${on}\` is already in use`, hint });
    }
    used.add(on);
  }
}

function checkAdvertise(merged: MergedLab, list: ProblemList): void {
  const { advertise, version, resources = [] } = merged.calico ?? {};
  if (advertise === undefined) return;
  const path = ['calico', 'advertise'];
  for (const kind of ['clusterIPs', 'externalIPs', 'loadBalancerIPs'] as const) {
    for (const [i, cidr] of (advertise[kind] ?? []).entries()) {
      if (parsePrefix(cidr) !== undefined) continue;
      list.add([...path, kind, i], { code: 'LAB_BAD_VALUE', message: `\`${cidr}\` is not an IPv4 prefix` });
    }
  }
  const { minor, text } = versionOf(version ?? defaultVersion);
  if (advertise.loadBalancerAggregation !== undefined && minor < aggregationSince) {
    const message = `Calico ${text} has no serviceLoadBalancerAggregation`;
    const hint = `v3.${aggregationSince} is the first that has it`;
    list.add([...path, 'loadBalancerAggregation'], { code: 'LAB_BAD_VALUE', message, hint });
  }
  if (
    resources.some(
      ({ kind, metadata }) => kind === 'BGPConfiguration' && (metadata as { name?: unknown })?.name === 'default',
    )
  ) {
    const message = 'the BGPConfiguration `default` of `calico.resources` replaces this';
    list.add(path, { code: 'LAB_BAD_VALUE', message, hint: 'write the ranges there' }, { at: 'key' });
  }
}
