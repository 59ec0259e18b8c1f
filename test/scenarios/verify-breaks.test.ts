// For each kind of check one thing is broken in a running lab: `verify` must say exactly that, and be true again once it is mended.

import { describe, expect, it } from 'vitest';
import { missingBuild, type RunningLab, runnerKinds, withLab } from '../support/scenario.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: verify of broken labs: ${why}`);
const [kind] = why === undefined ? runnerKinds('verify of broken labs') : [];
if (kind === undefined) it.skip('verify of broken labs cannot run here', () => undefined);

/** A false check's failure, as `verify --format json` has it. */
interface Failure {
  readonly what: string;
  readonly where: string;
  readonly expected: string;
  readonly seen: string;
  readonly cause?: string;
}

/** One thing to break: commands by machine, what verify must then say among all it says, and the commands that mend it. */
interface Break {
  readonly what: string;
  readonly do: Commands;
  readonly undo: Commands;
  /** One pattern a failure: `<what> on <where>: <expected> | <seen>`. Each must be there. */
  readonly says: readonly RegExp[];
  /** Every failure must fit one of these or of `says`: what follows from the break. */
  readonly follows?: RegExp;
  readonly cause?: RegExp;
}

/** Machine to a command line, in order. */
type Commands = readonly (readonly [machine: string, command: string])[];

async function run(lab: RunningLab, commands: Commands): Promise<void> {
  for (const [machine, command] of commands) await lab.exec(machine, 'sh', '-c', command);
}

async function failures(lab: RunningLab, timeout: string): Promise<readonly Failure[]> {
  const { stdout } = await lab.labctl(['verify', lab.lab, '--timeout', timeout, '--format', 'json']);
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly failures: readonly Failure[] }[] };
  return checks.flatMap((check) => check.failures);
}

const textOf = ({ what, where, expected, seen }: Failure): string => `${what} on ${where}: ${expected} | ${seen}`;

async function tryBreak(lab: RunningLab, broken: Break): Promise<void> {
  await run(lab, broken.do);
  const seen = await failures(lab, '1ms');
  await run(lab, broken.undo);

  const texts = seen.map(textOf);
  for (const pattern of broken.says) expect(texts, broken.what).toContainEqual(expect.stringMatching(pattern));
  const allowed = [...broken.says, ...(broken.follows === undefined ? [] : [broken.follows])];
  expect(
    texts.filter((text) => !allowed.some((pattern) => pattern.test(text))),
    broken.what,
  ).toEqual([]);
  if (broken.cause !== undefined)
    expect(seen.map(({ cause = '' }) => cause).join('\n'), broken.what).toMatch(broken.cause);
  expect((await failures(lab, '60s')).map(textOf), `${broken.what}: mended`).toEqual([]);
}

/** Packets follow tables: what is asked of them may be false as well. */
const packets = /^(?:ping|path|echo|encapsulation|unfragmented packet)/;

const vtysh = (...lines: readonly string[]): string => `vtysh ${lines.map((line) => `-c '${line}'`).join(' ')}`;

/** Waits for what a router tells another, up to a minute. */
const until = (command: string): string => `timeout 60 sh -c "until ${command}; do sleep 0.1; done"`;

/** Takes the first line of a table away and keeps it for later. */
const takeFirst = (show: string, take: string): string =>
  `${show} | head -n 1 >/run/broken; set -- $(cat /run/broken); ${take}`;
const putBack = (put: string): string => `set -- $(cat /run/broken); rm /run/broken; ${put}`;

