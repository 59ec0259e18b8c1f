// Owns the veth pairs of a lab: each is made directly in its two namespaces, never in a wrong place.

import type { Design, Link } from '../../design/design.ts';

/** The first number of a port; the kernel numbers what it makes inside a namespace from 2 on. */
const firstIndex = 101;

/**
 * `ip -batch` lines that make every veth pair, in the order in which real interfaces are registered. Ports are numbered by one
 * counter, as on the host that makes a real lab's: where both ends had the same number, the kernel would take the pair for a
 * device of its own and tell of its carrier only once a second (linkwatch_urgent_event), and a switch or zebra
 * would wait for it. Pods' ends are made inside their namespaces by the CNI plugin, and numbered there.
 */
export function linkBatch(design: Design): string {
  const macs = new Map<string, string>();
  const mtus = new Map<string, number>();
  for (const machine of [...design.nodes, ...design.routers, ...design.hosts]) {
    for (const port of machine.interfaces) {
      mtus.set(`${machine.name}:${port.name}`, port.mtu);
      if (port.mac !== undefined) macs.set(`${machine.name}:${port.name}`, port.mac);
    }
  }
  for (const pod of design.pods) {
    macs.set(`${pod.name}:eth0`, pod.mac);
    macs.set(`${pod.node}:${pod.interface}`, 'ee:ee:ee:ee:ee:ee');
  }
  let index = firstIndex;
  const end = (link: Link, side: 0 | 1): string => {
    const { machine, interface: name } = link.ends[side];
    const number = link.role === 'pod' ? '' : ` index ${index++}`;
    const mac = macs.get(`${machine}:${name}`);
    return `name ${name}${number} netns ${machine} mtu ${mtus.get(`${machine}:${name}`) ?? link.mtu}${mac === undefined ? '' : ` address ${mac}`}`;
  };
  return design.links.map((link) => `link add ${end(link, 0)} type veth peer ${end(link, 1)}\n`).join('');
}
