// Owns what can be broken in a running lab on purpose: links, nodes and daemons, and the record that mends them.

import { LabError } from '../base/errors.ts';
import { shownName } from '../design/address-book.ts';
import { type Design, findMachine, type Machine } from '../design/design.ts';
import { machineNamed } from '../design/named-machine.ts';

/** What breaks; machines by full name. */
export type FailureTarget =
  | { readonly kind: 'link'; readonly machine: string; readonly interface: string }
  | { readonly kind: 'node'; readonly machine: string; readonly interfaces: readonly string[] }
  | { readonly kind: 'daemon'; readonly machine: string; readonly daemon: string };

/** One command that mends, in one machine. All of them may be run again. */
export interface HealStep {
  readonly machine: string;
  readonly argv: readonly string[];
}

/** Something that is broken now, as it stands on disk: enough to mend it, whoever broke it and however that labctl ended. */
export interface Failure {
  /** `link leaf0:eth1`, as it is typed. */
  readonly name: string;
  readonly target: FailureTarget;
  /** ISO 8601. */
  readonly since: string;
  readonly heal: readonly HealStep[];
}

/** The name of a target, as it is typed. */
export function failureName(design: Design, target: FailureTarget): string {
  const machine = shownName(design, target.machine);
  switch (target.kind) {
    case 'link':
      return `link ${machine}:${target.interface}`;
    case 'node':
      return `node ${machine}`;
    case 'daemon':
      return `daemon ${machine}/${target.daemon}`;
  }
}

/** Reads `link leaf0:eth1`, `link leaf0:spine0`, `link leaf0:eth1--spine0:eth1`, `node worker2`, `daemon leaf0/bgpd`. Throws USAGE or UNKNOWN_MACHINE. */
export function failureTarget(design: Design, kind: string, text: string): FailureTarget {
  switch (kind) {
    case 'link':
      return linkTarget(design, text);
    case 'node': {
      const machine = machineNamed(design, text);
      return { kind, machine: machine.name, interfaces: cabledPorts(design, machine) };
    }
    case 'daemon':
      return daemonTarget(design, text);
    default:
      throw new LabError('USAGE', `labctl cannot fail a ${kind}`, { hint: 'labctl fail link leaf0:eth1' });
  }
}

function linkTarget(design: Design, text: string): FailureTarget {
  const named = design.links.find(({ name }) => name === text)?.ends[0];
  if (named !== undefined) return { kind: 'link', ...named };
  const [near = '', far = ''] = text.split(':');
  const machine = machineNamed(design, near);
  const ports = design.links.flatMap(({ ends }) =>
    ends.flatMap((end, index) =>
      end.machine === machine.name ? [{ near: end.interface, far: ends[1 - index]! }] : [],
    ),
  );
  const exact = ports.find((port) => port.near === far);
  if (exact !== undefined) return { kind: 'link', machine: machine.name, interface: exact.near };
  const other = findMachine(design, far)?.name;
  const between = ports.filter((port) => port.far.machine === other);
  if (between.length === 1) return { kind: 'link', machine: machine.name, interface: between[0]!.near };
  const all = ports.map((port) => `${near}:${port.near} (to ${shownName(design, port.far.machine)})`);
  const several = `${between.length} links lead from ${near} to ${far}: name the interface`;
  throw new LabError(
    'USAGE',
    between.length > 1 ? several : `${near} has no link ${far === '' ? '' : `to ${far}`}`.trim(),
    {
      facts: [`links of ${near}: ${all.join(', ')}`],
      hint: `labctl fail link ${near}:${between[0]?.near ?? ports[0]?.near ?? 'eth1'}`,
    },
  );
}

function daemonTarget(design: Design, text: string): FailureTarget {
  const [name = '', daemon = ''] = text.split('/');
  const machine = machineNamed(design, name);
  const known = machine.kind === 'router' ? ['bgpd', 'zebra', 'bfdd'] : machine.kind === 'node' ? ['bird'] : [];
  if (known.includes(daemon)) return { kind: 'daemon', machine: machine.name, daemon };
  throw new LabError('USAGE', `${name} has no daemon ${JSON.stringify(daemon)}`, {
    facts: [known.length === 0 ? `a ${machine.kind} runs no daemon` : `daemons of ${name}: ${known.join(', ')}`],
    hint: `labctl fail daemon ${known.length === 0 ? 'leaf0/bgpd' : `${name}/${known[0]}`}`,
  });
}

/** The ports of a machine that have a cable; a node's pods are inside of it. */
function cabledPorts(design: Design, machine: Machine): readonly string[] {
  return design.links
    .filter(({ role }) => role !== 'pod' || machine.kind === 'pod')
    .flatMap(({ ends }) => ends.filter((end) => end.machine === machine.name).map((end) => end.interface));
}

/** The file where daemons leave their process ids. */
export function pidFileOf(daemon: string): string {
  return daemon === 'bird' ? '/run/calico/bird.pid' : `/run/frr/${daemon}.pid`;
}
