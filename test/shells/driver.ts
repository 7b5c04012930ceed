/**
 * Runs inside the sandbox: each text of standard input by a shell, one after another, and after each says on standard
 * output, as a line of JSON, which programs were started. What a text leaves behind is killed before the next begins.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Job, LIMIT_MS } from './job.ts'
import { LOG, REAL } from './stubs.ts'

const jobs = JSON.parse(readFileSync(0, 'utf8')) as readonly Job[]
for (const job of jobs) {
  mkdirSync(job.cwd, { recursive: true })
  writeFileSync(LOG, '')
  await ended(job)
  killOthers()
  // A text that deletes everything deletes the record, too.
  process.stdout.write(`${JSON.stringify(existsSync(LOG) ? started(readFileSync(LOG, 'utf8')) : null)}\n`)
  for (const folder of [dirname(job.cwd), process.env.HOME ?? '', '/tmp']) empty(folder)
}

function empty(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
}

/** Until nothing holds the descriptor that all its children inherit, or time is up. */
function ended({ argv: [shell, ...options], text, cwd }: Job): Promise<void> {
  return new Promise((resolve) => {
    const nothing = 'ignore'
    const child = spawn(`${REAL}/${shell}`, [...options, text], {
      cwd,
      env: { ...process.env, PWD: cwd },
      argv0: shell,
      stdio: [nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, 'pipe'],
    })
    const timer = setTimeout(resolve, LIMIT_MS)
    const alive = (child.stdio as readonly unknown[])[9] as Readable
    alive.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    alive.resume()
    child.on('error', (error) => {
      throw error
    })
  })
}

/** Everything in this sandbox but itself and the first process. */
function killOthers(): void {
  try {
    process.kill(-1, 'SIGKILL')
  } catch {
    // There is nobody.
  }
}

function started(log: string): readonly (readonly string[])[] {
  const words = log.split('\0').slice(0, -1)
  const found: string[][] = []
  for (let at = 0; at < words.length; ) {
    const count = Number(words[at])
    // A shell that reads a stub as a script of its own goes by its own name.
    if (words[at + 1]?.includes('/')) found.push(words.slice(at + 1, at + 2 + count))
    at += 2 + count
  }
  return found
}
