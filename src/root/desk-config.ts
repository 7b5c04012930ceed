import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { CodedError } from '../core/errors.ts'
import { readRegular } from '../store/regular.ts'
import { DeskConfig } from '../wire/desk-config.ts'

export class DeskConfigError extends CodedError<'desk/config'> {}

const NAME = 'desk.yaml'
const LONGEST = 1 << 20
const LONGEST_SECRET = 1 << 16

/** What `desk.yaml` in this folder says; the defaults where there is none. Throws `desk/config`: no desk starts on a guess. */
export function readDeskConfig(folder: string): DeskConfig {
  const path = join(folder, NAME)
  if (!existsSync(path)) return DeskConfig.parse({})
  return parseDeskConfig(path, read(path, LONGEST))
}

export function parseDeskConfig(path: string, text: string): DeskConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [wrong] = [...document.errors, ...document.warnings]
  if (wrong !== undefined) throw refused(`\`${path}\` is not valid YAML: ${wrong.message.split('\n')[0]}`)
  const parsed = DeskConfig.safeParse(document.toJS({ maxAliasCount: 16 }) ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const at = placeOf(issue)
  const offset = document.getIn(at, true) as { readonly range?: readonly [number, ...number[]] } | undefined
  const line = offset?.range === undefined ? '' : ` line ${lines.linePos(offset.range[0]).line}:`
  throw refused(`\`${path}\` does not fit:${line} ${at.join('.') || 'the file'}: ${sentenceOf(issue)}`)
}

type Issue = NonNullable<ReturnType<typeof DeskConfig.safeParse>['error']>['issues'][number]

/** An unknown key is at fault, and not what it stands in. */
function placeOf(issue: Issue | undefined): PropertyKey[] {
  const key = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  return [...(issue?.path ?? []), ...key]
}

function sentenceOf(issue: Issue | undefined): string {
  return issue?.code === 'unrecognized_keys' ? 'there is no such key' : (issue?.message ?? 'unreadable')
}

/** The first line of a file that `desk.yaml` names, relative to its own folder. Everybody's to read is nobody's secret. */
export function secretIn(folder: string, name: string): string {
  const path = resolve(folder, name)
  if (!existsSync(path)) throw refused(`\`${path}\`, which \`${NAME}\` names, is not there`)
  if ((statSync(path).mode & 0o007) !== 0)
    throw new DeskConfigError('desk/config', `\`${path}\` holds a secret and is open to everybody`, {
      hint: `chmod 600 ${path}`,
    })
  const secret = read(path, LONGEST_SECRET).trim()
  if (secret === '' || secret.includes('\n')) throw refused(`\`${path}\` holds no secret of one line`)
  return secret
}

function read(path: string, longest: number): string {
  try {
    const bytes = readRegular(path, longest + 1)
    if (bytes.length <= longest) return bytes.toString('utf8')
  } catch (cause) {
    throw new DeskConfigError('desk/config', `\`${path}\` can't be read`, { cause, hint: MEND })
  }
  throw refused(`\`${path}\` is longer than ${longest / 1024} KiB`)
}

const MEND = 'mend it and start the desk again: it does not run on a part of what was meant'

function refused(why: string): DeskConfigError {
  return new DeskConfigError('desk/config', why, { hint: MEND })
}
