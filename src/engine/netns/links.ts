// Owns the veth pairs of a lab: each is made directly in its two namespaces, never in a wrong place.

import type { Design, Link } from '../../design/design.ts';

/** `ip -batch` lines that make every veth pair, in the order in which real interfaces are registered. */
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
  const end = (link: Link, index: 0 | 1): string => {
    const { machine, interface: name } = link.ends[index];
    const mac = macs.get(`${machine}:${name}`);
    return `name ${name} netns ${machine} mtu ${mtus.get(`${machine}:${name}`) ?? link.mtu}${mac === undefined ? '' : ` address ${mac}`}`;
  };
  return design.links.map((link) => `link add ${end(link, 0)} type veth peer ${end(link, 1)}\n`).join('');
}
