// Owns what `docker login` left on this machine: who a registry is told one is.

import { localShell } from '../local-shell.ts';
import { type Environment, readConfig } from './config.ts';

/** As Docker's API takes it (X-Registry-Auth). */
export interface Login {
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly serveraddress: string;
}

/** Docker Hub's name in config.json. */
const hub = 'https://index.docker.io/v1/';

/**
 * The login for a registry by `$DOCKER_CONFIG/config.json` (`~/.docker` unless told) and the credential helper that it names;
 * undefined where there is none. A helper that fails counts as none: the registry will say what it wants.
 */
export async function loginFor(registry: string, env: Environment): Promise<Login | undefined> {
  const config = await readConfig(env);
  const serveraddress = registry === 'docker.io' ? hub : registry;
  const helper = config.credHelpers?.[serveraddress] ?? config.credHelpers?.[registry] ?? config.credsStore;
  const kept = config.auths?.[serveraddress] ?? config.auths?.[`https://${registry}`];
  if (kept?.identitytoken !== undefined) return { identitytoken: kept.identitytoken, serveraddress };
  if (kept?.auth !== undefined) {
    const [username = '', ...password] = Buffer.from(kept.auth, 'base64').toString('utf8').split(':');
    return { username, password: password.join(':'), serveraddress };
  }
  if (helper === undefined || !/^[\w.-]+$/.test(helper)) return undefined;
  return askHelper(helper, serveraddress);
}

/** github.com/docker/docker-credential-helpers: the server on standard input, JSON back; `<token>` is a user for a token. */
async function askHelper(helper: string, serveraddress: string): Promise<Login | undefined> {
  try {
    const argv = [`docker-credential-${helper}`, 'get'];
    const { stdout } = await localShell().run(argv, { input: serveraddress, timeoutMs: 10_000 });
    const { Username = '', Secret = '' } = JSON.parse(stdout) as { Username?: string; Secret?: string };
    if (Username === '<token>') return { identitytoken: Secret, serveraddress };
    return { username: Username, password: Secret, serveraddress };
  } catch {
    return undefined;
  }
}
