import { describe, expect, it } from 'vitest';
import { detectAddress, type HostAddresses } from '../../../src/calico/autodetection.ts';
import { generationOf } from '../../../src/calico/generations.ts';

/** A kind node in a rack: Docker's eth0, later the fabric's net0; and what a real host has besides. */
const host: HostAddresses = {
  interfaces: [
    { name: 'lo', addresses: ['127.0.0.1/8', '::1/128', '10.255.0.1/32'] },
    { name: 'eth0', addresses: ['172.18.0.2/16', 'fc00:f853:ccd:e793::2/64'] },
    { name: 'net0', addresses: ['10.1.5.10/24', '10.1.5.99/32', 'fe80::1/64'] },
    { name: 'docker0', addresses: ['172.17.0.1/16'] },
    { name: 'br-pool0', addresses: ['10.9.0.1/24'] },
    { name: 'vxlan.calico', addresses: ['10.244.0.64/32'] },
    { name: 'podman0', addresses: ['10.88.0.1/16'] },
    { name: 'cali123', addresses: ['169.254.1.1/32'] },
  ],
  internalIp: '10.1.5.10',
  gateway: '10.1.5.1',
};

function detect(method: string, minor = 33, more: Partial<HostAddresses> = {}, family: 4 | 6 = 4): string {
  const found = detectAddress(method, family, { ...host, ...more }, generationOf({ minor }));
  return found.kind === 'found' ? `${found.interface} ${found.address}` : `${found.kind}: ${found.reason}`;
}

describe('IP_AUTODETECTION_METHOD', () => {
  it.each([
    ['', 'net0 10.1.5.10/24'],
    ['first-found', 'net0 10.1.5.10/24'],
    ['skip-interface=net.*', 'eth0 172.18.0.2/16'],
    ['skip-interface=net0 , eth0', 'none: no valid host interfaces found'],
    ['interface=eth0', 'eth0 172.18.0.2/16'],
    ['interface=eth.*,net.*', 'net0 10.1.5.10/24'],
    ['interface=et', 'net0 10.1.5.10/24'],
    ['interface=docker0', 'docker0 172.17.0.1/16'],
    ['interface=ens2', 'none: no valid host interfaces found'],
    ['interface=cali.*', 'vxlan.calico 10.244.0.64/32'],
    ['interface=(', 'none: Invalid interface regex: ('],
    ['cidr=10.1.0.0/16', 'net0 10.1.5.10/24'],
    ['cidr=192.168.0.0/16,172.18.0.0/16', 'eth0 172.18.0.2/16'],
    ['cidr=10.1.5.0', 'none: Invalid CIDR "10.1.5.0" for IP autodetection method: cidr=10.1.5.0'],
    ['can-reach=10.1.5.11', 'net0 10.1.5.10/24'],
    ['can-reach=172.18.0.9', 'eth0 172.18.0.2/16'],
    ['can-reach=8.8.8.8', 'net0 10.1.5.10/24'],
    ['kubernetes-internal-ip', 'net0 10.1.5.10/24'],
    ['ens2', 'invalid: Invalid IP autodetection method: ens2'],
    ['firstfound', 'invalid: Invalid IP autodetection method: firstfound'],
  ])('%s', (method, expected) => {
    expect(detect(method)).toBe(expected);
  });

  it('walks interfaces from the last one: what was added last wins', () => {
    const later = [...host.interfaces, { name: 'eth1', addresses: ['192.168.7.7/24'] }];

    expect(detect('first-found', 33, { interfaces: later })).toBe('eth1 192.168.7.7/24');
  });

  it.each([
    [23, 'podman0 10.88.0.1/16'],
    [24, 'podman0 10.88.0.1/16'],
    [25, 'net0 10.1.5.10/24'],
  ])('in v3.%d hides what that release hides', (minor, expected) => {
    expect(detect('first-found', minor)).toBe(expected);
  });

  it('hid any name that contains "lo" or "cali" before 3.24', () => {
    const interfaces = [host.interfaces[1]!, { name: 'flow0', addresses: ['10.7.7.7/24'] }];

    expect(detect('first-found', 23, { interfaces })).toBe('eth0 172.18.0.2/16');
    expect(detect('first-found', 24, { interfaces })).toBe('flow0 10.7.7.7/24');
  });

  it('takes no link-local IPv6 address', () => {
    expect(detect('first-found', 33, {}, 6)).toBe('eth0 fc00:f853:ccd:e793::2/64');
    expect(detect('interface=net0', 33, {}, 6)).toBe('none: no valid IPv6 addresses found on the host interfaces');
  });

  it('cannot use an InternalIP that kubelet has not published, or that is on no interface', () => {
    expect(detect('kubernetes-internal-ip', 33, { internalIp: undefined })).toBe('none: no InternalIP on the Node');
    expect(detect('kubernetes-internal-ip', 33, { internalIp: '10.1.5.77' })).toMatch(/10\.1\.5\.77 does not match/);
  });

  it('has no way anywhere without a default route', () => {
    expect(detect('can-reach=8.8.8.8', 33, { gateway: undefined })).toMatch(/network is unreachable/);
    expect(detect('can-reach=2001:db8::1', 33)).toMatch(/no IPv4 address/);
  });
});
