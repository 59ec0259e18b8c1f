// Owns what preflight looks at on the machine itself: limits that all containers share, modules, the firewall, room on disk.

import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import type { Finding } from '../../plan/finding.ts';

/** What the machine must have room for. */
export interface MachineNeed {
  readonly nodes: number;
  /** Undefined where no lab is meant. */
  readonly design: Design | undefined;
  /** What comes before this machine's programs: nothing, or the way to unpacked ones. */
  readonly own: readonly string[];
  /** Where Docker keeps images and containers. */
  readonly dataRoot: string;
}

/** inotify instances a kind node takes, about: kubelet's, containerd's, systemd's (faults.md 6). */
const inotifyPerNode = 60;

/** Images and logs of a node, in bytes, about; below it kubelet evicts (faults.md 30). */
const roomPerNode = 2 * 2 ** 30;

/** Programs of this machine that are run in the machines' network namespaces, and the Debian package of each. */
const programs: Readonly<Record<string, string>> = {
  nsenter: 'util-linux',
  ip: 'iproute2',
  bridge: 'iproute2',
  ping: 'iputils-ping',
  traceroute: 'traceroute',
  tcpdump: 'tcpdump',
  perl: 'perl',
  nft: 'nftables',
};

/** Everything that can be known without a lab's images. */
export async function machineFindings(host: Shell, need: MachineNeed): Promise<readonly Finding[]> {
  const found = await Promise.all([
    programFindings(host, need.own),
    rootFinding(host, need.design === undefined || need.design.routers.length > 0),
    inotifyFinding(host, need.nodes),
    neighborFinding(host, need.nodes),
    bridgeFinding(host),
    forwardFinding(host),
    ipv6Finding(host),
    tunnelFinding(host, need.design),
    roomFinding(host, need),
  ]);
  return found.flat();
}

async function programFindings(host: Shell, own: readonly string[]): Promise<readonly Finding[]> {
  const script = 'for p; do command -v "$p" >/dev/null || echo "$p"; done';
  const ran = await host.run([...own, 'sh', '-c', script, 'labctl', ...Object.keys(programs)], { onFailure: 'return' });
  const absent = ran.stdout.split('\n').filter((name) => name !== '');
  if (absent.length === 0) return [];
  const packages = [...new Set(absent.map((name) => programs[name] ?? name))];
  return [
    {
      id: 'programs',
      level: 'missing',
      message: `not on this machine: ${absent.join(', ')}`,
      cause: "they look into the lab's network namespaces from here, so that nothing is installed in nodes and pods",
      fix: ['apt-get', 'install', '--yes', ...packages],
      needsRoot: true,
    },
  ];
}

/**
 * Entering another's namespaces is root's: the members of Docker's group are let in by a container. containerlab makes links, as root
 * too, or setuid for the group clab_admins (as its packages install it).
 */
async function rootFinding(host: Shell, hasFabric: boolean): Promise<readonly Finding[]> {
  const ran = await host.run(['id', '-u'], { onFailure: 'return' });
  if (ran.stdout.trim() === '0') return [];
  const door: Finding = {
    id: 'root',
    level: 'ok',
    message:
      "labctl does not run as root: it enters namespaces by a privileged container, which Docker's group may make",
  };
  if (!hasFabric) return [door];
  const script = 'program=$(command -v containerlab) && [ -u "$program" ] && id -nG | grep -qw clab_admins';
  const asked = await host.run(['sh', '-c', script], { onFailure: 'return' });
  if (asked.exitCode === 0) return [door];
  return [
    {
      id: 'root',
      level: 'missing',
      message: 'labctl does not run as root, and containerlab needs it',
      cause:
        'it makes links between containers; its packages install it setuid for the group clab_admins, which this user is not in',
      fix: ['sudo', 'labctl', 'doctor', '--engine', 'kind'],
    },
  ];
}

async function inotifyFinding(host: Shell, nodes: number): Promise<readonly Finding[]> {
  const instances = await sysctl(host, 'fs/inotify/max_user_instances');
  const needed = Math.max(512, 128 + nodes * inotifyPerNode);
  if (instances === undefined || instances >= needed) return [];
  return [
    {
      id: 'inotify',
      level: 'warning',
      message: `fs.inotify.max_user_instances is ${instances}; ${nodes} nodes want about ${needed}`,
      cause: 'kubelet then ends with "too many open files"',
      fix: ['sysctl', '-w', `fs.inotify.max_user_instances=${needed}`],
      needsRoot: true,
    },
  ];
}

/** kind-engine.md 9. */
async function neighborFinding(host: Shell, nodes: number): Promise<readonly Finding[]> {
  const neighbors = await sysctl(host, 'net/ipv4/neigh/default/gc_thresh3');
  if (neighbors === undefined || neighbors >= nodes * nodes + 256) return [];
  return [
    {
      id: 'neighbors',
      level: 'warning',
      message: `the neighbor table holds ${neighbors} entries for all namespaces together`,
      cause: 'a full table gives "No buffer space available" in every lab at once',
      fix: ['sysctl', '-w', `net.ipv4.neigh.default.gc_thresh3=${nodes * nodes + 1024}`],
      needsRoot: true,
    },
  ];
}

