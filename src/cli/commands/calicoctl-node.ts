// Owns the command `calicoctl node status`.

import { nodeSessions } from '../../app/calicoctl.ts';
import { machineReference } from '../../app/machine-reference.ts';
import { nodeStatusText } from '../../report/node-status.ts';
import { type Call, print } from '../call.ts';

/** `labctl calicoctl node status [node]`: on every node, each under its name, or on one. */
export async function nodeStatusCommand(call: Call, [argument]: readonly string[]): Promise<number> {
  const wanted = argument === undefined ? undefined : machineReference(argument, call.flags.lab);
  const lab = wanted?.lab ?? call.flags.lab;
  const { nodes, minor } = await nodeSessions(call.context, { lab, node: wanted?.machine });
  print(call, 'NodeStatusList', { items: nodes }, () =>
    nodes
      .map(({ node, sessions }) => `${wanted === undefined ? `Node ${node}\n` : ''}${nodeStatusText(sessions, minor)}`)
      .join(''),
  );
  return 0;
}
