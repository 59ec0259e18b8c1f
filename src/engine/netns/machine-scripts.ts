// Owns what is typed inside each machine to make it what a real one is: addresses, routes, rules, sysctls.

import type { Artifacts } from '../../artifact/artifacts.ts';
import { felixIptables, routerIptables } from '../../artifact/iptables.ts';
import { addressOf, familyOf, formatPrefix, inFamily, mustParsePrefix, nthAddress } from '../../base/address.ts';
import { linkLocalOf } from '../../design/addressing.ts';
import type { NextHop } from '../../design/convergence.ts';
import type {
  Design,
  HostDesign,
  Interface,
  NodeDesign,
  PodAddress,
  PodDesign,
  RouterDesign,
  SwitchDesign,
} from '../../design/design.ts';
import { defaultRoutesOf, podGateways } from '../../design/own-routes.ts';
import { frrConfOfOthers } from './daemon-files.ts';
import { ipBatch, sysctlLines, withInput } from './script.ts';
import { nodeSysctls, podSysctls, routerSysctls, switchSysctls } from './sysctls.ts';

function isV6(address: string): boolean {
  return familyOf(address) === 6;
}

/** Docker and zebra set a broadcast address, `ip addr add` of containerlab's exec on net0 does not (truth: addr.json). */
function interfaceLines(port: Interface): readonly string[] {
  return [
    ...port.addresses.map((address) => {
      if (isV6(address)) return `addr add ${address} dev ${port.name} nodad`;
      // A /31 has no broadcast address (RFC 3021); `brd +` would take the far end for one.
      return port.name.startsWith('net') || /\/3[12]$/.test(address)
        ? `addr add ${address} dev ${port.name}`
        : `addr add ${address} brd + dev ${port.name}`;
    }),
    `link set dev ${port.name} up`,
  ];
}

/** Resolvable names of every machine, as Docker and kubelet write them. */
export function hostsFile({ nodes, routers, hosts }: Design): string {
  const lines = [
    ...[...nodes, ...hosts].flatMap(({ name, addresses }) =>
      addresses.map(({ address }) => `${addressOf(address)}\t${name}`),
    ),
    ...routers.map((router) => `${nameAddress(router)}\t${router.name}`),
  ];
  return ['127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback', ...lines, ''].join('\n');
}

/** A router's id where that is an address of its own: it may be another's, or nobody's. */
function nameAddress({ routerId, interfaces }: Design['routers'][number]): string {
  const own = interfaces.flatMap(({ name, addresses }) =>
    addresses.map((address) => [name, addressOf(address)] as const),
  );
  const inFabric = own.find(([name]) => name !== 'eth0') ?? own[0];
  return own.some(([, address]) => address === routerId) ? routerId : (inFabric?.[1] ?? routerId);
}

/** The metric of a node's routes to its own pods; undefined: the kernel's. */
export function podRouteMetric({ expected, pods }: Design): number | undefined {
  return expected.routes.find((route) =>
    pods.some((pod) => route.prefix === `${pod.addresses[0].address}/32` && route.machine === pod.node),
  )?.metric;
}

/** A node: Docker's network on eth0, the fabric on net0, pod routes (calico.md C.1). */
export function nodeScript(node: NodeDesign, podRouteMetric: number | undefined): string {
  const metric = podRouteMetric === undefined ? '' : ` metric ${podRouteMetric}`;
  return [
    sysctlLines(nodeSysctls(node)),
    ipBatch([
      'link set dev lo up',
      ...node.interfaces.flatMap(interfaceLines),
      ...defaultRouteLines([...defaultRoutesOf(node), ...dockerRouteV6(node)]),
      ...node.pods.map((pod) => `link set dev ${pod.interface} up`),
      ...node.pods.flatMap((pod) => pod.addresses.map((address) => podRouteLine(pod, address, metric))),
    ]),
  ].join('');
}

