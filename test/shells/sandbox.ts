import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Job, LIMIT_MS } from './job.ts'
import { REAL, writeStubs } from './stubs.ts'

export const SHELLS = ['bash', 'zsh', 'dash'] as const
export type ShellName = (typeof SHELLS)[number]

/** As Claude Code starts them: not interactive, aliases on. */
const ARGV: Readonly<Record<ShellName, Job['argv']>> = {
  bash: ['bash', '-O', 'expand_aliases', '-c'],
  zsh: ['zsh', '-f', '-c'],
  dash: ['dash', '-c'],
}

/** The arguments of one program that was started, its path first. */
export type Execution = readonly string[]

/** Of a user who is not root, a namespace with no other user; root's own would still be root to the machine's files. */
const ROOT = process.getuid?.() === 0
const APART = ROOT
  ? ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try']
  : ['--unshare-all']
/** What root has left: nobody's rights, for good, and no more processes than a text may need. */
const UNPRIVILEGED = ROOT
  ? [
      ...[`${REAL}/prlimit`, '--nproc=400', '--', `${REAL}/setpriv`, '--reuid=65534', '--regid=65534'],
      ...['--clear-groups', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'],
    ]
  : []

const HOME = '/home/dev'
const BATCH = 200

/** Why no sandbox can be had here; empty where one can. */
export function missing(): string {
  const absent = ['bwrap', ...SHELLS].filter((name) => !existsSync(`/usr/bin/${name}`))
  return absent.length === 0 ? '' : `not installed: ${absent.join(', ')}`
}

/** Runs texts in a namespace that holds shells, recording programs and nothing else. */
export class Sandbox {
  readonly #folder = mkdtempSync(join(tmpdir(), 'interlock-shells-'))

  constructor(names: Iterable<string>) {
    chmodSync(this.#folder, 0o755)
    writeStubs(this.#folder, names)
  }

  close(): void {
    rmSync(this.#folder, { recursive: true })
  }

  /** What each text started under `shell`, in order; undefined where it took the record along. */
  async run(shell: ShellName, texts: readonly string[]): Promise<readonly (readonly Execution[] | undefined)[]> {
    const found: (readonly Execution[] | undefined)[] = []
    while (found.length < texts.length) {
      const jobs = texts
        .slice(found.length, found.length + BATCH)
        .map((text) => ({ argv: ARGV[shell], text, cwd: CWD }))
      const told = await this.#batch(jobs)
      found.push(...told)
      if (told.length < jobs.length) found.push(undefined)
    }
    return found
  }

  async #batch(jobs: readonly Job[]): Promise<readonly (readonly Execution[] | undefined)[]> {
    const timeout = 10_000 + jobs.length * LIMIT_MS
    const child = spawn('bwrap', this.#arguments(), { stdio: 'pipe', timeout, killSignal: 'SIGKILL' })
    child.stdin.on('error', () => undefined)
    child.stdin.end(JSON.stringify(jobs))
    let [said, complaint] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text
    })
    await new Promise((resolve) => child.on('close', resolve))
    const lines = said.split('\n').slice(0, -1)
    if (lines.length === 0 && complaint !== '') throw new Error(`the sandbox did not start: ${complaint}`)
    return lines.map((line) => (JSON.parse(line) as readonly Execution[] | null) ?? undefined)
  }

  /**
   * INVARIANT: what a text does, as `chmod -R 000 /`, reaches nothing of this machine. Read-only mounts don't do for
   * root: `/proc/1/exe` would be bwrap's own file, and devices are the machine's. So nothing inside has the rights of
   * root, and the driver is the first process, in bwrap's stead.
   */
  #arguments(): readonly string[] {
    const library = ['/usr/lib', '/usr/lib64', '/usr/share/zsh'].flatMap((path) => ['--ro-bind-try', path, path])
    const links = ['lib', 'lib64', 'bin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`])
    return [
      ...[...APART, '--as-pid-1', '--die-with-parent', '--new-session', '--clearenv', '--tmpfs', '/'],
      ...['/usr', '/real', '/etc', '/home'].flatMap((path) => ['--perms', '0755', '--dir', path]),
      ...[...library, ...links, '--ro-bind', '/usr/bin', REAL, '--ro-bind', this.#folder, '/usr/bin'],
      ...['--ro-bind', import.meta.dirname, '/driver', '--ro-bind', process.execPath, '/real/node'],
      ...['--ro-bind', '/etc/passwd', '/etc/passwd', '--dev', '/dev', '--proc', '/proc'],
      ...[HOME, '/w', '/log', '/tmp'].flatMap((path) => ['--perms', '1777', '--tmpfs', path]),
      ...['--remount-ro', '/', '--setenv', 'PATH', '/usr/bin:/bin', '--setenv', 'HOME', HOME],
      ...['--setenv', 'LC_ALL', 'C.UTF-8', '--chdir', '/w', ...UNPRIVILEGED, '/real/node', '/driver/driver.ts'],
    ]
  }
}

/** The folder that every text starts in. */
export const CWD = '/w/project'
