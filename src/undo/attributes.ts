import { CHILD, type Run } from './child.ts'

/**
 * What Node can't do: extended attributes, and times to the nanosecond (`utimes` takes a double, which cuts to 238 ns
 * at best). One perl process does it for any number of paths by the system's own calls; `touch` would be one process a
 * path. Where perl or the numbers of the calls are lacking, `touch` sets the times and attributes are not kept.
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

const COMMON = `
use strict; use Fcntl; binmode STDIN; binmode STDOUT;
my ($set, $get, $list, $remove, $utimens) = map { $_ + 0 } split /,/, shift;
sub attributes { my ($at) = @_; my $names = "\\0" x 65536; my %found;
  my $n = syscall($list, $at, $names, 65536);
  if ($n < 0) { return $!{EOPNOTSUPP} || $!{ENOTSUP} ? {} : undef }
  for my $name (split /\\0/, substr($names, 0, $n)) { my $value = "\\0" x 65536;
    my $m = syscall($get, $at, $name, $value, 65536); return undef if $m < 0;
    $found{unpack 'H*', $name} = unpack 'H*', substr($value, 0, $m) }
  return \\%found }
`

/** In: path and inode, each ended by NUL. Out: a line for each, \`-\` or \`name=value …\`. 0x200000 is O_PATH. */
const READ = `${COMMON}
$/ = "\\0";
while (defined(my $path = <STDIN>)) { chomp $path; my $inode = <STDIN>; chomp $inode; my $found;
  if (sysopen(my $fh, $path, 0x200000 | O_NOFOLLOW)) { my @stat = stat $fh;
    $found = attributes('/proc/self/fd/' . fileno $fh) if @stat && "$stat[0]:$stat[1]" eq $inode }
  print defined $found ? join(' ', map { "$_=$found->{$_}" } sort keys %$found) : '-', "\\n" }
`

/** In: lines of path, times, and \`-\` or the wanted attributes. Out: lines of number and what failed. */
const WRITE = `${COMMON}
my $line = 0;
while (<STDIN>) { chomp; my ($at, $as, $an, $ms, $mn, @pairs) = split / /; my $keep = @pairs && $pairs[0] eq '-';
  unless ($keep) { my %want = map { split /=/, $_, 2 } @pairs; my $have = attributes($at);
    if (!defined $have) { print "$line attributes\\n"; $have = {} }
    for (grep { !exists $want{$_} } keys %$have) { my $name = pack 'H*', $_; syscall($remove, $at, $name) == 0 or $name =~ /^security\\./ or print "$line attribute $name\\n" }
    for (keys %want) { next if exists $have->{$_} && $have->{$_} eq $want{$_}; my ($name, $value) = (pack('H*', $_), pack('H*', $want{$_}));
      syscall($set, $at, $name, $value, length $value, 0) == 0 or print "$line attribute $name\\n" } }
  my $times = pack 'q4', $as, $an, $ms, $mn;
  syscall($utimens, -100, $at, $times, 0) == 0 or print "$line times\\n"; $line++ }
`

export function attributeTools(run: Run): AttributeTools {
  const calls = process.platform === 'linux' ? CALLS[process.arch] : undefined
  return {
    async read(paths, timeoutMs) {
      if (calls === undefined || paths.length === 0) return paths.map(() => undefined)
      const input = paths.map(({ path, inode }) => `${path}\0${inode}\0`).join('')
      const ran = await run('perl', ['-e', READ, calls], { ...CHILD, input, timeoutMs })
      const lines = ran.stdout.split('\n')
      // A run that failed or was cut short tells nothing of any path.
      if (ran.code !== 0 || ran.truncated || lines.length !== paths.length + 1) return paths.map(() => undefined)
      return paths.map((_, index) => parse(lines[index] ?? '-'))
    },

    async write(wishes) {
      if (calls === undefined) return touch(run, wishes)
      const ran = await run('perl', ['-e', WRITE, calls], { ...CHILD, input: wishes.map(line).join('') })
      if (ran.code !== 0) return touch(run, wishes)
      return ran.stdout
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => `\`${wishes[Number.parseInt(text, 10)]?.path}\`: could not set ${text.replace(/^\d+ /, '')}`)
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
