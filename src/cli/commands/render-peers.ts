// Owns the command `render peers`.

import { renderPeers } from '../../app/render-peers.ts';
import { peersTable } from '../../report/peers-table.ts';
import type { Call } from '../call.ts';
import { sayWarnings } from '../warnings.ts';

/** Flags of `render peers`. */
export interface RenderPeersFlags {
  readonly objects: readonly string[];
  readonly node: string;
  /** `KEY=VALUE`, checked when the flags were read. */
  readonly env?: Readonly<Record<string, string>>;
  readonly calicoVersion?: string;
}

/** `labctl render peers`. The JSON form has no head: it is the set itself. */
export async function renderPeersCommand(call: Call, _: readonly string[], flags: RenderPeersFlags): Promise<number> {
  const { peers, warnings } = await renderPeers(call.context, {
    files: flags.objects,
    node: flags.node,
    env: flags.env ?? {},
    version: flags.calicoVersion,
  });
  await sayWarnings(call, warnings);
  const { stdout } = call.streams;
  stdout.write(call.flags.format === 'json' ? `${JSON.stringify(peers, undefined, 2)}\n` : peersTable(peers));
  return 0;
}
