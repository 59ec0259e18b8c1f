// Owns what the program `docker` keeps for its user: the folder, config.json, and the context in use.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../base/errors.ts';

/** The variables of a shell. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** config.json, as far as labctl heeds it. */
export interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
  readonly currentContext?: string;
}

/** A daemon that `docker context create` gave a name. */
export interface DockerContext {
  readonly name: string;
  /** As DOCKER_HOST has it. */
  readonly host: string;
  /** The folder of its ca.pem, cert.pem and key.pem; undefined where it has none. */
  readonly certificates: string | undefined;
}

interface ContextMeta {
  readonly Endpoints: { readonly docker?: { readonly Host?: string } };
}

/** `$DOCKER_CONFIG`, else `~/.docker`. */
export function configFolder(env: Environment): string {
  return env['DOCKER_CONFIG'] || join(env['HOME'] ?? '', '.docker');
}

/** The user's config.json; empty where there is none, or one that docker itself refuses. */
export function readConfig(env: Environment): Promise<DockerConfig> {
  return readJson(join(configFolder(env), 'config.json'));
}

async function readJson<T extends object>(file: string): Promise<Partial<T>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return {};
  }
}

/**
 * The context in use: DOCKER_CONTEXT, else that of `docker context use`; undefined for the default one, and where DOCKER_HOST is set,
 * which wins (docker/cli, resolveContextName). Throws USAGE for one that does not exist.
 */
export async function contextInUse(env: Environment): Promise<DockerContext | undefined> {
  if (env['DOCKER_HOST']) return undefined;
  const name = env['DOCKER_CONTEXT'] || (await readConfig(env)).currentContext || 'default';
  if (name === 'default') return undefined;
  const contexts = join(configFolder(env), 'contexts');
  const id = createHash('sha256').update(name).digest('hex');
  const meta = await readJson<ContextMeta>(join(contexts, 'meta', id, 'meta.json'));
  const host = meta.Endpoints?.docker?.Host;
  if (host === undefined)
    throw new LabError('USAGE', `there is no Docker context ${JSON.stringify(name)}`, {
      facts: [env['DOCKER_CONTEXT'] ? 'DOCKER_CONTEXT names it' : `${join(configFolder(env), 'config.json')} names it`],
      hint: 'docker context ls; docker context use default',
    });
  const folder = join(contexts, 'tls', id, 'docker');
  const isSecured = await readdir(folder).then(
    ({ length }) => length > 0,
    () => false,
  );
  return { name, host, certificates: isSecured ? folder : undefined };
}