/** One default route a family; several next hops share the packets (ECMP). */
function defaultRouteLines(hops: readonly NextHop[]): readonly string[] {
  return ([4, 6] as const).flatMap((family) => {
    const own = hops.filter(({ via }) => via !== undefined && familyOf(via) === family);
    const words = own.map(({ via, dev }) => `via ${via} dev ${dev}`);
    if (words.length < 2) return words.map((word) => `route add default ${word}`);
    return [`route add default ${words.map((word) => `nexthop ${word}`).join(' ')}`];
  });
}

/** Felix's and kube-proxy's rules of a node, replaced as a whole. Services are there in nft's words alone. */
export function felixRulesScript(design: Design, node: NodeDesign, artifacts: Artifacts): string {
  const felix = artifacts.get(`nodes/${node.name}/rules.nft`) ?? '';
  const services = artifacts.get(`nodes/${node.name}/services.nft`);
  if (services !== undefined) return withInput('nft -f -', `flush ruleset\n${felix}${services}`);
  return rulesScript(felix, felixIptables(design, node));
}

/** Loads rules by nft, or by iptables-legacy into a kernel whose nftables has no IPv4 tables: tried here, not guessed. */
function rulesScript(nft = '', iptables = ''): string {
  const otherwise = withInput('iptables-legacy-restore', iptables);
  const end = otherwise.indexOf('\n');
  const both = withInput('nft -f -', `flush ruleset\n${nft}`, `|| ${otherwise.slice(0, end)}`);
  return `${both}${otherwise.slice(end + 1)}`;
}

/** Docker's network has IPv6 whatever Calico uses, and Docker sets its default route (truth: route6.json). */
function dockerRouteV6({ addresses, interfaces }: NodeDesign): readonly NextHop[] {
  const own = interfaces.find(({ name }) => name === 'eth0')?.addresses.find(isV6);
  if (own === undefined || inFamily(addresses, 6) !== undefined) return [];
  return [{ via: addressOf(formatPrefix(nthAddress(mustParsePrefix(own), 1))), dev: 'eth0' }];
}

function podRouteLine(pod: PodDesign, { family, address }: PodAddress, metric: string): string {
  return `route add ${address} dev ${pod.interface}${family === 4 ? ` scope link${metric}` : ''}`;
}

/**
 * A router's IPv6 port has its link-local address at once: bgpd takes no session before it is there, and the kernel makes it
 * only after a second of duplicate detection.
 */
function linkLocalLines({ name, addresses, mac }: Interface): readonly string[] {
  if (mac === undefined || !addresses.some(isV6)) return [];
  return [`addr add ${linkLocalOf(mac)}/64 dev ${name} nodad`];
}

/** A router: ports, the default route into the outside, source NAT as the original labs have it. */
export function routerScript(router: RouterDesign, artifacts: Artifacts): string {
  return [
    ...router.interfaces.filter(({ link }) => link === 'dummy').map(({ name }) => dummyLine(name)),
    ...(router.vyos?.devices ?? []).map(deviceLine),
    sysctlLines([...routerSysctls(router), ...(router.vyos?.settings ?? [])]),
    ipBatch([
      'link set dev lo up',
      ...(router.vyos === undefined
        ? []
        : router.interfaces.map((port) => `link set dev ${port.name} mtu ${port.mtu}`)),
      ...router.interfaces.flatMap((port) => [...linkLocalLines(port), ...interfaceLines(port)]),
      `route add default via ${router.defaultGateway} dev eth0`,
    ]),
    ...(router.vyos?.commands ?? []).map(deviceLine),
    routerRulesScript(router, artifacts.get(`routers/${router.name}/rules.nft`)),
  ].join('');
}

/** Rules that only nft can say are refused where the kernel's nftables cannot, never left out. */
function routerRulesScript(router: RouterDesign, rules: string | undefined): string {
  const iptables = routerIptables(router);
  if (rules === undefined || iptables !== undefined) return rulesScript(rules, iptables);
  const refusal = '|| { echo "this kernel does not load the nftables rules of the VyOS configuration" >&2; exit 1; }';
  return withInput('nft -f -', `flush ruleset\n${rules}`, refusal);
}

