// Owns the proof that a router's filter says the same in nft, iptables and VyOS, and that a router without one has none.

import { expect, it } from 'vitest';
import { routerIptables } from '../../../src/artifact/iptables.ts';
import { routerRules } from '../../../src/artifact/router-rules.ts';
import { vyosBoot } from '../../../src/artifact/vyos-boot.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

it('drops "fragmentation needed", its own and what passes, in every dialect', async () => {
  const { routers } = await catalogueDesign('mtu-blackhole:filtered');
  const [leaf0, others] = [routers[0]!, routers.slice(1)];

  expect(routerRules(leaf0)?.match(/hook (output|forward) /g)).toEqual(['hook output ', 'hook forward ']);
  expect(routerRules(leaf0)?.match(/icmp code frag-needed drop|packet-too-big drop/g)).toHaveLength(4);
  expect(routerRules(leaf0)).toContain('masquerade');
  expect(routerIptables(leaf0)).toMatch(/^-A FORWARD -p icmp --icmp-type fragmentation-needed -j DROP$/m);
  expect(vyosBoot(leaf0, '1.4')).toMatch(
    /ipv4 \{\n +forward \{\n +filter \{\n +default-action "accept"\n +rule 10 \{\n +action "drop"\n +icmp \{\n +code "4"\n +type "3"/,
  );
  for (const router of others) {
    expect(routerRules(router) ?? '').not.toContain('filter');
    expect(routerIptables(router) ?? '').not.toContain('DROP');
    expect(vyosBoot(router, '1.4')).not.toContain('firewall {');
  }
});
