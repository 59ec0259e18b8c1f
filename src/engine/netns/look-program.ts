// Owns the Perl program that asks every BGP daemon of a lab at one time, over the sockets that vtysh and birdc use.

/**
 * Input: a line a question, `<part> <machine> <socket> <command>`, where the part's name begins with `frr` or `bird`.
 * Output: `@labctl@ <part> <machine>` and what the daemon's own client would print. One process instead of a client for
 * each: vtysh alone takes 20 ms to start. FRR's sockets take a command ended by NUL and end an answer with three NULs and a status; BIRD's
 * lines carry a code that its client cuts off.
 */
export const lookProgram = String.raw`
use strict;
use Socket;
$SIG{ALRM} = sub { die "timeout\n" };
$| = 1;
# Whether the last line is the one that ends an answer; only that line is looked at, an answer may have megabytes.
sub ended { substr($_[0], rindex($_[0], "\n", length($_[0]) - 2) + 1) =~ /^(?:0000|[89]\d\d\d) .*\n\z/ }
while (my $line = <STDIN>) {
  chomp $line;
  my ($kind, $machine, $path, $command) = split / /, $line, 4;
  my $answer = '';
  eval {
    alarm 3;
    socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;
    connect($s, pack_sockaddr_un($path)) or die;
    if ($kind =~ /^frr/) {
      syswrite($s, "$command\0");
      while (sysread($s, my $part, 65536)) { $answer .= $part; last if $answer =~ /\0\0\0.\z/s; }
      $answer =~ s/\0\0\0.\z//s;
    } else {
      my $all = '';
      syswrite($s, "$command\n");
      while (sysread($s, my $part, 65536)) { $all .= $part; last if ended($all); }
      for (split /\n/, $all) { next if /^0001 /; s/^(?:\d{4}[ -]| )//; $answer .= "$_\n"; }
    }
    alarm 0;
  };
  alarm 0;
  print "\@labctl\@ $kind $machine\n$answer\n";
}
`;
