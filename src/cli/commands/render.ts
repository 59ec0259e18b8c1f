// Owns the command `render`.

import { render } from '../../app/render.ts';
import { type Call, labOf, print } from '../call.ts';

/** Flags of `render`. */
export interface RenderFlags {
  readonly set?: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
}

/** `labctl render [lab]`. */
export async function renderCommand(call: Call, [lab]: readonly string[], flags: RenderFlags): Promise<number> {
  const result = await render(call.context, {
    reference: labOf(call, lab, 'render'),
    set: flags.set ?? [],
    out: flags.out,
    force: flags.force ?? false,
  });
  print(
    call,
    'RenderResult',
    { ...result },
    () => `${result.files.map((file) => `${result.folder}/${file}`).join('\n')}\n`,
  );
  return 0;
}
