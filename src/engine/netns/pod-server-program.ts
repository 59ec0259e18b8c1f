// Owns the Perl program that answers HTTP on port 80 of every pod: one process for all of them.

import type { PodDesign } from '../../design/design.ts';

/** Its input: which pods, and which of their addresses. */
export function podList(pods: readonly PodDesign[]): string {
  return pods.flatMap((pod) => pod.addresses.map(({ address }) => `${pod.name} ${address}\n`)).join('');
}

/**
 * One process listens in the network namespace of every pod (setns(2), then socket, then back) and answers each request
 * with one line, `<pod> <address> <client>`: who it is, and the address that the request came from. Input: a line a pod, `<namespace> <address>`. perl-base only; 8 MB for a hundred pods.
 */
export const podServerProgram = String.raw`
use strict;
use Socket qw(:DEFAULT inet_pton inet_ntop AF_INET6 pack_sockaddr_in6 unpack_sockaddr_in6 IPPROTO_TCP);
use Fcntl;
my %setns = (x86_64 => 308, aarch64 => 268, riscv64 => 268, ppc64le => 350, s390x => 339, armv7l => 375);
my $machine = do { open(my $f, '-|', 'uname', '-m') or die; my $m = <$f>; chomp $m; $m };
my $number = $setns{$machine} or die "labctl pods: no setns number for $machine\n";
sub enter { open(my $ns, '<', $_[0]) or die "labctl pods: $_[0]: $!\n"; syscall($number, fileno($ns), 0x40000000) == 0 or die "labctl pods: setns $_[0]: $!\n"; }
my (%listening, %asking);
while (my $line = <STDIN>) {
  chomp $line;
  my ($pod, $address) = split / /, $line;
  enter("/run/netns/$pod");
  my $v6 = $address =~ /:/;
  socket(my $socket, $v6 ? AF_INET6 : AF_INET, SOCK_STREAM, IPPROTO_TCP) or die "labctl pods: socket: $!\n";
  setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
  bind($socket, $v6 ? pack_sockaddr_in6(80, inet_pton(AF_INET6, $address)) : pack_sockaddr_in(80, inet_aton($address))) or die "labctl pods: bind $pod: $!\n";
  listen($socket, 64) or die "labctl pods: listen $pod: $!\n";
  fcntl($socket, F_SETFL, O_NONBLOCK);
  $listening{fileno($socket)} = [$socket, "$pod $address", $v6];
}
enter('/proc/1/ns/net');
open(my $ready, '>', '/run/labctl/pods.ready'); print $ready "$$\n"; close $ready;
$SIG{PIPE} = 'IGNORE';
while (1) {
  my $bits = '';
  vec($bits, $_, 1) = 1 for keys %listening, keys %asking;
  my $found = select($bits, undef, undef, %asking ? 1 : undef);
  for my $fd (grep { vec($bits, $_, 1) } keys %listening) {
    my ($socket, $answer, $v6) = @{ $listening{$fd} };
    while (my $from = accept(my $client, $socket)) {
      my $peer = $v6 ? inet_ntop(AF_INET6, (unpack_sockaddr_in6($from))[1]) : inet_ntoa((unpack_sockaddr_in($from))[1]);
      fcntl($client, F_SETFL, O_NONBLOCK);
      $asking{fileno($client)} = [$client, "$answer $peer\n", '', time];
    }
  }
  for my $fd (keys %asking) {
    my $ask = $asking{$fd};
    if ($found > 0 && vec($bits, $fd, 1)) {
      my $count = sysread($ask->[0], my $part, 4096);
      $ask->[2] .= $part if $count;
      if (!$count || length($ask->[2]) > 16384) { close $ask->[0]; delete $asking{$fd}; next; }
      if ($ask->[2] =~ /\r?\n\r?\n/) {
        my $body = $ask->[1];
        syswrite($ask->[0], "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n" . $body);
        close $ask->[0]; delete $asking{$fd}; next;
      }
    }
    if (time - $ask->[3] > 10) { close $ask->[0]; delete $asking{$fd}; }
  }
}
`;
