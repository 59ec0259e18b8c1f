// Owns the stories of `netem set`, `show` and `reset`: make a wire of the running lab bad, look, and make it good again.

import { netemLine } from '../artifact/netem.ts';
import { LabError } from '../base/errors.ts';
import { shownName } from '../design/address-book.ts';
import { type Design, machinesOf } from '../design/design.ts';
import { machineNamed } from '../design/named-machine.ts';
import { type PortNetem, readNetem } from '../host/netem.ts';
import type { Context } from './context.ts';
import { openRunning, type Running } from './running.ts';
import { withLock } from './with-lock.ts';

/** Which ports: `leaf0:eth1`, or a node and an interface as containerlab has them. */
export interface NetemPlace {
  readonly lab?: string | undefined;
  readonly node?: string | undefined;
  readonly interface?: string | undefined;
}

/** A port of a machine, as people type it, with what it does. */
export interface NetemRow extends PortNetem {
  readonly node: string;
}

/** Makes one port do this to what it sends, and nothing else that it did before. Throws ENGINE_MISSING where the kernel cannot. */
export function setNetem(
  context: Context,
  place: NetemPlace,
  netem: Omit<PortNetem, 'interface'>,
): Promise<readonly NetemRow[]> {
  if (netem.jitterMs > 0 && netem.delayMs === 0) {
    throw new LabError('USAGE', 'jitter is by how much a delay differs, and there is no delay', {
      hint: 'add --delay',
    });
  }
  return changeNetem(context, place, netem);
}

/** Makes one port send as it did before any netem. */
export function resetNetem(context: Context, place: NetemPlace): Promise<readonly NetemRow[]> {
  return changeNetem(context, place, undefined);
}

/** What the ports of one machine do, or those of all machines. */
export async function showNetem(context: Context, place: NetemPlace): Promise<readonly NetemRow[]> {
  const running = await openRunning(context, { lab: place.lab });
  const { design } = running;
  const machines =
    place.node === undefined
      ? machinesOf(design).filter(({ kind }) => kind !== 'switch')
      : [machineNamed(design, place.node)];
  const rows = await Promise.all(machines.map(({ name }) => rowsOf(running, name)));
  return rows.flat().filter((row) => place.interface === undefined || row.interface === place.interface);
}

async function changeNetem(
  context: Context,
  place: NetemPlace,
  netem: Omit<PortNetem, 'interface'> | undefined,
): Promise<readonly NetemRow[]> {
  const running = await openRunning(context, { lab: place.lab });
  const { design, engine } = running;
  const { machine, port } = portOf(design, place);
  return withLock(context, running.name, async () => {
    const ran = await engine.shell(machine).run(['sh', '-c', netemLine(port, netem)], { onFailure: 'return' });
    if (/qdisc kind is unknown/i.test(ran.stderr)) {
      throw new LabError('ENGINE_MISSING', 'this kernel can neither delay nor lose packets on a wire', {
        ran,
        facts: [
          'the module sch_netem is not there; the kernel of User-Mode Linux, an ordinary program, has it',
          'say the same in the lab file, netem: of a link, and run the lab there',
        ],
        hint: `labctl test ${running.name} --kernel uml`,
      });
    }
    if (ran.exitCode !== 0) throw new LabError('HOST_COMMAND_FAILED', `tc failed on ${place.node}:${port}`, { ran });
    return (await rowsOf(running, machine)).filter((row) => row.interface === port);
  });
}

function portOf(design: Design, place: NetemPlace): { readonly machine: string; readonly port: string } {
  const { name: machine } = machineNamed(design, place.node ?? '');
  const ports = design.links.flatMap(({ ends }) =>
    ends.filter((end) => end.machine === machine).map((end) => end.interface),
  );
  if (place.interface !== undefined && ports.includes(place.interface)) return { machine, port: place.interface };
  const said = place.interface === undefined ? 'which interface is not said' : `no interface ${place.interface}`;
  throw new LabError('USAGE', `${said} on ${place.node}`, {
    facts: [`interfaces: ${ports.join(', ')}`],
    hint: `--node ${place.node} --interface ${ports[0] ?? 'eth1'}`,
  });
}

async function rowsOf({ design, engine }: Running, machine: string): Promise<readonly NetemRow[]> {
  const node = shownName(design, machine);
  return (await readNetem(engine.shell(machine))).map((port) => ({ ...port, node }));
}
