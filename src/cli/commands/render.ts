// Owns the command `render`.

import { render } from '../../app/render.ts';
import type { EngineName } from '../../plan/engine.ts';
import { type Call, labOf, print, say } from '../call.ts';
import { settingsOf } from '../flag-values.ts';

/** Flags of `render`. */
export interface RenderFlags {
  readonly set?: readonly string[];
  readonly router?: string;
  readonly for?: EngineName;
  readonly out?: string;
  readonly force?: boolean;
}

/** `labctl render [lab] [folder]`. */
export async function renderCommand(call: Call, [lab, folder]: readonly string[], flags: RenderFlags): Promise<number> {
  const result = await render(call.context, {
    reference: labOf(call, lab, 'render'),
    set: settingsOf(flags),
    out: folder ?? flags.out,
    engine: flags.for ?? 'netns',
    force: flags.force ?? false,
  });
  for (const note of result.notes) say(call, `warning: ${note}\n`);
  print(
    call,
    'RenderResult',
    { ...result },
    () => `${result.files.map((file) => `${result.folder}/${file}`).join('\n')}\n`,
  );
  return 0;
}
