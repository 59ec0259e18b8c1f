// Owns the Perl program that asks every BGP daemon of a lab at one time, over the sockets that vtysh and birdc use.

/**
 * Input: a line a daemon, `frr|bird <machine> <socket>`. Output: `@labctl@ <kind> <machine>` and what the daemon's own
 * client would print of `show bgp summary json` or `show protocols`. One process instead of a client for each: vtysh alone
 * takes 20 ms to start. FRR's sockets take a command ended by NUL and end an answer with three NULs and a status; BIRD's
 * lines carry a code that its client cuts off.
 */
export const lookProgram = String.raw`
use strict;
use Socket;
$SIG{ALRM} = sub { die "timeout\n" };
$| = 1;
while (my $line = <STDIN>) {
  chomp $line;
  my ($kind, $machine, $path) = split / /, $line;
  my $answer = '';
  eval {
    alarm 3;
    socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;
    connect($s, pack_sockaddr_un($path)) or die;
    if ($kind eq 'frr') {
      syswrite($s, "show bgp summary json\0");
      while (sysread($s, my $part, 65536)) { $answer .= $part; last if $answer =~ /\0\0\0.\z/s; }
      $answer =~ s/\0\0\0.\z//s;
    } else {
      my $all = '';
      syswrite($s, "show protocols\n");
      while (sysread($s, my $part, 65536)) { $all .= $part; last if $all =~ /^(?:0000|8\d\d\d|9\d\d\d) .*\n\z/m; }
      for (split /\n/, $all) { next if /^0001 /; s/^(?:\d{4}[ -]| )//; $answer .= "$_\n"; }
    }
    alarm 0;
  };
  alarm 0;
  print "\@labctl\@ $kind $machine\n$answer\n";
}
`;
