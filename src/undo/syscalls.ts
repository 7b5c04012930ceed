import { startCompanion } from '../process/companion.ts'
import { CHILD, type Run } from './child.ts'

/**
 * What Node can't do, extended attributes and times to the nanosecond (`utimes` takes a double, which cuts to 238 ns at
 * best), and what it is slow at, thousands of links. Perl, kept warm, does it by the system's own calls.
 * Without perl, or on a system whose call numbers are not here, `touch` sets the times, attributes are not kept, and the
 * caller links by himself.
 */
export interface Syscalls {
  /** For each path its attributes, or undefined where they can't be read or the inode is another one by now. */
  attributes(paths: readonly { path: string; inode: string }[], timeoutMs: number): Promise<(Attributes | undefined)[]>
  /** Sets attributes, then times; what failed, one sentence each. */
  dress(wishes: readonly Wish[]): Promise<string[]>
  /**
   * Links files to `to` with a number at its end, counted from `first`. For each the inode that is linked now, as the
   * numbers and texts of a JSON list, the size first; undefined where it is no file, has more names, or can't be linked.
   */
  link(
    files: readonly string[],
    where: { to: string; first: number },
    timeoutMs: number,
  ): Promise<(string | undefined)[]>
}

export type Attributes = Readonly<Record<string, string>>

export interface Wish {
  /** What a child reaches the inode by. */
  readonly forChild: string
  /** `forChild` leads to the inode through a link of `/proc`. */
  readonly follows: boolean
  /** What a person calls it. */
  readonly path: string
  readonly atimeNs: string
  readonly mtimeNs: string
  readonly attributes: Attributes | undefined
}

/** Linux call numbers: setxattr, getxattr, listxattr, removexattr, utimensat, statx. */
const CALLS: Readonly<Record<string, string>> = {
  x64: '188,191,194,197,280,332',
  arm64: '5,8,11,14,88,291',
  riscv64: '5,8,11,14,88,291',
}

/**
 * In: a word and a number, then as many lines; out: lines, then `end`.
 * `read`: path in hexadecimal, inode → `-` or `name=value …`. `dress`: path, times, `-` or the wanted attributes → a line
 * for each failure, its number first. `link` (the words go on with where to and the first number): path → `-` or the inode.
 * 0x200000 is O_PATH, which opens what may not be read; `statx` has one layout on all machines.
 */
const SCRIPT = `
use strict; use Fcntl;
my ($set, $get, $list, $remove, $utimens, $statx) = map { $_ + 0 } split /,/, shift;
sub attributes { my ($at) = @_; my $names = "\\0" x 65536; my %found;
  my $n = syscall($list, $at, $names, 65536);
  if ($n < 0) { return $! + 0 == 95 ? {} : undef } # not supported
  for my $name (split /\\0/, substr($names, 0, $n)) { my $value = "\\0" x 65536;
    my $m = syscall($get, $at, $name, $value, 65536); return undef if $m < 0;
    $found{unpack 'H*', $name} = unpack 'H*', substr($value, 0, $m) }
  return \\%found }
sub show { my ($path, $inode) = split / /, $_[0]; $path = pack 'H*', $path; my $found;
  if (sysopen(my $fh, $path, 0x200000 | O_NOFOLLOW)) { my @stat = stat $fh;
    $found = attributes('/proc/self/fd/' . fileno $fh) if @stat && "$stat[0]:$stat[1]" eq $inode }
  print defined $found ? join(' ', map { "$_=$found->{$_}" } sort keys %$found) : '-', "\\n" }
sub dress { my ($number, $line) = @_; my ($at, $as, $an, $ms, $mn, @pairs) = split / /, $line;
  unless (@pairs && $pairs[0] eq '-') { my %want = map { split /=/, $_, 2 } @pairs; my $have = attributes($at);
    if (!defined $have) { print "$number attributes\\n"; $have = {} }
    for (grep { !exists $want{$_} } keys %$have) { my $name = pack 'H*', $_;
      syscall($remove, $at, $name) == 0 or $name =~ /^security\\./ or print "$number attribute $name\\n" }
    for (keys %want) { next if exists $have->{$_} && $have->{$_} eq $want{$_};
      my ($name, $value) = (pack('H*', $_), pack('H*', $want{$_}));
      syscall($set, $at, $name, $value, length $value, 0) == 0 or print "$number attribute $name\\n" } }
  my $times = pack 'q4', $as, $an, $ms, $mn;
  syscall($utimens, -100, $at, $times, 0) == 0 or print "$number times\\n" }
sub place { my ($mine, $path) = @_; my $stat = "\\0" x 256;
  return print "-\\n" unless link $path, $mine;
  if (syscall($statx, -100, $mine, 0x100, 0x7ff, $stat) == 0) {
    my ($names, $uid, $gid, $mode, $ino, $size, $blocks, $as, $an, undef, undef, $cs, $cn, $ms, $mn, $major, $minor) =
      unpack 'x16 L L L S x2 Q Q Q x8 q L x4 q L x4 q L x4 q L x4 x8 L L', $stat;
    my $device = ($major & ~0xfff) << 32 | ($major & 0xfff) << 8 | ($minor & ~0xff) << 12 | $minor & 0xff;
    my ($mtime, $atime, $ctime) = map { $_->[0] * 1000000000 + $_->[1] } [$ms, $mn], [$as, $an], [$cs, $cn];
    return printf qq(%d,%d,%d,%d,"%d:%d","%d","%d","%d",%d\\n), $size, $mode & 07777, $uid, $gid, $device, $ino,
      $mtime, $atime, $ctime, $blocks * 512 < $size if $names == 2 && ($mode & 0170000) == 0100000 }
  unlink $mine; print "-\\n" }
while (<STDIN>) { chomp; my ($what, $count, $first, $to) = split / /, $_, 4;
  for my $number (0 .. $count - 1) { my $line = <STDIN>; chomp $line;
    if ($what eq 'read') { show($line) } elsif ($what eq 'dress') { dress($number, $line) }
    else { place($to . ($first + $number), $line) } }
  { local $| = 1; print "end\\n" } }
`

