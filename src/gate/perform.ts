import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FileInput } from '../core/action.ts'
import type { Clock } from '../core/clock.ts'
import { CodedError } from '../core/errors.ts'
import { run } from '../process/run.ts'
import type { Entry, Seen, Settled } from './govern.ts'

export class PerformError extends CodedError<'perform/expired' | 'perform/not-runnable'> {}

const LONGEST_MS = 10 * 60 * 1000
const OUTPUT_BYTES = 1 << 20

/** Grants that were used: each runs once. */
const used = new WeakSet<object>()

/** Runs exactly what was judged, or hands it over to the host that will. */
export async function perform({ grant, entry }: Extract<Settled, { kind: 'grant' }>, clock: Clock): Promise<Seen> {
  const { request, action } = entry.captured
  if (used.has(grant) || clock.now() > grant.runBy || grant.action !== action.digest)
    throw new PerformError('perform/expired', 'the grant was used, is too old, or is for another call')
  used.add(grant)
  if (request.perform === 'host') return { kind: 'handed over' }
  if (action.kind === 'shell' && typeof action.input === 'string') return await shell(action.input, entry)
  if (action.kind === 'file') return file(action.input as unknown as FileInput & { old?: string; new?: string })
  throw new PerformError('perform/not-runnable', `the guard can't run a \`${action.kind}\` call`, {
    hint: 'let the host run it',
  })
}

async function shell(command: string, { captured: { action, request } }: Entry): Promise<Seen> {
  const bash = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh'
  const env = request.env ?? { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: action.home }
  const umask = (request.umask ?? 0o022).toString(8)
  // The text goes in as an argument: nothing of it is read by the outer shell.
  const args = ['-c', 'umask "$1" && exec "$2" -c "$3"', 'sh', umask, bash, command]
  const { code, stdout, stderr, truncated } = await run('/bin/sh', args, {
    cwd: action.cwd,
    env,
    timeoutMs: LONGEST_MS,
    maxBytes: OUTPUT_BYTES,
  })
  return { kind: 'ran', code, stdout, stderr, truncated }
}

function file(input: FileInput & { old?: string; new?: string }): Seen {
  try {
    const stdout = fileOperation(input)
    return {
      kind: 'ran',
      code: 0,
      stdout: stdout.slice(0, OUTPUT_BYTES),
      stderr: '',
      truncated: stdout.length > OUTPUT_BYTES,
    }
  } catch (error) {
    return {
      kind: 'ran',
      code: 1,
      stdout: '',
      stderr: error instanceof Error ? error.message : String(error),
      truncated: false,
    }
  }
}

function fileOperation({ operation, path, to, content, ...edit }: FileInput & { old?: string; new?: string }): string {
  switch (operation) {
    case 'read':
      return readFileSync(path, 'utf8')
    case 'write':
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content ?? '')
      return ''
    case 'edit': {
      const text = readFileSync(path, 'utf8')
      const parts = edit.old === undefined || edit.old === '' ? [] : text.split(edit.old)
      if (parts.length !== 2)
        throw new Error(`\`old\` occurs ${Math.max(0, parts.length - 1)} times in ${path}, not once`)
      writeFileSync(path, parts.join(edit.new ?? ''))
      return ''
    }
    case 'delete':
      rmSync(path, { recursive: true })
      return ''
    case 'move':
      renameSync(path, to ?? path)
      return ''
  }
}
