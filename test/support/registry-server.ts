// Owns a small registry (OCI distribution, read only) that serves one real image under any name, and misbehaves where the name says so.
// Started by registry.ts in the network of a test's dockerd: <file of the root file system> <file for its log>.

import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

const [rootfsFile = '', log = ''] = process.argv.slice(2);

interface Blob {
  readonly type: string;
  readonly bytes: Buffer;
  readonly digest: string;
}

function blobOf(type: string, content: Buffer | object): Blob {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  return { type, bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

const rootfs = readFileSync(rootfsFile);
const machine = process.arch === 'x64' ? 'amd64' : 'arm64';
const otherMachine = machine === 'amd64' ? 'arm64' : 'amd64';

/** A layer with `padding` zeros at its end, and the digest of what is in it. */
function layerOf(padding: number): { readonly layer: Blob; readonly diffId: string } {
  const content = Buffer.concat([rootfs, Buffer.alloc(padding)]);
  const layer = blobOf('application/vnd.docker.image.rootfs.diff.tar.gzip', gzipSync(content, { level: 1 }));
  return { layer, diffId: blobOf('', content).digest };
}

const honest = layerOf(0);
/** Nobody else has it, so that it must be sent. */
const promised = layerOf(512);
const sentInstead = layerOf(1024);

/** The image of a repository: another repository, another image. `arm/…` is for another machine. */
function imageOf(repository: string): readonly [manifest: Blob, config: Blob, layer: Blob] {
  const { layer, diffId } = repository.startsWith('lies/') ? promised : honest;
  const config = blobOf('application/vnd.docker.container.image.v1+json', {
    architecture: repository.startsWith('arm/') ? otherMachine : machine,
    os: 'linux',
    config: { Cmd: ['sleep', '1000'], Labels: { repository } },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created_by: 'a test' }],
    created: '2026-01-01T00:00:00Z',
  });
  const described = ({ type, bytes, digest }: Blob): object => ({ mediaType: type, size: bytes.length, digest });
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = blobOf(type, {
    schemaVersion: 2,
    mediaType: type,
    config: described(config),
    layers: [described(layer)],
  });
  return [manifest, config, layer];
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  appendFileSync(log, `${request.method} ${path}\n`);
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  const [, repository = '', kind = '', reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
  const isKnown = request.headers.authorization === `Basic ${Buffer.from('me:secret').toString('base64')}`;
  if (request.socket.localPort === privatePort && !isKnown) {
    response.setHeader('www-authenticate', 'Basic realm="test"');
    fail(response, 401, 'UNAUTHORIZED', 'authentication required');
  } else if (path === '/v2/') {
    response.end('{}');
  } else if (repository.startsWith('limited/')) {
    fail(response, 429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.');
  } else if (repository === '' || /(^|\/)unknown\//.test(repository)) {
    fail(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  } else {
    send(request, response, kind === 'manifests' ? [imageOf(repository)[0]] : imageOf(repository), reference);
  }
}

function send(request: IncomingMessage, response: ServerResponse, blobs: readonly Blob[], reference: string): void {
  const blob = blobs.find(({ digest }) => !reference.startsWith('sha256:') || digest === reference);
  if (blob === undefined) {
    fail(response, 404, 'BLOB_UNKNOWN', reference);
    return;
  }
  // lies/… sends other bytes than the layer's digest says.
  const { bytes } = blob.digest === promised.layer.digest ? sentInstead.layer : blob;
  const headers = { 'content-type': blob.type, 'content-length': bytes.length, 'docker-content-digest': blob.digest };
  response.writeHead(200, headers);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

const openPort = 5000;
/** Asks everybody for a name and a password. */
const privatePort = 5003;

createServer(answer).listen(privatePort, '127.0.0.1', () =>
  createServer(answer).listen(openPort, '127.0.0.1', () => process.stdout.write('ready\n')),
);
