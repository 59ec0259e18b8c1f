// Owns the tests of following kube-proxy's chains: which rules take a connection, where to, and who it comes from then.

import { describe, expect, it } from 'vitest';
import { type FirstPacket, parseServiceChains, serviceNatOf } from '../../../src/host/service-nat.ts';

/** As nft lists it. */
const ruleset = `table ip calico {
	chain nat-outgoing {
		type nat hook postrouting priority srcnat; policy accept;
	}
}
table ip kube-proxy {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump KUBE-SERVICES
	}
	chain KUBE-MARK-MASQ {
		meta mark set meta mark | 0x00004000
	}
	chain KUBE-SERVICES {
		ip daddr 10.96.0.80 tcp dport 80 goto KUBE-SVC-web
		ip daddr 20.0.0.1 tcp dport 80 goto KUBE-EXT-web
		ip daddr 20.0.0.2 tcp dport 80 goto KUBE-EXT-local
		fib daddr type local jump KUBE-NODEPORTS
	}
	chain KUBE-NODEPORTS {
		tcp dport 32000 goto KUBE-EXT-web
	}
	chain KUBE-SVC-web {
		ip saddr != 10.244.0.0/16 ip daddr 10.96.0.80 tcp dport 80 jump KUBE-MARK-MASQ
		numgen random mod 2 vmap { 0 : goto KUBE-SEP-web-pod-b, 1 : goto KUBE-SEP-web-pod-c }
	}
	chain KUBE-EXT-web {
		jump KUBE-MARK-MASQ
		goto KUBE-SVC-web
	}
	chain KUBE-EXT-local {
		ip saddr 10.244.0.0/16 goto KUBE-SVC-web
		goto KUBE-SVL-local
	}
	chain KUBE-SVL-local {
	}
	chain KUBE-SEP-web-pod-b {
		ip saddr 10.244.61.128 jump KUBE-MARK-MASQ
		meta l4proto tcp dnat to 10.244.61.128:8080
	}
}
`;
const chains = parseServiceChains(ruleset);
const from = (source: string, destination: string, port = 80): FirstPacket => ({
  source,
  destination,
  port,
  ownAddresses: new Set(['10.1.5.10']),
});

describe("kube-proxy's chains", () => {
  it.each([
    ['a pod as itself', from('10.244.1.2', '10.96.0.80'), false],
    ['a host as the node', from('10.1.9.10', '10.96.0.80'), true],
    ['a pod that reaches itself as the node', from('10.244.61.128', '10.96.0.80'), true],
    ['anybody by an external address as the node', from('10.244.1.2', '20.0.0.1'), true],
    ['anybody by a node port as the node', from('10.1.9.10', '10.1.5.10', 32000), true],
    ['a pod by an address that is for local endpoints', from('10.244.1.2', '20.0.0.2'), false],
  ])('send %s', (_, packet, isMasqueraded) => {
    expect(serviceNatOf(chains, packet)).toMatchObject({ to: '10.244.61.128', port: 8080, choices: 2, isMasqueraded });
  });

  it.each([
    ['another port', from('10.244.1.2', '10.96.0.80', 81)],
    ['another address', from('10.244.1.2', '10.96.0.99')],
    ['a node port of another machine', from('10.1.9.10', '10.1.5.11', 32000)],
    ['a host where no endpoint is local', from('10.1.9.10', '20.0.0.2')],
  ])('leave %s', (_, packet) => {
    expect(serviceNatOf(chains, packet)).toBeUndefined();
  });

  it('show the rules that took it', () => {
    expect(serviceNatOf(chains, from('10.1.9.10', '10.96.0.80'))?.asked.answer.split('\n')).toEqual([
      'ip daddr 10.96.0.80 tcp dport 80 goto KUBE-SVC-web',
      'ip saddr != 10.244.0.0/16 ip daddr 10.96.0.80 tcp dport 80 jump KUBE-MARK-MASQ',
      'numgen random mod 2 vmap { 0 : goto KUBE-SEP-web-pod-b, 1 : goto KUBE-SEP-web-pod-c }',
      'meta l4proto tcp dnat to 10.244.61.128:8080',
    ]);
  });
});
