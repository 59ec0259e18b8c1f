// Owns the commands under `netem`.

import { type NetemPlace, resetNetem, setNetem, showNetem } from '../../app/netem.ts';
import { LabError } from '../../base/errors.ts';
import { netemTable } from '../../report/netem-table.ts';
import { type Call, print } from '../call.ts';

/** Where, as containerlab has it; or `leaf0:eth1` as an argument. */
export interface PlaceFlags {
  readonly node?: string;
  readonly interface?: string;
}

/** Flags of `netem set`. Times in milliseconds, shares in percent, kilobits a second. */
export interface NetemFlags extends PlaceFlags {
  readonly delay?: number;
  readonly jitter?: number;
  readonly loss?: number;
  readonly rate?: number;
  readonly corruption?: number;
}

/** `labctl netem set leaf0:eth1 --delay 20ms`. */
export async function netemSetCommand(call: Call, [place]: readonly string[], flags: NetemFlags): Promise<number> {
  const { delay = 0, jitter = 0, loss = 0, rate, corruption = 0 } = flags;
  const netem = { delayMs: delay, jitterMs: jitter, lossPercent: loss, rateKbit: rate, corruptionPercent: corruption };
  const rows = await setNetem(call.context, placeOf(call, place, flags), netem);
  print(call, 'Netem', { interfaces: rows }, () => netemTable(rows));
  return 0;
}

/** `labctl netem reset leaf0:eth1`. */
export async function netemResetCommand(call: Call, [place]: readonly string[], flags: PlaceFlags): Promise<number> {
  const rows = await resetNetem(call.context, placeOf(call, place, flags));
  print(call, 'Netem', { interfaces: rows }, () => netemTable(rows));
  return 0;
}

/** `labctl netem show [leaf0]`. */
export async function netemShowCommand(call: Call, [place]: readonly string[], flags: PlaceFlags): Promise<number> {
  const rows = await showNetem(call.context, read(call, place, flags));
  print(call, 'Netem', { interfaces: rows }, () => netemTable(rows));
  return 0;
}

function placeOf(call: Call, place: string | undefined, flags: PlaceFlags): NetemPlace {
  const found = read(call, place, flags);
  if (found.node !== undefined) return found;
  throw new LabError('USAGE', 'which node and interface is not said', {
    hint: 'labctl netem set leaf0:eth1 --delay 20ms, or -n leaf0 -i eth1',
  });
}

function read(call: Call, place: string | undefined, flags: PlaceFlags): NetemPlace {
  const [node, port] = place?.split(':') ?? [];
  return { lab: call.flags.lab, node: node ?? flags.node, interface: port ?? flags.interface };
}
