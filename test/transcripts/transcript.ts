import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * A transcript is what a person sees in a terminal, as text:
 *
 *     # setup: a shell line that runs before, unseen
 *     # anything else is a comment
 *     $ a command
 *     what it prints, on stdout and stderr as they come
 *     ? 11
 *
 * `?` gives the exit code where it is not 0. In what is printed, a line `...` stands for any lines and `...` inside a
 * line for any text; the folders of the run are written `~` (home), `WORKSPACE` and `STATE`.
 */
export interface Transcript {
  readonly setup: readonly string[]
  readonly comments: readonly string[]
  readonly steps: readonly Step[]
}

export interface Step {
  readonly command: string
  readonly output: readonly string[]
  readonly code: number
}

export function parseTranscript(text: string): Transcript {
  const setup: string[] = []
  const comments: string[] = []
  const steps: { command: string; output: string[]; code: number }[] = []
  for (const line of text.replace(/\n+$/, '').split('\n')) {
    const step = steps.at(-1)
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [], code: 0 })
    else if (line.startsWith('# setup: ')) setup.push(line.slice(9))
    else if (step === undefined) comments.push(line)
    else if (/^\? \d+$/.test(line)) step.code = Number(line.slice(2))
    else step.output.push(line)
  }
  return { setup, comments, steps: steps.map((step) => ({ ...step, output: trimEnd(step.output) })) }
}

/** The text again, with an empty line between two commands. */
export function formatTranscript({ setup, comments, steps }: Transcript): string {
  const head = [...comments.filter((line) => line !== ''), ...setup.map((line) => `# setup: ${line}`)]
  const blocks = steps.map(formatStep)
  return `${[...(head.length > 0 ? [head.join('\n')] : []), ...blocks].join('\n\n')}\n`
}

export function formatStep({ command, output, code }: Step): string {
  return [`$ ${command}`, ...output, ...(code === 0 ? [] : [`? ${code}`])].join('\n')
}

/** The step as expected where that is how it went; else as it went, with those wildcards that still fit a line. */
export function settle(expected: Step, seen: Step): Step {
  if (expected.code === seen.code && matches(expected.output, seen.output)) return expected
  const wild = expected.output.filter((line) => line.includes('...') && line !== '...')
  return { ...seen, output: seen.output.map((line) => wild.find((each) => pattern(each).test(line)) ?? line) }
}

/** True where `seen` reads as `expected` says. */
export function matches(expected: readonly string[], seen: readonly string[]): boolean {
  const [first, ...rest] = expected
  if (first === undefined) return seen.length === 0
  if (first === '...') return seen.some((_, at) => matches(rest, seen.slice(at))) || matches(rest, [])
  const [line, ...others] = seen
  return line !== undefined && pattern(first).test(line) && matches(rest, others)
}

function pattern(line: string): RegExp {
  const literal = line.split('...').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`)
}

/** Runs the commands one after another in a home, a state folder and a git workspace made for them. */
export async function play(transcript: Transcript, root: string, launcher: string): Promise<Step[]> {
  // Where a temporary folder, or one that can be rebuilt, would be judged as such.
  const base = join(root, '.scratch')
  mkdirSync(base, { recursive: true })
  const place = realpathSync(mkdtempSync(join(base, 't-')))
  const [home, state, work, bin] = ['home', 'state', 'work', 'bin'].map((name) => join(place, name)) as Four
  for (const folder of [home, work, bin]) mkdirSync(folder)
  symlinkSync(launcher, join(bin, 'interlock'))
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    INTERLOCK_HOME: state,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
  const replace = (text: string): string =>
    text.replaceAll(work, 'WORKSPACE').replaceAll(state, 'STATE').replaceAll(home, '~')
  const run = async (command: string): Promise<Step> => {
    const log = join(place, 'output')
    const code = await shell(command, work, env, log)
    return { command, output: trimEnd(replace(readFileSync(log, 'utf8')).split('\n')), code }
  }
  try {
    for (const command of ['git init -q -b main', ...transcript.setup]) {
      const step = await run(command)
      if (step.code !== 0) throw new Error(`the setup failed:\n${formatStep(step)}`)
    }
    const steps: Step[] = []
    for (const { command } of transcript.steps) steps.push(await run(command))
    return steps
  } finally {
    // A guard that a command started would outlive the test.
    if (existsSync(state)) await run('interlock serve --stop')
    rmSync(place, { recursive: true, force: true })
  }
}

type Four = [string, string, string, string]

/** Output goes to a file: a guard that the command leaves behind would hold a pipe open. */
function shell(command: string, cwd: string, env: Record<string, string>, log: string): Promise<number> {
  const out = openSync(log, 'w')
  return new Promise<number>((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', out, out], timeout: 60_000 })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (signal === null) resolve(code ?? 1)
      else reject(new Error(`\`${command}\` was ended by ${signal}`))
    })
  }).finally(() => closeSync(out))
}

function trimEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1)
}
