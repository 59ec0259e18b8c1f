// Owns the command `render`.

import { type RenderedFor, render } from '../../app/render.ts';
import { LabError } from '../../base/errors.ts';
import { type Call, labOf, print, say } from '../call.ts';
import { settingsOf } from '../flag-values.ts';

/** Flags of `render`. */
export interface RenderFlags {
  readonly set?: readonly string[];
  readonly router?: string;
  readonly for?: RenderedFor;
  readonly out?: string;
  readonly force?: boolean;
}

/** `labctl render [lab] [folder]`; a Job is of all labs, and has the folder alone. */
export async function renderCommand(call: Call, words: readonly string[], flags: RenderFlags): Promise<number> {
  const isJob = flags.for === 'job';
  if (isJob && words.length > 1) {
    const hint = 'labctl render --for job ./labctl-job';
    throw new LabError('USAGE', `a Job tests every lab of the catalogue: \`${words[0]}\` is too much`, { hint });
  }
  const [lab, folder] = isJob ? [undefined, ...words] : words;
  const result = await render(call.context, {
    reference: isJob ? undefined : labOf(call, lab, 'render'),
    set: settingsOf(flags),
    out: folder ?? flags.out,
    for: flags.for ?? 'netns',
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