export function makeSyscalls(run: Run, companion: typeof startCompanion = startCompanion): Syscalls {
  const calls = process.platform === 'linux' ? CALLS[process.arch] : undefined
  const perls = calls === undefined ? [] : [0, 1].map(() => companion('perl', ['-e', SCRIPT, calls], CHILD))
  let turn = 0
  const ask = async (what: string, lines: readonly string[], timeoutMs: number): Promise<string[] | undefined> => {
    // Two take turns: links go into folders of their own, and the file system makes them side by side.
    const answer = await perls[turn++ % 2]?.ask(`${what}\n${lines.join('')}`, timeoutMs)
    return answer?.split('\n').slice(0, -1)
  }
  return {
    async attributes(paths, timeoutMs) {
      if (paths.length === 0) return []
      const asked = paths.map(({ path, inode }) => `${Buffer.from(path).toString('hex')} ${inode}\n`)
      const lines = await ask(`read ${paths.length}`, asked, timeoutMs)
      return paths.map((_, index) => parse(lines?.[index] ?? '-'))
    },

    async dress(wishes) {
      const failed = await ask(`dress ${wishes.length}`, wishes.map(line), CHILD.timeoutMs)
      if (failed === undefined) return touch(run, wishes)
      return failed.map((text) => {
        return `\`${wishes[Number.parseInt(text, 10)]?.path}\`: could not set ${text.replace(/^\d+ /, '')}`
      })
    },

    async link(files, { to, first }, timeoutMs) {
      const asked = files.map((file) => `${file}\n`)
      const lines = await ask(`link ${files.length} ${first} ${to}`, asked, timeoutMs)
      return files.map((_, index) => (lines?.[index] === '-' ? undefined : lines?.[index]))
    },
  }
}

function parse(text: string): Attributes | undefined {
  if (text === '-') return undefined
  return Object.fromEntries(
    text
      .split(' ')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=') as [string, string]),
  )
}

function line(wish: Wish): string {
  const pairs = wish.attributes === undefined ? ['-'] : Object.entries(wish.attributes).map((pair) => pair.join('='))
  return `${[wish.forChild, ...parts(wish.atimeNs), ...parts(wish.mtimeNs), ...pairs].join(' ')}\n`
}

/** Seconds and nanoseconds; the latter count forward, also before 1970. */
function parts(ns: string): [bigint, bigint] {
  const rest = ((BigInt(ns) % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return [(BigInt(ns) - rest) / 1_000_000_000n, rest]
}

async function touch(run: Run, wishes: readonly Wish[]): Promise<string[]> {
  const failed: string[] = []
  for (const { forChild, follows, path, atimeNs, mtimeNs, attributes } of wishes) {
    for (const [flag, ns] of [['-a', atimeNs] as const, ['-m', mtimeNs] as const]) {
      const [seconds, rest] = parts(ns)
      const time = `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${String(rest).padStart(9, '0')}Z`
      const ran = await run('touch', ['-c', ...(follows ? [] : ['-h']), flag, '-d', time, forChild], CHILD)
      if (ran.code !== 0) failed.push(`\`${path}\`: could not set times`)
    }
    if (attributes !== undefined && Object.keys(attributes).length > 0)
      failed.push(`\`${path}\`: could not set attributes`)
  }
  return failed
}
