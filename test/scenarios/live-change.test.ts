// Calico's objects changed under running pods: what follows must follow at once, and of what was before nothing may stay.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anyRunner } from '../support/running-lab.ts';
import { type RunningLab, withLab } from '../support/scenario.ts';

const kinds = anyRunner('live changes');
if (kinds.length === 0) it.skip('live changes cannot be tested here', () => undefined);

const read = (file: string): string => readFileSync(join(import.meta.dirname, 'live-change', file), 'utf8');
const files = { 'live.lab.yml': read('live.lab.yml') };

/** What a change of encapsulation moves on the control plane: the tunnel's address, and the ways to other nodes' blocks. */
async function seen({ exec }: RunningLab): Promise<{ readonly tunnel: string; readonly routes: string }> {
  const text = await exec('control-plane', 'sh', '-c', 'ip -br address show type vxlan; ip route');
  const blocks = text.split('\n').filter((line) => /^10\.244\.\S+\/26/.test(line));
  const tunnel = /^vxlan\.calico +\S+ +(\S+)\/32/m.exec(text)?.[1] ?? 'none';
  return { tunnel, routes: blocks.map((line) => line.trim()).join('\n') };
}

const throughTunnel = (
  ordinal: number,
) => `10.244.57.128/26 via 10.244.57.${128 + ordinal} dev vxlan.calico onlink mtu 1450
10.244.145.192/26 via 10.244.145.${192 + ordinal} dev vxlan.calico onlink mtu 1450`;
const plain = `10.244.57.128/26 via 10.1.5.1 dev net0 proto bird metric 600
10.244.145.192/26 via 10.1.5.11 dev net0 proto bird metric 600`;

describe.each(kinds)('live changes as %s', (kind) => {
  it('follow the objects; pods keep what they have, a tunnel that comes back takes the next free address', async () => {
    await withLab('./live.lab.yml', { kind, files, name: 'live' }, async (lab) => {
      const patch = (object: readonly string[], spec: object) =>
        lab.must(['calicoctl', 'patch', ...object, '-p', JSON.stringify({ spec })]);
      const mode = (vxlanMode: string) => patch(['ippool', 'default-ipv4-ippool'], { vxlanMode });
      const pod = await lab.exec('pod-a', 'ip', 'address', 'show', 'dev', 'eth0');

      // An object that changes nothing yet is there for the next one; a route's new metric takes the old one's place.
      await lab.must(['calicoctl', 'apply', '-f', '-'], 0, { input: read('filter.yml') });
      await patch(['bgppeer', 'rack0-to-leaf0'], { filters: ['priority'] });
      expect(await seen(lab)).toEqual({ tunnel: 'none', routes: plain });

      await mode('Always');
      expect(await seen(lab)).toEqual({ tunnel: '10.244.137.193', routes: throughTunnel(1) });
      await mode('Never');
      expect(await seen(lab)).toEqual({ tunnel: 'none', routes: plain });
      await mode('Always');
      expect(await seen(lab)).toEqual({ tunnel: '10.244.137.194', routes: throughTunnel(2) });

      // The lab file says otherwise, so `up` changes the live cluster, too.
      await lab.must(['up', './live.lab.yml', '--set', 'calico.encapsulation=VXLANCrossSubnet']);
      const crossSubnet = await seen(lab);
      expect(crossSubnet.tunnel).toBe('10.244.137.194');
      expect(crossSubnet.routes).toContain('10.244.145.192/26 via 10.1.5.11 dev net0 proto 80 onlink');
      expect(crossSubnet.routes).toContain('10.244.57.128/26 via 10.244.57.130 dev vxlan.calico onlink');
      await lab.must(['verify']);
      expect(await lab.exec('pod-a', 'ip', 'address', 'show', 'dev', 'eth0')).toBe(pod);
      rmSync(join(lab.cwd, 'live.lab.yml'));
    });
  });
});
