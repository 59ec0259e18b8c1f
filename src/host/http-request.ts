// Owns asking a pod's HTTP server from a machine: many requests by one process, each over a connection of its own.

import type { Shell } from '../base/shell.ts';

/** What one request found out: who answered and whom they saw asking, or why nobody did. */
export type Answer =
  | { readonly kind: 'answered'; readonly pod: string; readonly client: string }
  | { readonly kind: 'failed'; readonly error: string };

/** perl-base only, as in every machine of a lab: a line for each request, the answer's body or `! ` and an error. */
const program = String.raw`
use strict;
use IO::Socket::INET;
my ($address, $port, $count) = @ARGV;
for (1 .. $count) {
  my $said = '';
  my $s = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port, Proto => 'tcp', Timeout => 1);
  if (!$s) { print "! $@\n"; last; }
  eval {
    local $SIG{ALRM} = sub { die "no answer\n" };
    alarm 2;
    print $s "GET / HTTP/1.0\r\n\r\n";
    $said .= $_ while <$s>;
    alarm 0;
  };
  alarm 0;
  $said =~ s/^.*?\r?\n\r?\n//s;
  print $said =~ /\S/ ? $said : "! connected, and no answer\n";
}
`;

/** Sends `count` requests one after the other; the first that finds no connection ends them. */
export async function requestPods(
  shell: Shell,
  to: { readonly address: string; readonly port: number; readonly count: number },
  signal?: AbortSignal,
): Promise<readonly Answer[]> {
  const argv = ['perl', '-e', program, to.address, String(to.port), String(to.count)];
  return readAnswers((await shell.run(argv, { onFailure: 'return', signal })).stdout);
}

/** Reads the program's lines: `pod-b 10.244.1.5 10.1.9.10`, `! timeout`. */
export function readAnswers(text: string): readonly Answer[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line): Answer => {
    const [pod = '', , client = ''] = line.split(' ');
    if (pod === '!') return { kind: 'failed', error: line.slice(2).replace(/^IO::Socket::INET: /, '') };
    return { kind: 'answered', pod, client };
  });
}
