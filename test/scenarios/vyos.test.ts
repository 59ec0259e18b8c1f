// Owns the proof that routers given as VyOS files run as such: bgp-rr's fabric written for VyOS, read back, up, true, gone.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, runnerKinds, workspace } from '../support/scenario.ts';
import { writeVyosLab } from '../support/vyos-lab.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: VyOS scenarios: ${why}`);
const [kind] = why === undefined ? runnerKinds('VyOS scenarios') : [];

/**
 * leaf0 also learns static routes, speaks BFD and OSPF with spine0, has a dummy, a bridge, a neighbor that is fixed, and rules that
 * drop, clamp and translate.
 */
function enriched(router: string, text: string): string {
  if (router !== 'leaf0' && router !== 'spine0') return text;
  const area = 'area 0 {\n network 10.1.10.0/24\n network 10.255.0.0/16\n }\n';
  // Two routers that are alone on a wire need not wait for others (RFC 2328 section 9.4).
  const ospf = `ospf {\n ${area} interface eth1 {\n network point-to-point\n }\n }\n`;
  const own = router === 'leaf0' ? '10.255.0.1/32' : '10.255.0.2/32';
  const fixed = `    static {\n        route 10.99.0.0/16 {\n            blackhole {\n            }\n        }\n        arp 10.1.5.77 {\n            hwaddr 02:00:00:00:00:77\n        }\n    }\n`;
  const peer = router === 'leaf0' ? 'neighbor 10.1.10.2 {' : 'neighbor 10.1.10.1 {';
  return text
    .replace('protocols {\n', `protocols {\n${ospf}${router === 'leaf0' ? fixed : ''}`)
    .replace('interfaces {\n', `interfaces {\n    dummy dum0 {\n        address ${own}\n    }\n${bridge}`)
    .replace('nat {\n', `${router === 'leaf0' ? firewall : ''}nat {\n${forwarding}`)
    .replace(peer, `${peer}\n            bfd {\n            }`);
}

const bridge = '    bridge br7 {\n        address 10.7.7.1/24\n    }\n';
const firewall = `firewall {
    ipv4 {
        forward {
            filter {
                rule 10 {
                    action drop
                    destination {
                        port 23
                    }
                    protocol tcp
                }
            }
        }
    }
    options {
        interface eth1 {
            adjust-mss 1400
        }
    }
}
`;
const forwarding = `    destination {
        rule 10 {
            destination {
                port 8080
            }
            inbound-interface {
                name eth1
            }
            protocol tcp
            translation {
                address 10.1.5.10
            }
        }
    }
`;

it.skipIf(kind === undefined)('a fabric of VyOS files converges, and all that bgp-rr expects is true', async () => {
  const place = workspace(kind ?? 'root');
  try {
    const file = await writeVyosLab(place.cwd, 'bgp-rr');
    place.own();
    const before = place.snapshot();
    await place.must(['up', file]);
    const { stdout } = await place.must(['verify', 'bgp-rr-vyos']);
    expect(stdout).toMatch(/: all \d+ checks true/);
    const conf = await place.must(['exec', 'leaf0', '--', 'vtysh', '-c', 'show running-config']);
    expect(conf.stdout).toContain('neighbor 10.1.5.10 route-reflector-client');
    await place.must(['down', 'bgp-rr-vyos']);
    expect(leaksToText(await place.leaks(before))).toBe('');
  } finally {
    place.remove();
  }
});

it.skipIf(kind === undefined)(
  'static routes, OSPF and BFD of a VyOS file run in FRR, and the lab still converges',
  async () => {
    const place = workspace(kind ?? 'root');
    try {
      const file = await writeVyosLab(place.cwd, 'bgp-rr', enriched);
      place.own();
      const before = place.snapshot();
      const up = await place.must(['up', file]);
      expect(up.stderr).toContain('[ROUTES_NOT_DERIVED]');
      const ask = async (command: string, expected: RegExp): Promise<void> => {
        const answer = async () => (await place.must(['exec', 'leaf0', '--', 'vtysh', '-c', command])).stdout;
        await expect.poll(answer, { timeout: 60_000, interval: 500 }).toMatch(expected);
      };
      await ask('show bfd peers brief', /10\.1\.10\.2\s+up/);
      await ask('show ip route static', /10\.99\.0\.0\/16 .*blackhole/);
      await ask('show ip ospf route', /10\.255\.0\.2\/32/);
      const kernel = async (...command: string[]): Promise<string> =>
        (await place.must(['exec', 'leaf0', '--', ...command])).stdout;
      const rules = await kernel('nft', 'list', 'ruleset');
      for (const rule of [
        'tcp dport 23 drop',
        'maxseg size set 1400',
        'tcp dport 8080 dnat to 10.1.5.10',
        'masquerade',
      ])
        expect(rules).toContain(rule);
      expect(await kernel('ip', 'neigh', 'show', '10.1.5.77')).toContain('PERMANENT');
      expect(await kernel('ip', '-br', 'addr', 'show', 'br7')).toContain('10.7.7.1/24');
      const { stdout } = await place.must(['verify', 'bgp-rr-vyos']);
      expect(stdout).toMatch(/all \d+ checks true/);
      // No route leads labctl to the spines here: it listens on them all the same.
      const capture = await place.must(['capture', 'pod-a', 'pod-b']);
      expect(capture.stdout).toMatch(/path found: pod-a > control-plane > leaf0 > spine[01] > leaf1 > worker3 > pod-b/);
      rmSync(join(place.cwd, 'labctl-bgp-rr-vyos'), { recursive: true });
      await place.must(['down', 'bgp-rr-vyos']);
      expect(leaksToText(await place.leaks(before))).toBe('');
    } finally {
      place.remove();
    }
  },
);
