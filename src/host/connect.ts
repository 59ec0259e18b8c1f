// Owns sending TCP connections, HTTP requests and UDP datagrams from a machine, each from a port that is known before.

import type { Shell } from '../base/shell.ts';

/** What is sent. */
export interface ConnectOptions {
  readonly kind: 'tcp' | 'http' | 'udp';
  readonly to: string;
  readonly port: number;
  /** The local port of the first; the next ones count up from it. */
  readonly from: number;
  readonly count: number;
  /** Bytes of a datagram's payload. */
  readonly payload: number;
  readonly signal?: AbortSignal | undefined;
}

/** What became of them. */
export interface ConnectResult {
  readonly transmitted: number;
  /** Connections made, HTTP answers, datagrams answered. */
  readonly received: number;
  /** What was said instead: `Connection refused`, `timed out`. */
  readonly errors: readonly string[];
}

/** perl-base only, as in every machine of a lab: a line for each, `ok` or `! ` and the error. */
const program = String.raw`
use strict;
use IO::Socket::IP;
my ($kind, $address, $port, $from, $count, $size) = @ARGV;
for my $n (0 .. $count - 1) {
  select undef, undef, undef, 0.2 if $n;
  my $s = IO::Socket::IP->new(PeerHost => $address, PeerPort => $port, LocalPort => $from + $n,
    Proto => $kind eq 'udp' ? 'udp' : 'tcp', Type => $kind eq 'udp' ? SOCK_DGRAM : SOCK_STREAM, Timeout => 2);
  if (!$s) { my $e = $!; print "! $e\n"; next; }
  if ($kind eq 'tcp') { print "ok\n"; close $s; next; }
  my $said;
  eval {
    local $SIG{ALRM} = sub { die "no answer\n" };
    alarm 2;
    $s->syswrite($kind eq 'http' ? "GET / HTTP/1.0\r\n\r\n" : 'labctl' . ('.' x ($size > 6 ? $size - 6 : 0)));
    while (1) { my $got = $s->sysread(my $part, 65536); die "$!\n" if !defined $got; last if !$got; $said .= $part; last if $kind eq 'udp'; }
    alarm 0;
  };
  my $e = $@; alarm 0;
  chomp $e;
  print defined $said ? "ok\n" : '! ' . ($e || 'no answer') . "\n";
}
`;

/** Sends one after the other, 0.2 s apart, with two seconds of patience each. No answer is a result, not an error. */
export async function connect(shell: Shell, options: ConnectOptions): Promise<ConnectResult> {
  const { kind, to, port, from, count, payload, signal } = options;
  const argv = ['perl', '-e', program, kind, to, ...[port, from, count, payload].map(String)];
  const ran = await shell.run(argv, { onFailure: 'return', signal });
  return { transmitted: count, ...readConnections(`${ran.stdout}${ran.exitCode === 0 ? '' : `! ${ran.stderr}`}`) };
}

/** Reads the program's lines. */
export function readConnections(text: string): Omit<ConnectResult, 'transmitted'> {
  const lines = text.split('\n').filter((line) => line !== '');
  const errors = lines.filter((line) => line.startsWith('! ')).map((line) => line.slice(2));
  return { received: lines.filter((line) => line === 'ok').length, errors: [...new Set(errors)] };
}