async function bridgeFinding(host: Shell): Promise<readonly Finding[]> {
  if ((await sysctl(host, 'net/bridge/bridge-nf-call-iptables')) !== 1) return [];
  const message = "bridged frames pass the host's FORWARD chain; the lab has no bridge in the host's namespace";
  return [{ id: 'bridge-nf', level: 'ok', message }];
}

/** Docker drops what it does not forward itself. Of the lab only the nodes' own network passes here, by Docker's own rules. */
async function forwardFinding(host: Shell): Promise<readonly Finding[]> {
  const ran = await host.run(['iptables', '-S', 'FORWARD'], { onFailure: 'return' }).catch(() => undefined);
  if (ran?.exitCode !== 0 || !/^-P FORWARD DROP$/m.test(ran.stdout)) return [];
  const isDockers = /^-A FORWARD .*-j DOCKER/m.test(ran.stdout);
  if (isDockers) {
    const message = "the host's FORWARD policy is DROP, with Docker's rules; the lab's racks do not pass it";
    return [{ id: 'forward', level: 'ok', message }];
  }
  return [
    {
      id: 'forward',
      level: 'warning',
      message: "the host's FORWARD policy is DROP, and Docker's rules are not there",
      cause: 'somebody flushed the firewall after Docker had started: nodes of one network do not hear each other',
      fix: ['systemctl', 'restart', 'docker'],
      needsRoot: true,
    },
  ];
}

/** kind gives its network IPv6, whatever a cluster has, and so does a lab. */
async function ipv6Finding(host: Shell): Promise<readonly Finding[]> {
  if ((await sysctl(host, 'net/ipv6/conf/all/disable_ipv6')) === 0) return [];
  return [
    {
      id: 'ipv6',
      level: 'missing',
      message: 'IPv6 is switched off on this machine',
      cause: "Docker makes no network with IPv6 then, and every node's eth0 has it",
      fix: ['sysctl', '-w', 'net.ipv6.conf.all.disable_ipv6=0'],
      needsRoot: true,
    },
  ];
}

/** Module lists do not name what is built in: a device is made in a namespace that ends with the command (faults.md 14). Only root can try. */
async function tunnelFinding(host: Shell, design: Design | undefined): Promise<readonly Finding[]> {
  if ((await host.run(['id', '-u'], { onFailure: 'return' })).stdout.trim() !== '0') return [];
  const names = new Set(design?.nodes.flatMap(({ tunnels }) => tunnels.map(({ name }) => name)) ?? []);
  const kinds = [
    ...(names.has('tunl0') ? [{ type: 'ipip', words: ['local', '192.0.2.1', 'remote', '192.0.2.2'] }] : []),
    ...([...names].some((name) => name.startsWith('vxlan'))
      ? [{ type: 'vxlan', words: ['id', '1', 'dstport', '4789'] }]
      : []),
  ];
  const found = await Promise.all(
    kinds.map(async ({ type, words }): Promise<readonly Finding[]> => {
      const argv = ['unshare', '--net', '--', 'ip', 'link', 'add', 'name', 'probe', 'type', type, ...words];
      const ran = await host.run(argv, { onFailure: 'return' });
      if (ran.exitCode === 0) return [];
      return [
        {
          id: type,
          level: 'missing',
          message: `this kernel makes no ${type} device: ${ran.stderr.trim().split('\n')[0] ?? ''}`,
          cause: 'calico-node is Ready all the same, and packets go unwrapped',
          fix: ['modprobe', type],
          needsRoot: true,
        },
      ];
    }),
  );
  return found.flat();
}

async function roomFinding(host: Shell, { nodes, dataRoot }: MachineNeed): Promise<readonly Finding[]> {
  const ran = await host.run(['df', '--block-size=1', '--output=avail', dataRoot], { onFailure: 'return' });
  const [free, needed] = [Number(ran.stdout.trim().split('\n').at(-1)), nodes * roomPerNode];
  if (ran.exitCode !== 0 || Number.isNaN(free) || free >= needed) return [];
  return [
    {
      id: 'disk',
      level: 'warning',
      message: `${gibibytes(free)} are free where Docker keeps its data (${dataRoot}); ${nodes} nodes want about ${gibibytes(needed)}`,
      cause: 'kubelet evicts pods from a full disk',
      fix: ['docker', 'system', 'df'],
    },
  ];
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

async function sysctl(host: Shell, name: string): Promise<number | undefined> {
  const { stdout } = await host.run(['cat', `/proc/sys/${name}`], { onFailure: 'return' });
  return stdout.trim() === '' ? undefined : Number(stdout);
}
