// A manifest's way from the network into the cache, and from there without a network.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { keepManifest, readManifest } from '../../../src/app/manifest.ts';
import { testContext } from '../../support/call.ts';

it('is kept once it came, asked for anew where there is a network, and there without one', async () => {
  let text = 'first';
  const server = createServer((_, response) => void response.end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/calico.yaml`;
  const context = testContext();

  expect(await readManifest(context, address)).toBe('first');
  text = 'second';
  expect(await readManifest(context, address)).toBe('first');
  expect(await readManifest(context, address, true)).toBe('second');
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  expect(await readManifest(context, address)).toBe('second');
  expect(await readManifest(context, address, true)).toBe('second');
  await expect(readManifest(testContext(), address)).rejects.toThrow(`cannot get ${address}`);
});

it('is there after it was loaded from an archive, for a context that never had a network', async () => {
  const context = testContext();
  const address = 'http://127.0.0.1:9/calico.yaml';

  await keepManifest(context, address, 'loaded');

  expect(await readManifest(context, address)).toBe('loaded');
});
