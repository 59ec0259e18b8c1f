// Owns the proof that switch ports have names the kernel takes.

import { describe, expect, it } from 'vitest';
import { bridgeName, interfaceNameLimit, PortNames } from '../../../src/design/switch-ports.ts';

describe('PortNames', () => {
  it('is readable where it fits', () => {
    const names = new PortNames();
    expect(names.nameOf('worker2', 'net0')).toBe('worker2-net0');
    expect(names.nameOf('control-plane', 'net0')).toBe('cp-net0');
    expect(names.nameOf('control-plane2', 'eth0')).toBe('cp2-eth0');
    expect(names.nameOf('worker100', 'eth0')).toBe('worker100-eth0');
  });

  it('hashes what is too long or taken, and repeats itself', () => {
    const names = new PortNames();
    const long = names.nameOf('a-very-long-router-name', 'eth1');
    expect(long.length).toBeLessThanOrEqual(interfaceNameLimit);
    expect(names.nameOf('a-very-long-router-name', 'eth1')).toBe(long);
    expect(names.nameOf('control-plane', 'eth0')).toBe('cp-eth0');
    expect(names.nameOf('cp', 'eth0')).toMatch(/^p-[0-9a-f]{10}$/);
  });
});

describe('bridgeName', () => {
  it('is the rack, or a hash of it', () => {
    expect(bridgeName('rack0')).toBe('br-rack0');
    expect(bridgeName('the-rack-in-the-corner').length).toBeLessThanOrEqual(interfaceNameLimit);
  });
});