/** A command that makes a device of a VyOS configuration; the kernel may have no such device. */
function deviceLine(command: string): string {
  if (command.startsWith('bridge:')) return `bridge ${command.slice('bridge:'.length)}\n`;
  return `ip ${command} || { echo "this kernel does not do what the VyOS configuration asks for: ip ${command}" >&2; exit 1; }\n`;
}

/** A kernel without dummies gets a veth pair with both ends in the router: it is up and leads nowhere, all the same. */
function dummyLine(name: string): string {
  const pair = `ip link add ${name} type veth peer name ${name}-peer && ip link set ${name}-peer up`;
  return `ip link add ${name} type dummy 2>/dev/null || { ${pair}; }\n`;
}

/** Switches: bridges and their ports; runs inside the switch's network namespace. */
export function switchScript(device: SwitchDesign): string {
  return [
    sysctlLines(switchSysctls),
    ipBatch([
      'link set dev lo up',
      ...device.bridges.flatMap((bridge) => [
        `link add name ${bridge.name} type bridge`,
        ...bridge.ports.map((port) => `link set dev ${port} master ${bridge.name} up`),
        ...bridge.addresses.map((address) =>
          isV6(address)
            ? `addr add ${address} dev ${bridge.name} nodad`
            : `addr add ${address} brd + dev ${bridge.name}`,
        ),
        `link set dev ${bridge.name} up`,
      ]),
    ]),
  ].join('');
}

/** What runs inside one machine. */
export type MachineScript = { readonly machine: string; readonly script: string };

/** A pod: one /32 and a default route by proxy ARP (calico.md C.1); runs inside the pod's network namespace. */
export function podScript(pod: PodDesign): MachineScript {
  const script = [
    sysctlLines(podSysctls),
    inFamily(pod.addresses, 6) === undefined ? '' : sysctlLines([['net/ipv6/conf/eth0/accept_dad', 0]]),
    ipBatch([
      'link set dev lo up',
      'link set dev eth0 up',
      ...pod.addresses.flatMap(({ family, address }) =>
        family === 4
          ? [
              `addr add ${address}/32 dev eth0`,
              `route add ${podGateways[4]} dev eth0 scope link`,
              `route add default via ${podGateways[4]} dev eth0`,
            ]
          : [`addr add ${address}/128 dev eth0`, `route add default via ${podGateways[6]} dev eth0`],
      ),
    ]),
  ].join('');
  return { machine: pod.name, script };
}

/** A host outside of the cluster: an address and a default route; runs inside its network namespace. */
export function hostScript(host: HostDesign): MachineScript {
  const routes = defaultRoutesOf(host).map(({ via, dev }) => `route add default via ${via} dev ${dev}`);
  const script = [
    sysctlLines([['net/ipv4/ip_forward', 0]]),
    ipBatch(['link set dev lo up', ...host.interfaces.flatMap(interfaceLines), ...routes]),
  ].join('');
  return { machine: host.name, script };
}

/**
 * `await PID FILE`: waits until the process has made the file, fails when it ended before. One Perl instead of a `sleep` every
 * few milliseconds, which took a tenth of the time of `up` on a small machine.
 */
export const awaitFile = `await() {
  perl -e 'until (-e $ARGV[1]) { kill 0, $ARGV[0] or exit 1; select undef, undef, undef, 0.003 }' "$1" "$2"
}
`;

/** Ends the daemon whose pid file is named, and waits until it is gone. */
const stopByPidFile = `stop() {
  [ -f "$1" ] || return 0
  PID=$(cat "$1"); kill "$PID" 2>/dev/null || return 0
  N=0; while kill -0 "$PID" 2>/dev/null; do N=$((N+1)); [ $N -lt 400 ] || kill -9 "$PID"; sleep 0.005; done
}
`;

