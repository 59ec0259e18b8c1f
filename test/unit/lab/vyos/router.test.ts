// Owns the proof that a VyOS configuration means what VyOS makes of it: what is understood, left aside, refused; FRR takes the rest.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../../src/lab/tree.ts';
import { readVyosRouter } from '../../../../src/lab/vyos/read-router.ts';
import { sharedFolder } from '../../../support/shared.ts';
import { frrRoot, vtyshComplaints } from '../../../support/vtysh.ts';

const rich = readFileSync(join(import.meta.dirname, 'rich.boot'), 'utf8');
const read = (text: string) => readVyosRouter(sourceOf('leaf0.boot', text));
const said = (text: string): string[] =>
  read(text).problems.map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
const originals = sharedFolder('vyos');
const frr = frrRoot();

describe('a rich configuration', () => {
  const { router, problems } = read(rich);

  it('is understood as a whole', () => {
    expect(problems).toEqual([]);
    expect(router.release).toBe('1.5');
    expect(router.daemons).toEqual(['staticd', 'ospfd', 'bfdd']);
    expect(router.chains.flatMap(({ rules }) => rules)).toEqual([
      'ip daddr 10.0.0.0/8 oifname "eth0" return',
      'ip saddr != 172.20.20.0/24 meta l4proto tcp oifname "eth0" masquerade',
    ]);
  });

  it('fills in what a peer group says', () => {
    const spine1 = router.bgp?.neighbors.find(({ peer }) => peer === '10.1.12.2');

    expect(spine1).toMatchObject({ remoteAs: 'external', isAsOverride: true, families: ['ipv4 unicast'] });
    expect(router.bgp?.listens).toMatchObject([
      {
        prefix: '10.1.5.0/24',
        neighbor: { peer: 'NODES', remoteAs: 65005, isReflectorClient: true, isNextHopSelf: true },
      },
    ]);
  });

  it.skipIf(frr === undefined)('is taken by the real FRR, line by line', () => {
    const text = ['frr defaults traditional', 'hostname leaf0', ...router.frr, ''].join('\n');

    expect(vtyshComplaints(frr ?? '', text)).toBe('');
    expect(vtyshComplaints(frr ?? '', `${text}neighbor 10.1.5.1 frobnicate\n`)).toContain('Unknown command');
  });
});

describe('the original configurations', () => {
  it.skipIf(originals === undefined)('are understood, every one', () => {
    const files = readdirSync(originals ?? '').filter((name) => /\.(cfg|boot)$/.test(name));
    for (const name of files) {
      const text = readFileSync(join(originals ?? '', name), 'utf8');
      const { router, problems } = readVyosRouter(sourceOf(name, text));
      expect(
        problems.filter(({ severity }) => severity === 'error').map(({ message }) => `${name}: ${message}`),
      ).toEqual([]);
      expect(router.release).toBe('1.4');
      expect(router.beyond).toEqual([]);
      expect(router.frr.length > 0).toBe(text.includes('protocols'));
      if (frr !== undefined) expect(vtyshComplaints(frr, `${router.frr.join('\n')}\n`)).toBe('');
    }
    expect(files.length).toBe(6);
  });
});

describe('two releases', () => {
  it.each([
    ['outbound-interface eth0', '1.4'],
    ['outbound-interface {\n name eth0\n }', '1.5'],
  ])('say the same with %s', (words, release) => {
    const { router, problems } = read(
      `nat {\n source {\n rule 10 {\n ${words}\n translation {\n address masquerade\n }\n }\n }\n}\n`,
    );

    expect(problems).toEqual([]);
    expect(router.chains).toMatchObject([{ chain: 'postrouting', rules: ['oifname "eth0" masquerade'] }]);
    expect(router.release).toBe(release);
  });

  it('and the one before name the AS as `bgp 65005`', () => {
    const { router, problems } = read('protocols {\n bgp 65005 {\n neighbor 10.1.10.2 {\n remote-as 500\n }\n }\n}\n');

    expect(problems).toEqual([]);
    expect(router.bgp).toMatchObject({ asNumber: 65005, neighbors: [{ peer: '10.1.10.2', remoteAs: 500 }] });
  });

  it.each([
    ['bgp 65005 {', '', '', ['ipv4 unicast']],
    ['bgp 65005 {', 'parameters {\n default {\n no-ipv4-unicast\n }\n }', '', []],
    ['bgp {\n local-as 65005', '', '// vyos-config-version: "bgp@1:nat@5"', ['ipv4 unicast']],
    ['bgp {\n local-as 65005', '', '// vyos-config-version: "bgp@2:nat@5"', []],
    ['bgp {\n system-as 65005', '', '', []],
  ])('IPv4 unicast of a neighbor goes without saying before bgp@2: %s %s %s', (begin, more, footer, families) => {
    const group = 'peer-group NODES {\n address-family {\n ipv4-unicast {\n }\n }\n remote-as 65005\n }';
    const { router, problems } = read(
      `protocols {\n ${begin}\n neighbor 10.1.10.2 {\n remote-as 500\n }\n neighbor 10.1.5.10 {\n peer-group NODES\n }\n ${group}\n ${more}\n }\n}\n${footer}\n`,
    );

    expect(problems).toEqual([]);
    expect(router.bgp?.neighbors).toMatchObject([{ families }, { families: ['ipv4 unicast'] }]);
    const said = router.frr.filter((line) => line.endsWith(' activate'));
    expect(said).toEqual(['  neighbor NODES activate', ...families.map(() => '  neighbor 10.1.10.2 activate')]);
  });
});

