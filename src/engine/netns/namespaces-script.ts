// Owns the script that makes the namespaces of all machines and gives each router and node a root of its own.

import { withInput, writeFileLine } from './script.ts';

/** Where a router's or node's own files stand in the holder's tmpfs. */
export function machineFolder(machine: string): string {
  return `/run/labctl/machines/${machine}`;
}

/**
 * Mounts of one router or node, in order: its own /etc over the host's (read-only, with the daemons' folders writable on
 * top), its own /run (with the lab's logs), and a /sys that shows its own devices.
 */
function fstab(machine: string): string {
  const folder = machineFolder(machine);
  return [
    `labctl-etc /etc overlay lowerdir=${folder}/etc:/etc 0 0`,
    `${folder}/frr /etc/frr none bind 0 0`,
    `${folder}/calico /etc/calico none bind 0 0`,
    `/run/labctl/logs ${folder}/run/labctl/logs none bind 0 0`,
    `${folder}/run /run none rbind 0 0`,
    'labctl-sys /sys sysfs nosuid,nodev,noexec 0 0',
    '',
  ].join('\n');
}

/** Runs in the new namespaces of one machine; the keeper it leaves behind holds them (a file cannot: mount namespaces of newer kernels). */
const keep = `set -e
hostname "$1"
mount -a -T "$2/fstab"
setsid sleep infinity </dev/null >/dev/null 2>&1 &
echo $! > "$3"
`;

/**
 * Network namespaces for all, made by one process; then in parallel, for each router and node, a keeper with
 * its own mount and UTS namespace. `hosts` have roots of their own, `plain` machines (pods, switches) have not.
 */
export function namespacesScript(hosts: readonly string[], plain: readonly string[], names: string): string {
  const prepare = hosts.map((host) => {
    const folder = machineFolder(host);
    return [
      `mkdir -p ${folder}/etc/frr ${folder}/etc/calico ${folder}/frr ${folder}/calico/confd/config ${folder}/run/labctl/logs ${folder}/run/labctl/home\n`,
      `echo ${host} > ${folder}/etc/hostname\n`,
      `ln /run/labctl/hosts /run/labctl/passwd /run/labctl/group ${folder}/etc/\n`,
      writeFileLine({ path: `${folder}/fstab`, text: fstab(host) }),
    ].join('');
  });
  const start = hosts.map((host) => {
    const folder = machineFolder(host);
    // The pid file's path leads through the holder's /run, which the machine's own /run covers: hence the open descriptor.
    return `nsenter --net=/run/netns/${host} -- unshare --mount --uts -- sh -c "$KEEP" keep ${host} ${folder} /proc/self/fd/9 9> ${folder}/pid & P="$P $!"\n`;
  });
  return [
    'set -e\n',
    withInput('ip -batch -', `${[...hosts, ...plain].map((name) => `netns add ${name}\n`).join('')}`),
    writeFileLine({ path: '/run/labctl/hosts', text: names }),
    ...prepare,
    `KEEP=$(cat <<'LABCTL_KEEP'\n${keep}LABCTL_KEEP\n)\nP=\n`,
    ...start,
    'for p in $P; do wait $p; done\n',
  ].join('');
}
