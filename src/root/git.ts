import { run } from '../process/run.ts'

/** Nothing that a repository's or a person's settings name is run: no hook, monitor, pager, signer or converter. */
const SAFE = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'log.showSignature=false',
  'log.mailmap=false',
  'blame.ignoreRevsFile=',
]
const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_PAGER: 'cat',
  GIT_NO_REPLACE_OBJECTS: '1',
}
const LONGEST_MS = 10_000
const MOST_BYTES = 8 << 20

/** What git prints, read only; undefined where it fails, takes too long, or has more to say than we read. */
export async function gitIn(
  folder: string,
  args: readonly string[],
  timeoutMs: number = LONGEST_MS,
): Promise<string | undefined> {
  const safe = SAFE.flatMap((each) => ['-c', each])
  const options = { cwd: folder, env: ENVIRONMENT, timeoutMs, maxBytes: MOST_BYTES }
  const { code, stdout, truncated } = await run('git', [...safe, '-C', folder, ...args], options)
  return code === 0 && !truncated ? stdout : undefined
}
