// Owns the script that makes the namespaces of all machines and gives each router and node a root of its own.

import { ipBatch, writeFileLine } from './script.ts';

/** Where a router's or node's own files stand in the holder's tmpfs. */
export function machineFolder(machine: string): string {
  return `/run/labctl/machines/${machine}`;
}

/** The shell's own words for making a keeper's root; `$1` is the machine's name, `$2` its folder, `$3` the file for its pid. */
const keep = `set -e
hostname "$1"
echo "labctl-etc /etc overlay lowerdir=$2/etc:/run/labctl/etc:/etc 0 0
$2/frr /etc/frr none bind 0 0
$2/calico /etc/calico none bind 0 0
/run/labctl/logs $2/run/labctl/logs none bind 0 0
$2/run /run none rbind 0 0
labctl-sys /sys sysfs nosuid,nodev,noexec 0 0" > "$2/fstab"
mount -a -T "$2/fstab"
setsid sleep infinity </dev/null >/dev/null 2>&1 &
echo $! > "$3"
`;

/**
 * Network namespaces for some machines, made by one process; with the first of them the names that all machines resolve, for they
 * stand below the roots' overlays and may not change later.
 */
export function namespacesScript(machines: readonly string[], names: string): string {
  const lines = ['link set dev lo up', ...machines.map((name) => `netns add ${name}`)];
  return `${ipBatch(lines)}${names === '' ? '' : writeFileLine({ path: '/run/labctl/etc/hosts', text: names })}`;
}

/**
 * For each router and node, in parallel, a keeper with its own mount and UTS namespace: its own /etc over the lab's and the host's
 * (read-only, with the daemons' folders writable on top), its own /run (with the lab's logs), a /sys that shows its own
 * devices. The keeper holds the namespaces (a file cannot: mount namespaces of newer kernels).
 */
export function rootsScript(machines: readonly string[]): string {
  const folders = machines.flatMap((machine) =>
    ['etc/frr', 'etc/calico', 'frr', 'calico/confd/config', 'run/frr', 'run/labctl/logs', 'run/labctl/home'].map(
      (folder) => `${machineFolder(machine)}/${folder}`,
    ),
  );
  const start = machines.map((machine) => {
    const folder = machineFolder(machine);
    // The pid file's path leads through the holder's /run, which the machine's own /run covers: hence the open descriptor.
    return `echo ${machine} > ${folder}/etc/hostname
nsenter --net=/run/netns/${machine} -- unshare --mount --uts -- sh -c "$KEEP" keep ${machine} ${folder} /proc/self/fd/9 9> ${folder}/pid & P="$P $!"\n`;
  });
  return [
    `mkdir -p ${folders.join(' ')}\n`,
    `KEEP=$(cat <<'LABCTL_KEEP'\n${keep}LABCTL_KEEP\n)\nP=\n`,
    ...start,
    'for p in $P; do wait $p; done\n',
  ].join('');
}