/** zebra (unless it runs), then bgpd, each waited for by the socket that the next one needs, then the others. */
export function startFrrScript(router: RouterDesign): string {
  const watches = router.neighbors.some(({ bfd }) => bfd !== undefined);
  const more = new Set([...(router.vyos?.daemons ?? []), ...(watches ? ['bfdd'] : [])]);
  return `LOGS=/run/labctl/logs/${router.name}\n${startFrr}${[...more].map(startMore).join('')}`;
}

/** One of FRR's other daemons; those of FRR 10 ask mgmtd for their configuration. */
function startMore(daemon: string): string {
  return `[ ! -x /usr/lib/frr/mgmtd ] || [ -e /run/frr/mgmtd.vty ] || {
setsid /usr/lib/frr/mgmtd -u frr -g frr -f ${frrConfOfOthers} -P 0 --log stdout </dev/null >>"$LOGS-mgmtd.log" 2>&1 &
await $! /run/frr/mgmtd.vty
}
stop /run/frr/${daemon}.pid
rm -f /run/frr/${daemon}.vty
setsid /usr/lib/frr/${daemon} -u frr -g frr -f ${frrConfOfOthers} -P 0 --log stdout </dev/null >>"$LOGS-${daemon}.log" 2>&1 &
await $! /run/frr/${daemon}.vty
`;
}

const startFrr = `${awaitFile}${stopByPidFile}mkdir -p /var/tmp/frr
chown -R frr:frr /run/frr /etc/frr
if ! [ -f /run/frr/zebra.pid ] || ! kill -0 "$(cat /run/frr/zebra.pid)" 2>/dev/null; then
  rm -f /run/frr/zserv.api
  setsid /usr/lib/frr/zebra -u frr -g frr -f ${frrConfOfOthers} -P 0 --log stdout </dev/null >>"$LOGS-zebra.log" 2>&1 &
  ZEBRA=$!
  await $ZEBRA /run/frr/zserv.api
fi
stop /run/frr/bgpd.pid
rm -f /run/frr/bgpd.vty
setsid /usr/lib/frr/bgpd -u frr -g frr -f /etc/frr/frr.conf -P 0 --log stdout </dev/null >>"$LOGS-bgpd.log" 2>&1 &
BGPD=$!
await $BGPD /run/frr/bgpd.vty
`;

/** BIRD with calico-node's paths; a running one is told to read its file again, as confd does (calico.md B.1). */
export function startBirdScript(node: NodeDesign): string {
  return `${awaitFile}mkdir -p /run/calico /run/bird
ln -sf /run/calico/bird.ctl /run/bird/bird.ctl
if kill -0 "$(cat /run/calico/bird.pid 2>/dev/null)" 2>/dev/null; then
  birdc configure | grep -qE 'Reconfigured|Reconfiguration in progress'
  exit
fi
${inFamily(node.addresses, 6) === undefined ? '' : bird6Names}rm -f /run/calico/bird.ctl
setsid bird -f -c /etc/calico/confd/config/bird.cfg -s /run/calico/bird.ctl -P /run/calico/bird.pid </dev/null >>"/run/labctl/logs/$(uname -n)-bird.log" 2>&1 &
BIRD=$!
await $BIRD /run/calico/bird.ctl
`;
}

/** The names of Calico's second daemon lead to the one that speaks both families; what has them is this node's alone. */
const bird6Names = `ln -sf bird.ctl /run/calico/bird6.ctl
mkdir -p /run/labctl/bird6
ln -sf "$(command -v birdc)" /run/labctl/bird6/birdc6
ln -sf "$(command -v birdcl)" /run/labctl/bird6/birdcl6
[ -e /usr/local/sbin/birdcl6 ] || mount -t overlay -o lowerdir=/run/labctl/bird6:/usr/local/sbin labctl-bird6 /usr/local/sbin
`;