const plain: readonly Break[] = [
  {
    what: 'a route deleted',
    do: [['pod-a', 'ip route del default']],
    undo: [['pod-a', 'ip route add default via 169.254.1.1 dev eth0']],
    says: [/^route 0\.0\.0\.0\/0 on pod-a: 0\.0\.0\.0\/0 via 169\.254\.1\.1 dev eth0 \| no route$/],
    follows: packets,
    cause: /it was deleted from the kernel/,
  },
  {
    what: 'a metric changed',
    do: [['control-plane', takeFirst('ip route show default', 'ip route del default; ip route add $* metric 50')]],
    undo: [['control-plane', putBack('ip route del default; ip route add $*')]],
    says: [/^route 0\.0\.0\.0\/0 on control-plane: .* \| .*metric 50$/],
  },
  {
    what: 'a route nobody expects',
    do: [['worker', 'ip route add 192.0.2.0/24 via 10.1.5.1 proto 80']],
    undo: [['worker', 'ip route del 192.0.2.0/24']],
    says: [
      /^route 192\.0\.2\.0\/24 on worker: no route \| 192\.0\.2\.0\/24 via 10\.1\.5\.1 \(leaf0\) dev net0 proto 80$/,
    ],
  },
  {
    what: 'a session stopped',
    do: [['worker2', 'birdcl disable Node_10_1_8_1']],
    undo: [['worker2', 'birdcl enable Node_10_1_8_1']],
    says: [
      /^session 10\.1\.8\.1 on worker2: iBGP session with leaf1 \(10\.1\.8\.1\) Established \| down$/,
      /^session 10\.1\.8\.10 on leaf1: iBGP session with .* Established \| down (?:Idle|Active|Connect)/,
    ],
    follows: /^(?:BGP path|route|ping|path|echo|encapsulation|unfragmented packet)/,
    cause: /disabled by hand/,
  },
  {
    what: 'an address removed',
    do: [['pod-c', 'ip -o -4 addr show dev eth0 >/run/broken; set -- $(cat /run/broken); ip addr del $4 dev eth0']],
    undo: [
      [
        'pod-c',
        `${putBack('ip addr add $4 dev eth0')}; ip route add 169.254.1.1 dev eth0 scope link; ip route add default via 169.254.1.1 dev eth0`,
      ],
    ],
    says: [/^addresses of eth0 on pod-c: 10\.244\.[\d.]+\/32 \| none$/],
    follows:
      /^(?:route (?:0\.0\.0\.0\/0|169\.254\.1\.1\/32) on pod-c|ping|path|echo|encapsulation|unfragmented packet)/,
  },
  {
    what: 'an MTU changed',
    do: [['leaf1', 'ip link set dev eth3 mtu 1400']],
    undo: [
      ['leaf1', 'ip link set dev eth3 mtu 1500'],
      // Hosts remember a path's MTU for ten minutes (RFC 1191 section 6.3).
      ...['pod-a', 'pod-b', 'pod-c', 'pod-d', 'worker2', 'worker3'].map(
        (name) => [name, 'ip route flush cache'] as const,
      ),
    ],
    says: [
      /^MTU of eth3 on leaf1: MTU 1500 \| MTU 1400$/,
      /^unfragmented packet of 1500 bytes to pod-[bd] on pod-[ac]: an answer \| no answer/,
    ],
    follows: packets,
    cause: /smaller MTU than both ends assume/,
  },
  {
    what: 'a RIB attribute changed by a route-map',
    do: [
      [
        'spine0',
        vtysh(
          'configure terminal',
          'route-map longer permit 10',
          'set as-path prepend 64999',
          'router bgp 500',
          'address-family ipv4 unicast',
          'neighbor 10.1.10.1 route-map longer out',
          'do clear bgp ipv4 unicast 10.1.10.1 soft out',
        ),
      ],
      ['leaf0', until("vtysh -c 'show bgp ipv4 unicast' | grep -q 64999")],
    ],
    undo: [
      [
        'spine0',
        vtysh(
          'configure terminal',
          'router bgp 500',
          'address-family ipv4 unicast',
          'no neighbor 10.1.10.1 route-map longer out',
          'exit-address-family',
          'exit',
          'no route-map longer',
          'do clear bgp ipv4 unicast 10.1.10.1 soft out',
        ),
      ],
    ],
    says: [
      /^BGP path to 10\.244\.[\d.]+\/26 on leaf0: from 10\.1\.10\.2, .*AS path 500 65008.* \| .*AS path 500 64999 65008/,
    ],
    follows: /^(?:BGP path|route|ping|path|echo)/,
    cause: /a policy \(route-map/,
  },
  {
    what: 'ICMP dropped, every table as it must be',
    do: [
      [
        'leaf0',
        'nft add table ip broken; nft add chain ip broken f "{ type filter hook forward priority 0; }"; nft add rule ip broken f icmp type echo-request drop',
      ],
    ],
    undo: [['leaf0', 'nft delete table ip broken']],
    says: [/^ping to pod-b on pod-a: an answer with TTL 59 \| no answer/],
    follows: packets,
    cause: /rp_filter, a firewall rule/,
  },
];

const wrapped: readonly Break[] = [
  {
    what: 'a neighbor removed',
    do: [
      ['control-plane', takeFirst('ip neigh show nud permanent dev vxlan.calico', 'ip neigh del $1 dev vxlan.calico')],
    ],
    undo: [['control-plane', putBack('ip neigh replace $1 lladdr $3 dev vxlan.calico nud permanent')]],
    says: [
      /^neighbor 10\.244\.[\d.]+ on vxlan\.calico on control-plane: 10\.244\.[\d.]+ lladdr 66:[\da-f:]+ \| no such permanent entry$/,
    ],
    follows: /^(?:neighbor worker3|ping|path|echo|encapsulation|unfragmented packet)/,
    cause: /VXLAN learns none by itself/,
  },
  {
    what: 'a forwarding entry removed',
    do: [['worker', takeFirst('bridge fdb show dev vxlan.calico', 'bridge fdb del $1 dev vxlan.calico dst $3 self')]],
    undo: [['worker', putBack('bridge fdb append $1 dev vxlan.calico dst $3 self permanent')]],
    says: [/^forwarding of 66:[\da-f:]+ on vxlan\.calico on worker: 66:[\da-f:]+ dst 10\.1\.[\d.]+ \| no such entry$/],
    follows: packets,
    cause: /VXLAN learns none by itself/,
  },
  {
    what: 'encapsulation switched off for one block',
    do: [
      [
        'control-plane',
        takeFirst('ip route show dev vxlan.calico', 'ip route del $1; ip route add $1 via 10.1.5.1 dev net0 proto 80'),
      ],
    ],
    undo: [['control-plane', putBack('ip route del $1; ip route add $* dev vxlan.calico')]],
    says: [
      /^route 10\.244\.[\d.]+\/26 on control-plane: .*dev vxlan\.calico.* \| .*via 10\.1\.5\.1 dev net0 proto 80/,
      /^encapsulation towards pod-\w on pod-a: VXLAN \| plain$/,
    ],
    follows: /^(?:route|ping|path|echo|encapsulation|unfragmented packet)/,
    cause: /a route leads past the tunnel/,
  },
  {
    what: 'the MTU of a tunnel changed',
    do: [['control-plane', 'ip link set dev vxlan.calico mtu 1400']],
    undo: [['control-plane', 'ip link set dev vxlan.calico mtu 1450']],
    says: [/^MTU of vxlan\.calico on control-plane: MTU 1450 \| MTU 1400$/],
    follows: /^(?:MTU|ping|path|echo|unfragmented packet)/,
    cause: /50 \(VXLAN\) bytes less/,
  },
];

describe.skipIf(kind === undefined)('verify', () => {
  it('says what was broken in bgp-rr, each kind of check once', async () => {
    await withLab('bgp-rr', { kind: kind ?? 'root' }, async (lab) => {
      for (const broken of plain) await tryBreak(lab, broken);
    });
  });

  it('says what was broken in vxlan', async () => {
    await withLab('vxlan', { kind: kind ?? 'root' }, async (lab) => {
      for (const broken of wrapped) await tryBreak(lab, broken);
    });
  });
});
