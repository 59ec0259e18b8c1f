// Owns the Perl program that is pid 1 of a lab: it prepares the lab's own root, waits for its record, then reaps.

/**
 * Runs as pid 1 of the lab's pid namespace with perl-base alone. Arguments: the folder for logs, the folder with unpacked programs
 * ('-' for none). Protocol on its own stdin and stdout: it prints `ready <pid on the host>`, and goes on only when it
 * reads `go`, which labctl writes after the holder's record is on disk. End of file before that ends the holder, and
 * with pid 1 everything in its namespaces: a labctl killed between start and record leaves nothing. SIGCHLD is ignored, so
 * the kernel reaps what is orphaned to it (POSIX waitpid, SIG_IGN).
 */
export const holderProgram = String.raw`
use strict;
my ($logs, $programs) = @ARGV;
my $pid = readlink('/proc/self');
$^F = 255;
sub do_or_die { system(@_) == 0 or die "labctl holder: @_ failed\n"; }
sub put { open(my $f, '>', $_[0]) or die "labctl holder: $_[0]: $!\n"; print $f $_[1]; close $f or die "labctl holder: $_[0]: $!\n"; }
sub text { open(my $f, '<', $_[0]) or return ''; local $/; my $t = <$f>; close $f; return $t; }
$SIG{INT} = $SIG{HUP} = $SIG{TERM} = $SIG{PIPE} = 'IGNORE';
umask 022;
open(my $logfd, '<', $logs) or die "labctl holder: $logs: $!\n";
my $passwd = text('/etc/passwd'); my $group = text('/etc/group');
do_or_die(qw(mount -t proc -o nosuid,nodev,noexec proc /proc));
do_or_die(qw(mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run));
mkdir $_ for qw(/run/netns /run/labctl /run/labctl/logs /run/labctl/home /run/labctl/etc /run/labctl/machines /run/labctl/vartmp /run/labctl/varlog);
chmod 01777, '/run/labctl/vartmp';
do_or_die('mount', '--bind', '/proc/self/fd/' . fileno($logfd), '/run/labctl/logs');
$passwd .= "frr:x:900:900:FRR:/run/frr:/usr/sbin/nologin\n" unless $passwd =~ /^frr:/m;
$group .= "frr:x:900:\n" unless $group =~ /^frr:/m;
$group .= "frrvty:x:901:frr\n" unless $group =~ /^frrvty:/m;
put('/run/labctl/etc/passwd', $passwd); put('/run/labctl/etc/group', $group);
my @mounts = ('/run/labctl/vartmp /var/tmp none bind', '/run/labctl/varlog /var/log none bind');
(my $lower = $programs) =~ s/([ \\])/sprintf('\\%03o', ord $1)/ge;
push @mounts, "labctl-usr /usr overlay lowerdir=$lower/usr:/usr" if $programs ne '-';
push @mounts, "labctl-etc /etc overlay lowerdir=$lower/etc:/etc" if $programs ne '-' && ! -d '/etc/iproute2' && -d "$programs/etc/iproute2";
push @mounts, map { "/run/labctl/etc/$_ /etc/$_ none bind" } qw(passwd group);
put('/run/labctl/fstab', join('', map { "$_ 0 0\n" } @mounts));
do_or_die(qw(mount -a -T /run/labctl/fstab));
close $logfd;
$SIG{CHLD} = 'IGNORE';
$| = 1;
print "ready $pid\n";
my $word = <STDIN>;
exit 1 unless defined $word && $word eq "go\n";
open(STDIN, '<', '/dev/null'); open(STDOUT, '>', '/dev/null'); open(STDERR, '>>', '/run/labctl/logs/holder.log');
sleep 3600 while 1;
`;
