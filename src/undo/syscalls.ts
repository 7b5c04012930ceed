import { startCompanion } from '../process/companion.ts'
import { CHILD, type Run } from './child.ts'

/**
 * What Node can't do: extended attributes, and times to the nanosecond (`utimes` takes a double, which cuts to 238 ns
 * at best). One perl process, kept warm, does it for any number of paths by the system's own calls; `touch` would be one
 * process a path. Where perl or the numbers of the calls are lacking, `touch` sets the times and attributes are not kept.
 */
export interface AttributeTools {
  /** For each path its attributes, or undefined where they can't be read or the inode is another one by now. */
  read(paths: readonly { path: string; inode: string }[], timeoutMs: number): Promise<(Attributes | undefined)[]>
  /** Sets attributes, then times; what failed, one sentence each. */
  write(wishes: readonly Wish[]): Promise<string[]>
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

/** Linux call numbers: setxattr, getxattr, listxattr, removexattr, utimensat. */
const CALLS: Readonly<Record<string, string>> = {
  x64: '188,191,194,197,280',
  arm64: '5,8,11,14,88',
  riscv64: '5,8,11,14,88',
}

/**
 * In: `read N` or `write N`, then N lines. `read`: path in hexadecimal and inode; out a line for each, `-` or
 * `name=value …`. `write`: path, times, and `-` or the wanted attributes; out a line for each failure, its number first.
 * Then `end`. 0x200000 is O_PATH: it opens what may not be read, and does not follow.
 */
const SCRIPT = `
use strict; use Fcntl; $| = 1;
my ($set, $get, $list, $remove, $utimens) = map { $_ + 0 } split /,/, shift;
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
while (<STDIN>) { my ($what, $count) = split;
  for my $number (0 .. $count - 1) { my $line = <STDIN>; chomp $line;
    $what eq 'read' ? show($line) : dress($number, $line) }
  print "end\\n" }
`

export function attributeTools(run: Run, companion: typeof startCompanion = startCompanion): AttributeTools {
  const calls = process.platform === 'linux' ? CALLS[process.arch] : undefined
  const perl = calls === undefined ? undefined : companion('perl', ['-e', SCRIPT, calls], CHILD)
  const ask = async (what: string, lines: readonly string[], timeoutMs: number): Promise<string[] | undefined> => {
    const answer = await perl?.ask(`${what} ${lines.length}\n${lines.join('')}`, timeoutMs)
    return answer?.split('\n').slice(0, -1)
  }
  return {
    async read(paths, timeoutMs) {
      if (paths.length === 0) return []
      const asked = paths.map(({ path, inode }) => `${Buffer.from(path).toString('hex')} ${inode}\n`)
      const lines = await ask('read', asked, timeoutMs)
      return paths.map((_, index) => parse(lines?.[index] ?? '-'))
    },

    async write(wishes) {
      const failed = await ask('write', wishes.map(line), CHILD.timeoutMs)
      if (failed === undefined) return touch(run, wishes)
      return failed.map((text) => {
        return `\`${wishes[Number.parseInt(text, 10)]?.path}\`: could not set ${text.replace(/^\d+ /, '')}`
      })
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
