// Owns preflight of the netns engine: what this machine lacks for a lab, probed by doing it in a throw-away place.

import { readFile } from 'node:fs/promises';
import { freemem, userInfo } from 'node:os';
import type { Design } from '../../design/design.ts';
import { localShell } from '../../host/local-shell.ts';
import { unshareArguments } from '../../host/namespaces.ts';
import { readSysctlNumber } from '../../host/proc.ts';
import type { Finding } from '../../plan/finding.ts';
import { needsPermanentNeighbors, neighborsNeeded } from './neighbors.ts';
import { probeNetem } from './probe-netem.ts';
import { probeTunnels } from './probe-tunnels.ts';

/** What the probe is told of this machine. */
export interface ProbeOptions {
  readonly isRoot: boolean;
  /** Unpacked programs that the lab lays over /usr, or undefined. */
  readonly programs: string | undefined;
  /** True when the kernel's features were probed since it booted: they do not go away. */
  readonly isKernelKnown?: boolean | undefined;
}

/** Bytes a lab needs: measured PSS of bgp-rr (about 110 MB) and fullmesh:100-nodes (about 350 MB). */
const bytesPerRouter = 20e6;
const bytesPerNode = 3.5e6;

/** Each line makes one thing the engine needs, in namespaces that end with the probe, and prints its id when that fails. */
const featureProbe = `
try() { ID=$1; shift; "$@" >/dev/null 2>&1 || echo "$ID"; }
mount -t tmpfs tmpfs /run 2>/dev/null && mkdir -p /run/low /run/on || echo kernel-tmpfs
try kernel-overlay mount -t overlay -o lowerdir=/run/low:/usr overlay /run/on
[ "$1" = - ] || mount -t overlay -o lowerdir="$1/usr:/usr" overlay /usr 2>/dev/null || :
try kernel-veth ip link add name labctl0 type veth peer name labctl1
try kernel-bridge ip link add name labctl2 type bridge
if command -v nft >/dev/null; then
printf '%s\\n' 'table ip x { chain y { type nat hook postrouting priority 100; masquerade fully-random; }; chain z { type filter hook prerouting priority -300; fib saddr . iif oif missing drop; ct state invalid drop; }; }' > /run/x.nft
nft -f /run/x.nft 2>/dev/null || try kernel-nftables iptables-legacy -t nat -A POSTROUTING -j MASQUERADE
fi
echo probed
`;

const featureCauses: Readonly<Record<string, readonly [string, string]>> = {
  'kernel-tmpfs': ['this kernel mounts no tmpfs in a namespace of its own', 'a lab keeps its files in one'],
  'kernel-overlay': [
    'this kernel mounts no overlay in a namespace of its own',
    "each router and node has its own /etc over the host's",
  ],
  'kernel-veth': ['this kernel makes no veth pair', 'every link of a lab is one'],
  'kernel-bridge': ['this kernel makes no bridge', 'racks and flat networks are bridges'],
  'kernel-nftables': [
    'this kernel loads no nftables rules with masquerade and fib',
    "Felix's rules and the routers' source NAT need them",
  ],
};

/** All findings for a lab, or for any lab when `design` is undefined. Changes nothing on this machine. */
export async function probeNetns(design: Design | undefined, options: ProbeOptions): Promise<readonly Finding[]> {
  const [user, features, tunnels, netem, neighbors] = await Promise.all([
    options.isRoot ? Promise.resolve([]) : probeUser(),
    options.isKernelKnown === true ? [] : probeFeatures(options),
    probeTunnels(design, options.isRoot),
    probeNetem(design, options.isRoot),
    design === undefined ? [] : probeNeighbors(design),
  ]);
  const kernel = [...features, ...tunnels, ...netem];
  return [...user, ...kernel, ...neighbors, ...(design === undefined ? [] : probeMemory(design))];
}