describe('what VyOS does not commit', () => {
  it('is refused: names that nothing has, values that are none', () => {
    expect(
      said(`protocols {
  bgp {
    system-as 65005
    neighbor 10.1.1.1.1 {
      remote-as 3
    }
    neighbor 10.1.2.1 {
      remote-as abc
    }
    neighbor 10.1.3.1 {
      peer-group NOPE
    }
    neighbor 10.1.6.1 {
      remote-as 5
      timers {
        holdtime soon
      }
      address-family {
        ipv4-unicast {
          route-map {
            import GONE
            export HERE
          }
        }
      }
    }
    neighbor eth7 {
      interface {
        v6only {
          remote-as external
        }
      }
    }
  }
}
policy {
  route-map HERE {
    rule 10 {
      action permit
    }
  }
}
`),
    ).toEqual([
      '4:14 `10.1.1.1.1` is no address',
      '8:17 `abc` is no AS number',
      '11:18 there is no peer-group named `NOPE`',
      '16:18 `soon` is no number of seconds',
      '21:20 there is no route-map named `GONE`',
    ]);
  });
});

describe('devices', () => {
  it('are made as VyOS makes them', () => {
    const { router, problems } = read(`interfaces {
  bridge br0 {
    enable-vlan
    member {
      interface eth5 {
        native-vlan 5
      }
    }
    vif 5 {
      address 10.1.5.1/24
    }
  }
  ethernet eth1 {
    mirror {
      ingress eth0
    }
    vif 7 {
      address 10.1.7.1/24
    }
  }
  tunnel tun0 {
    address 10.77.0.1/30
    encapsulation ipip
    remote 10.1.10.2
    source-address 10.1.10.1
  }
  vxlan vxlan10 {
    remote 10.1.10.2
    source-address 10.1.10.1
    vni 10
  }
}
system {
  ip {
    multipath {
      layer4-hashing
    }
  }
}
`);

    expect(problems).toEqual([]);
    expect(router.interfaces.map(({ name, addresses }) => [name, ...addresses].join(' '))).toEqual([
      'br0',
      'br0.5 10.1.5.1/24',
      'eth1',
      'eth1.7 10.1.7.1/24',
      'tun0 10.77.0.1/30',
      'vxlan10',
    ]);
    expect(router.devices).toEqual([
      'link add name br0 type bridge stp_state 0 vlan_filtering 1',
      'link add link br0 name br0.5 type vlan id 5',
      'link add link eth1 name eth1.7 type vlan id 7',
      'link add name tun0 type ipip local 10.1.10.1 remote 10.1.10.2 ttl 64',
      'link add name vxlan10 type vxlan id 10 dstport 8472 local 10.1.10.1 remote 10.1.10.2',
      'link set dev eth5 master br0',
      'link set dev eth5 up',
      'bridge:vlan add vid 5 dev br0 self',
      'bridge:vlan add vid 5 dev eth5 pvid untagged',
    ]);
  });
});

describe('what is not understood', () => {
  it('is an error where packets depend on it', () => {
    expect(
      said(`firewall {
  zone WAN {
  }
}
interfaces {
  ethernet eth1 {
    address 10.1.5.1
    redirect eth2
  }
}
protocols {
  bgp {
    neighbor "10.1.10.2 shutdown" {
      remote-as 500
    }
    neighbor 10.1.12.2 {
      frobnicate
      ebgp-multihop many
    }
    system-as 65005
  }
  nhrp {
  }
}
vpn {
}
`),
    ).toEqual([
      '22:3 labctl does not understand `protocols nhrp`',
      '25:1 labctl does not understand `vpn`',
      '8:5 labctl does not understand `interfaces ethernet eth1 redirect`',
      '7:13 `10.1.5.1` is no address with its length such as 10.1.5.1/24',
      '13:14 `10.1.10.2 shutdown` is no address',
      '17:7 labctl does not understand `protocols bgp neighbor 10.1.12.2 frobnicate`',
      '18:21 `protocols bgp neighbor 10.1.12.2 ebgp-multihop many`: expected a number',
      '2:3 labctl does not understand `firewall zone`',
    ]);
  });

  it('is a note where no packet does', () => {
    expect(read(rich).notes.map(({ at, message }) => `${at?.line} ${message}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\d+ `system login` is left aside$/),
        expect.stringContaining('`service ntp`'),
      ]),
    );
  });
});
