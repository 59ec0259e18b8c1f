// Owns what a container of VyOS needs beside its configuration: how it is started, and how its image is built.

import type { VyosRelease } from './vyos-boot.ts';

/** The release whose words the configuration has: 1.4 where the image's tag says so (`vyos:1.4.9`), else 1.5. */
export function vyosReleaseOf(image: string): VyosRelease {
  return /:v?1\.4(?!\d)[^/]*$/.test(image) ? '1.4' : '1.5';
}

/** containerlab's node as the original labs have it: systemd, the host's modules, the configuration as VyOS's own. */
export function vyosNode(router: string): object {
  return {
    cmd: '/sbin/init',
    binds: ['/lib/modules:/lib/modules', `routers/${router}/config.boot:/opt/vyatta/etc/config/config.boot`],
  };
}

/** The README's way to an image, after VyOS's own documentation ("Running VyOS in Docker Container"). */
export function vyosImageSection(image: string): readonly string[] {
  return [
    `VyOS has no official container image: nobody can pull \`${image}\`. Build it once from an ISO file of VyOS (https://vyos.net/get/),`,
    'with `squashfs-tools` installed; or render the lab with `--set engines.kind.routers=frr`, which needs no such image.',
    '',
    '```sh',
    'mkdir iso && mount -o loop,ro vyos.iso iso',
    'unsquashfs -d rootfs iso/live/filesystem.squashfs',
    `tar -C rootfs -c . | docker import - ${image}`,
    'umount iso && rm -r iso rootfs',
    '```',
    '',
    'VyOS rewrites the `config.boot` that it is given: render the folder anew before it serves for another lab.',
    '',
  ];
}