/** What an ordinary user needs: subordinate ids, newuidmap, and permission for user namespaces (also AppArmor's). */
async function probeUser(): Promise<readonly Finding[]> {
  const { username, uid } = userInfo();
  const findings: Finding[] = [];
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const range = text
      .split('\n')
      .map((line) => line.split(':'))
      .find(([owner]) => owner === username || owner === String(uid));
    if (range !== undefined && Number(range[2]) >= 1000) continue;
    findings.push({
      id: 'subuid-range',
      level: 'missing',
      needsRoot: true,
      message: `${username} has no subordinate ids in ${file}`,
      cause: 'FRR runs as a user of its own inside the lab, so a range of ids must be mapped',
      fix: ['sudo', 'usermod', '--add-subuids', '200000-265535', '--add-subgids', '200000-265535', username],
    });
    break;
  }
  if (readSysctlNumber('kernel/unprivileged_userns_clone') === 0) {
    findings.push({
      id: 'userns-disabled',
      level: 'missing',
      needsRoot: true,
      message: 'ordinary users may not make user namespaces here',
      cause: 'kernel.unprivileged_userns_clone is 0',
      fix: ['sudo', 'sysctl', '-w', 'kernel.unprivileged_userns_clone=1'],
    });
  }
  if (readSysctlNumber('kernel/apparmor_restrict_unprivileged_userns') === 1) {
    findings.push({
      id: 'userns-apparmor',
      level: 'warning',
      needsRoot: true,
      message: 'AppArmor limits user namespaces of ordinary users (Ubuntu 24.04)',
      cause: 'kernel.apparmor_restrict_unprivileged_userns is 1: namespaces are made without rights in them',
      fix: ['sudo', 'sysctl', '-w', 'kernel.apparmor_restrict_unprivileged_userns=0'],
    });
  }
  return findings;
}

async function probeFeatures(options: ProbeOptions): Promise<readonly Finding[]> {
  const argv = [
    'unshare',
    ...unshareArguments(options.isRoot),
    '--',
    'sh',
    '-c',
    featureProbe,
    'probe',
    options.programs ?? '-',
  ];
  const ran = await localShell('host').run(argv, { onFailure: 'return', timeoutMs: 60_000 });
  const said = ran.stdout.split('\n').filter((line) => line !== '');
  if (!said.includes('probed')) {
    return [
      {
        id: 'namespaces',
        level: 'missing',
        message: 'the namespaces of a lab cannot be made here',
        cause: ran.stderr.trim() || `unshare exited with ${ran.exitCode}`,
        fix: options.isRoot ? undefined : ['sudo', 'sysctl', '-w', 'kernel.apparmor_restrict_unprivileged_userns=0'],
        needsRoot: true,
      },
    ];
  }
  const missing = said.flatMap((id): Finding[] => {
    const [message, cause] = featureCauses[id] ?? [];
    return message === undefined ? [] : [{ id, level: 'missing', message, cause, fix: undefined }];
  });
  return missing.length > 0
    ? missing
    : [{ id: 'kernel', level: 'ok', message: 'namespaces, tmpfs, overlay, veth, bridge and nftables work' }];
}

/** The neighbor table is one for all namespaces of a machine; past gc_thresh3 every sender gets ENOBUFS (netns-engine.md). */
function probeNeighbors(design: Design): readonly Finding[] {
  const limit = readSysctlNumber('net/ipv4/neigh/default/gc_thresh3');
  if (!needsPermanentNeighbors(design, limit)) return [];
  const needed = neighborsNeeded(design);
  const want = 2 ** Math.ceil(Math.log2(needed * 2));
  const settings = [4, 2, 1].map((part, index) => `net.ipv4.neigh.default.gc_thresh${index + 1}=${want / part}`);
  return [
    {
      id: 'neighbor-table',
      level: 'warning',
      needsRoot: true,
      message: `the lab needs about ${needed} neighbor entries, this machine has room for ${limit} in all namespaces together`,
      cause: 'so the lab gets PERMANENT entries, which do not count against the limit (labctl status --differences)',
      fix: ['sudo', 'sysctl', '-w', ...settings],
    },
  ];
}

function probeMemory(design: Design): readonly Finding[] {
  const needed = design.routers.length * bytesPerRouter + design.nodes.length * bytesPerNode;
  const free = freemem();
  if (free > needed) return [];
  return [
    {
      id: 'memory',
      level: 'warning',
      message: `the lab needs about ${Math.ceil(needed / 1e6)} MB, ${Math.floor(free / 1e6)} MB are free`,
      cause: 'daemons may be ended by the kernel',
    },
  ];
}
