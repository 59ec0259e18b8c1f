// Owns the command `graph`.

import { type GraphLanguage, graph } from '../../app/graph.ts';
import { type Call, labOf, print, say } from '../call.ts';

/** Flags of `graph`. */
export interface GraphFlags {
  readonly set?: readonly string[];
  readonly as: GraphLanguage;
  readonly out?: string;
}

/** `labctl graph [lab]`. */
export async function graphCommand(call: Call, [lab]: readonly string[], flags: GraphFlags): Promise<number> {
  const reference = labOf(call, lab, 'graph');
  const result = await graph(call.context, { reference, set: flags.set ?? [], as: flags.as, out: flags.out });
  if (result.file !== undefined) say(call, `written: ${result.file}`);
  print(call, 'Graph', { ...result.graph, file: result.file }, () => (result.file === undefined ? result.text : ''));
  return 0;
}
