// Owns where the Docker daemon is: what DOCKER_HOST or the context in use says, read as the program `docker` reads it.

import { LabError } from '../../base/errors.ts';
import { configFolder, contextInUse, type Environment } from './config.ts';

/** Where a daemon listens. */
export type DockerAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: string; readonly certificates: string | undefined };

const defaultHost = 'unix:///var/run/docker.sock';

/**
 * Where DOCKER_HOST points (`unix://…`, `tcp://host:port`, with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH as docker reads them), else
 * where the context in use does. Throws USAGE for what is no address or no context, and ENGINE_MISSING for ssh: labctl enters
 * containers by their pids.
 */
export async function dockerAddress(env: Environment): Promise<DockerAddress> {
  const context = await contextInUse(env);
  const text = context?.host ?? (env['DOCKER_HOST'] || defaultHost);
  const whose = context === undefined ? 'DOCKER_HOST' : `Docker context ${context.name}`;
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/.exec(text) ?? [];
  if (scheme === 'unix') return { kind: 'unix', path: rest || defaultHost.slice('unix://'.length) };
  if (scheme === 'ssh')
    throw new LabError('ENGINE_MISSING', `${whose} is ${text}: labctl does not speak to a Docker behind ssh`, {
      facts: ["it enters the containers' namespaces by their pids, which are that machine's"],
      hint: `ssh ${rest.replace(/\/.*$/, '')}, and labctl there`,
    });
  const url = URL.canParse(`http://${rest}`) ? new URL(`http://${rest}`) : undefined;
  if (!['tcp', 'http', 'https'].includes(scheme) || url === undefined || url.hostname === '')
    throw new LabError('USAGE', `${whose} is not an address of Docker: ${JSON.stringify(text)}`, {
      hint: 'unix:///var/run/docker.sock or tcp://127.0.0.1:2375',
    });
  const isVerified = (env['DOCKER_TLS_VERIFY'] ?? '') !== '' || scheme === 'https';
  const own = isVerified ? env['DOCKER_CERT_PATH'] || configFolder(env) : undefined;
  const certificates = context === undefined ? own : context.certificates;
  return {
    kind: 'tcp',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (certificates === undefined ? '2375' : '2376'),
    certificates,
  };
}

/** An address as DOCKER_HOST has it. */
export function addressText(address: DockerAddress): string {
  if (address.kind === 'unix') return `unix://${address.path}`;
  return `tcp://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/**
 * What `env` is told for a program that knows DOCKER_HOST and no contexts (Go's client). It takes certificates from DOCKER_CERT_PATH
 * whatever the address is, and verifies with DOCKER_TLS_VERIFY alone: what is the caller's own and not this address's is taken away.
 */
export function addressEnvironment(address: DockerAddress): readonly string[] {
  const host = `DOCKER_HOST=${addressText(address)}`;
  const certificates = address.kind === 'tcp' ? address.certificates : undefined;
  if (certificates === undefined) return ['-u', 'DOCKER_CERT_PATH', '-u', 'DOCKER_TLS_VERIFY', host];
  return [host, `DOCKER_CERT_PATH=${certificates}`, 'DOCKER_TLS_VERIFY=1'];
}
