// Owns the tests of the lines of a capture: which way a packet went at an interface.

import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/evidence/capture.ts';
import { captureOf } from '../../support/made-captures.ts';

const [own, other] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const { point, packet } = captureOf(1, 0).lines[0]!;

describe('the direction of a packet at an interface', () => {
  it.each([
    ['is out with its own address as the source', own, { sourceMac: own, destinationMac: other }, 'out'],
    ['is in towards its own address', own, { sourceMac: other, destinationMac: own }, 'in'],
    ['is in by a multicast of another', own, { sourceMac: other, destinationMac: '33:33:00:00:00:02' }, 'in'],
    ["is the request's way on a tunnel", undefined, { sourceMac: undefined, destinationMac: undefined }, 'out'],
  ])('%s', (_, mac, addresses, direction) => {
    const [line] = linesOf([{ point: { ...point, requestGoes: 'out' }, mac, seen: [{ ...packet, ...addresses }] }]);

    expect(line?.direction).toBe(direction);
  });
});
