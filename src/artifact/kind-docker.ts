// Owns the `docker` that kind is given: kind has no word for a node's address, and starts all nodes at once.

import { addressOf, familyOf } from '../base/address.ts';
import type { Design, NodeDesign } from '../design/design.ts';

/**
 * bin/docker, to stand first in PATH while kind makes the cluster. It adds `--ip` to the `docker run` of each node and hands all
 * else on. So a node has the address of the design, and has it again after Docker or the machine was restarted
 * (kind issue 2045: without it nodes come back with each other's).
 */
export function kindDocker({ nodes }: Design): string {
  return `#!/bin/sh
# Stands in for docker while kind makes the nodes: each gets its own address. Everything else is docker's.
own=$(cd "$(dirname "$0")" && pwd)
PATH=$(printf %s "$PATH" | tr : '\\n' | grep -vxF "$own" | paste -sd : -)
[ -z "$LABCTL_DOCKER" ] || { echo "there is no docker in PATH but $0" >&2; exit 127; }
export LABCTL_DOCKER="$own"
case "$1 $2 $3" in
${nodes.map(nodeCase).join('')}esac
exec docker "$@"
`;
}

function nodeCase({ name, interfaces }: NodeDesign): string {
  const eth0 = interfaces.find((port) => port.name === 'eth0')?.addresses ?? [];
  const options = eth0.map((address) => `${familyOf(address) === 6 ? '--ip6' : '--ip'} ${addressOf(address)}`);
  return `'run --name ${name}') shift; set -- run ${options.join(' ')} "$@" ;;\n`;
}
