// Owns the proof of which texts are addresses: those that node:net calls so, without a zone index.

import { isIP } from 'node:net';
import { expect, it } from 'vitest';
import { parseAddress } from '../../../src/base/address.ts';

it.each([
  ...['10.1.5.10', '10.1.5', '10.1.5.010', '256.1.1.1', '10.1.5.10/24', '10.1.5.10\0', ' 10.1.5.10', ''],
  ...['::', '::1', 'fe80::1', 'FD00::A', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::ffff:10.1.5.10', '::01'],
  ...['::1\0', '::1\0x', '::1\n', ' ::1', '::1/64', '[::1]', '1::2::3', '12345::', '::g', '::00001', '::10.1.5', ':'],
])('%j is read as node:net reads it', (text) => {
  expect(parseAddress(text)?.family ?? 0).toBe(isIP(text));
});

it('takes no zone index', () => {
  expect(parseAddress('fe80::1%eth0')).toBeUndefined();
});
