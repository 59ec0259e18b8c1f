// Owns the likely causes of failures that are known: a small table from what was seen to what lies behind it.

import type { Failure } from './verdict.ts';

/** One known cause: patterns of a failure's words; `given` is a failure that must be there too. */
interface KnownCause {
  readonly what: RegExp;
  readonly expected?: RegExp;
  readonly seen?: RegExp;
  readonly given?: RegExp;
  readonly cause: string;
}

/** The first that fits is told; the more particular stand first. */
const known: readonly KnownCause[] = [
  {
    what: /^session /,
    seen: /Connection refused/,
    cause:
      'nothing listens on TCP port 179 at the far end: its BGP daemon does not run, or does not know this neighbor',
  },
  {
    what: /^session /,
    seen: /Host is unreachable|No route to host|Network is unreachable/,
    cause: 'the neighbor address is not reachable: its link is down, or it was autodetected on another interface',
  },
  {
    what: /^session /,
    seen: /Bad peer AS|wrong AS|bad AS/i,
    cause: 'the far end has another AS number than is configured here (RFC 4271 section 6.2)',
  },
  { what: /^session /, seen: /Idle \(Admin\)|^down$/, cause: 'the session was shut down or disabled by hand' },
  {
    what: /^session /,
    seen: /Hold timer expired/i,
    cause: 'the far end fell silent for the hold time: its daemon hangs or was stopped, or packets are dropped',
  },
  { what: /^session /, seen: /no such session/, cause: 'the neighbor is not configured on this machine' },
  { what: /^session /, expected: /^no session$/, cause: 'a neighbor was configured that the lab does not have' },
  {
    what: /^session /,
    seen: /^(?:start|down|up)? ?(?:Active|Connect|Idle|OpenSent|OpenConfirm|Passive)/,
    cause: 'the far end does not answer or refuses: look there for the session and its log',
  },
  {
    what: /^route /,
    seen: /^no route$/,
    given: /^session /,
    cause: 'a session is not Established, so routes behind it are withdrawn',
  },
  {
    what: /^route /,
    expected: /^no route$/,
    cause: 'it was added by hand, or a neighbor advertises more than the lab does',
  },
  {
    what: /^route /,
    seen: /^no route$/,
    cause:
      'it was deleted from the kernel, or its daemon no longer writes it; BIRD and FRR do not put back what others delete',
  },
  {
    what: /^BGP path /,
    expected: /^no such path$/,
    cause:
      'a neighbor advertises a prefix that the lab does not have it advertise: a filter or a network statement was changed',
  },
  {
    what: /^BGP path /,
    seen: /^no such path$/,
    given: /^session /,
    cause: 'a session is not Established, so the paths of that neighbor are gone',
  },
  {
    what: /^BGP path /,
    seen: /LOCAL_PREF|AS path/,
    cause: 'a policy (route-map, BGPFilter, next-hop-self) of the neighbor or of this machine was changed',
  },
  {
    what: /^(?:neighbor|forwarding) /,
    cause:
      'Felix writes these entries and VXLAN learns none by itself: packets to that node are dropped until it is back',
  },
  {
    what: /^unfragmented packet/,
    expected: /^an answer$/,
    cause: 'a link or tunnel on the way has a smaller MTU than both ends assume: small pings pass, TCP stalls',
  },
  { what: /^unfragmented packet/, expected: /too large/, cause: 'an MTU on the way was raised' },
  {
    what: /^MTU of /,
    cause: 'tunnels need 20 (IPIP) or 50 (VXLAN) bytes less than the link below them; both ends must agree',
  },
  {
    what: /^encapsulation /,
    expected: /^(?:IPIP|VXLAN)$/,
    seen: /plain/,
    cause:
      "a route leads past the tunnel: the pool's ipipMode or vxlanMode was changed, or another route is more specific",
  },
  {
    what: /^encapsulation /,
    expected: /^plain$/,
    seen: /IPIP|VXLAN/,
    cause: 'a tunnel is used inside a subnet: the pool says Always where the lab says CrossSubnet or Never',
  },
  {
    what: /^(?:ping|path|echo|encapsulation|unfragmented)/,
    given: /^(?:route|neighbor|forwarding|interface|addresses|session) /,
    cause: 'see the failures of sessions, interfaces, neighbors or routes: packets follow them',
  },
  {
    what: /^ping /,
    seen: /^no answer/,
    cause: 'every table is as it must be: look for rp_filter, a firewall rule or a proxy ARP entry on the way',
  },
];

/** The failure with its likely cause, if that is known; `all` are all failures of the same look. */
export function withCause(failure: Failure, all: readonly Failure[]): Failure {
  const fitting = known.find(
    ({ what, expected, seen, given }) =>
      what.test(failure.what) &&
      expected?.test(failure.expected) !== false &&
      seen?.test(failure.seen) !== false &&
      (given === undefined || all.some((other) => given.test(other.what))),
  );
  return fitting === undefined ? failure : { ...failure, cause: fitting.cause };
}
