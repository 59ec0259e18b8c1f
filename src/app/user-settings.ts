// Owns where a user's own settings stand: $LABCTL_CONFIG, else $XDG_CONFIG_HOME/labctl/config.yml, else ~/.config/labctl/config.yml.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { UserSettings } from '../lab/user-settings.ts';
import type { Context } from './context.ts';

/** The user's settings; undefined where there is no such file. A file that LABCTL_CONFIG names must be there (USAGE). */
export async function readUserSettings({ env }: Context): Promise<UserSettings | undefined> {
  const stated = env['LABCTL_CONFIG'] || undefined;
  const home = env['XDG_CONFIG_HOME'] || (env['HOME'] === undefined ? undefined : join(env['HOME'], '.config'));
  const file = stated ?? (home === undefined ? undefined : join(home, 'labctl', 'config.yml'));
  if (file === undefined) return undefined;
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    if (stated === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new LabError('USAGE', `cannot read ${file}: ${(error as Error).message}`, {
      hint: 'LABCTL_CONFIG names the file of your settings',
      cause: error,
    });
  }
}
