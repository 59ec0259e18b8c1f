// Owns the Perl program that takes away what BIRD 2 leaves in the kernel when a route's metric changes: one process for all nodes.

/**
 * A route's metric follows its LOCAL_PREF from Calico 3.32 on (calico.md B.5), and a route with another metric is another
 * route to Linux. BIRD 1.6 deletes the old one first; BIRD 2 asks the kernel to replace it (NLM_F_REPLACE), which adds the
 * new one beside the old, and the smaller metric of the two wins for good. This process hears every change of a node's
 * IPv4 and IPv6 routes (rtnetlink(7)), remembers BIRD's, and deletes one as soon as another of the same table and prefix
 * comes with another metric. Input: a line a node, the name of its network namespace. perl-base only.
 */
export const routeWatchProgram = String.raw`
use strict;
use Socket;
my %setns = (x86_64 => 308, aarch64 => 268, riscv64 => 268, ppc64le => 350, s390x => 339, armv7l => 375);
my $machine = do { open(my $f, '-|', 'uname', '-m') or die; my $m = <$f>; chomp $m; $m };
my $number = $setns{$machine} or die "labctl routes: no setns number for $machine\n";
sub enter { open(my $ns, '<', $_[0]) or die "labctl routes: $_[0]: $!\n"; syscall($number, fileno($ns), 0x40000000) == 0 or die "labctl routes: setns $_[0]: $!\n"; }
my ($AF_NETLINK, $NEW, $DELETE, $ASK, $BIRD) = (16, 24, 25, 26, 12);
my ($REQUEST, $DUMP) = (1, 0x300);
sub netlink { socket(my $s, $AF_NETLINK, SOCK_RAW, 0) or die "labctl routes: socket: $!\n"; $s }
my %nodes;
while (my $name = <STDIN>) {
  chomp $name;
  enter("/run/netns/$name");
  my ($heard, $said) = (netlink(), netlink());
  setsockopt($heard, SOL_SOCKET, SO_RCVBUF, 1 << 20);
  bind($heard, pack('SSLL', $AF_NETLINK, 0, 0, 0x40 | 0x400)) or die "labctl routes: bind $name: $!\n";
  $nodes{fileno($heard)} = { heard => $heard, said => $said, routes => {}, asks => [10] };
  # What is there already, one family after the other: a dump waits until the one before has ended.
  send($heard, pack('LSSLLCx11', 28, $ASK, $REQUEST | $DUMP, 1, 0, 2), 0);
}
enter('/proc/1/ns/net');
open(my $ready, '>', '/run/labctl/routes.ready'); print $ready "$$\n"; close $ready;
sub change {
  my ($node, $type, $message) = @_;
  my ($family, $length, $table, $protocol) = unpack('x16CCxxCC', $message);
  return if $protocol != $BIRD;
  my ($prefix, $metric, $at) = ('', 0, 28);
  while ($at + 4 <= length $message) {
    my ($size, $kind) = unpack('SS', substr($message, $at, 4));
    last if $size < 4;
    my $value = substr($message, $at + 4, $size - 4);
    $prefix = $value if $kind == 1;
    $metric = unpack('L', $value) if $kind == 6;
    $at += ($size + 3) & ~3;
  }
  my $known = $node->{routes}{join ' ', $family, $table, $length, unpack('H*', $prefix)} //= {};
  return delete $known->{$metric} if $type == $DELETE;
  for my $old (grep { $_ != $metric } keys %$known) {
    my $gone = delete $known->{$old};
    substr($gone, 4, 12) = pack('SSLL', $DELETE, $REQUEST, 0, 0);
    send($node->{said}, $gone, 0);
  }
  $known->{$metric} = $message;
}
while (1) {
  my $bits = '';
  vec($bits, $_, 1) = 1 for keys %nodes;
  next if select($bits, undef, undef, undef) < 1;
  for my $fd (grep { vec($bits, $_, 1) } keys %nodes) {
    my $node = $nodes{$fd};
    next unless defined recv($node->{heard}, my $all, 1 << 16, 0);
    while (length $all >= 16) {
      my ($size, $type) = unpack('LS', $all);
      last if $size < 16;
      change($node, $type, substr($all, 0, $size)) if $type == $NEW || $type == $DELETE;
      my $family = $type == 3 ? shift @{ $node->{asks} } : undef;
      send($node->{heard}, pack('LSSLLCx11', 28, $ASK, $REQUEST | $DUMP, 2, 0, $family), 0) if defined $family;
      $all = length $all > $size ? substr($all, ($size + 3) & ~3) : '';
    }
  }
}
`;
