import { type Field, known, literal } from '../lang/field.ts'
import { nameOption, outputs } from './drives.ts'
import type { CommandLine, ObjectTouch, Program, Touch } from './grammar.ts'
import { statements } from './sql.ts'
import { cut, fetched, from, hostOf, isLoopback, looksLikePath, path, run, shell } from './touch.ts'
import { type Meaning, meaningOf, typeOf } from './verbs.ts'

/** An argument that is no option, with the option that it stands behind. */
interface Operand {
  readonly field: Field
  readonly behind: string | undefined
}

interface Plain {
  readonly flags: readonly string[]
  readonly values: ReadonlyMap<string, readonly Field[]>
  readonly operands: readonly Operand[]
  /** What stands behind `--`. */
  readonly rest: readonly Field[]
}

/** Options whose value is free text or a pattern, never a verb. */
const TEXT =
  /^--?(?:m|message|n|name|filter|grep|search|query|q|label|title|body|text|description|key|env|format|tag|user)$/
/** Those of them whose value is written for people. */
export const PROSE = /^--?(?:m|message|n|name|grep|search|label|title|body|text|description|comment)$/
const VERB_FLAG = /^-(?:delete|destroy|purge|wipe)$|^--(?:delete|destroy|drop|purge|wipe|terminate|erase)(?:-[a-z-]+)?$/
/** Of the words that take away, those that do it for good often enough to ask. */
const TAKES_AWAY = /^(?:remove|rm|rmdir|rmi|rb|uninstall|flush|revoke|discard|decommission)\b/

/**
 * The general grammar of command lines, for a program that no table knows: its verb, the paths, hosts and names among
 * its arguments. What it can't see is assumed to be harmless; what it sees is assumed to be what it looks like.
 */
export function general(line: CommandLine, programNamed: Named): readonly Touch[] {
  const plain = takeApart(line.args)
  const isProgram = (name: string): boolean => programNamed(name) !== undefined
  const wrapped = wrappedCommand(line, programNamed)
  if (wrapped !== undefined) return [run(wrapped)]
  if (onlyHelps(plain) && !line.piped) return []
  const touches: Touch[] = [...outputs(plain.values), ...codes(plain.values), ...given(plain), ...queries(line)]
  touches.push(...remoteDatabases(line))
  const commands = [...plain.values].flatMap(([option, fields]) =>
    PROSE.test(option) || COMMAND.test(option) ? [] : fields,
  )
  touches.push(...commands.flatMap((field) => quotedCommand(field, isProgram)), ...listedCommand(line.args, isProgram))
  const command = plain.rest[0]
  if (command !== undefined && isProgram(literal(command) ?? '')) touches.push(run(plain.rest))
  else for (const field of plain.rest) if (looksLikePath(field)) touches.push(path('read', field))

  const found = plain.flags.some((flag) => /^--(?:dry-?run|what-if)$/.test(flag)) ? undefined : findVerb(plain)
  const inner = innerCommand(line.args, found, isProgram)
  if (inner !== undefined) return [...touches, run(inner)]
  const fetches = FETCHES.test(plain.operands[found?.at ?? -1]?.field.text ?? '')
  const sends = line.piped || (!fetches && isTransfer(plain)) || handsOver(plain)
  for (const { field, behind } of plain.operands)
    touches.push(
      ...(behind === undefined ? quotedCommand(field, isProgram) : []),
      ...operand(field, fetches ? undefined : found?.meaning, sends),
    )
  if (found === undefined || found.meaning.verb === 'read') return touches
  return [...touches, ...(mirrors(line.name, plain, found) ?? thing(line.name, plain, found))]
}

/** `--version 5` names one of several. */
function onlyHelps({ flags, values, rest }: Plain): boolean {
  return rest.length === 0 && (flags.includes('--help') || (flags.includes('--version') && !values.has('--version')))
}

function takeApart(args: readonly Field[]): Plain {
  const flags: string[] = []
  const values = new Map<string, Field[]>()
  const operands: Operand[] = []
  const add = (name: string, value: Field): void => void values.set(name, [...(values.get(name) ?? []), value])
  let behind: string | undefined
  for (const [i, field] of args.entries()) {
    if (literal(field) === '--') return { flags, values, operands, rest: args.slice(i + 1) }
    if (field.text.startsWith('-') && field.text !== '-') {
      const parts = cut(field, '=')
      behind = parts === undefined ? field.text : undefined
      flags.push(parts?.[0] ?? field.text)
      if (parts !== undefined) add(parts[0], parts[1])
      else if (/^-[a-z]\S/i.test(field.text)) add(field.text.slice(0, 2), from(field, 2))
      continue
    }
    if (behind !== undefined) add(behind, field)
    operands.push({ field, behind })
    behind = undefined
  }
  return { flags, values, operands, rest: [] }
}

/** Whether a path is something that the system or an account rests on. */
export function restsOn(field: Field): boolean {
  return RESTS_ON.test(field.text)
}

/** `tool exec rm x`: the words behind are another program's, where there is such a program. */
function innerCommand(
  args: readonly Field[],
  found: Found | undefined,
  isProgram: (name: string) => boolean,
): readonly Field[] | undefined {
  const at = args.findIndex((field) => /^(?:exec|run)$/.test(field.text))
  const next = args[at + 1]
  if (at < 0 || at > 2 || next === undefined || found?.meaning.irreversible === true) return undefined
  return isProgram(literal(next) ?? '') ? args.slice(at + 1) : undefined
}

/** A program by its basename, where a table knows it. */
type Named = (name: string) => Program | undefined

/**
 * `wrap 5 git reset --hard`: the first word is a program, and what follows is plainly said to it: an option, one of its
 * verbs, or what comes on its input.
 */
function wrappedCommand({ args, piped }: CommandLine, programNamed: Named): readonly Field[] | undefined {
  const at = args.findIndex((field) => !/^-|^[\d.]+[a-z]?$|^\w+=/.test(field.text))
  const word = literal(args[at] ?? known(''))
  const program = word === undefined || meaningOf(word) !== undefined ? undefined : programNamed(word)
  if (program === undefined) return undefined
  const next = literal(args[at + 1] ?? known('')) ?? ''
  const verbs = Object.keys(program.verbs ?? {}).flatMap((names) => names.split(' '))
  const said = /^-[a-z-]/i.test(next) || (next.length > 1 && verbs.includes(next)) || (next === '' && piped)
  return said ? args.slice(at) : undefined
}

/** `seek . -exec rm {} ;`. */
function listedCommand(args: readonly Field[], isProgram: (name: string) => boolean): readonly Touch[] {
  const at = args.findIndex((field) => /^-(?:exec|execdir|ok|okdir)$/.test(field.text))
  if (at < 0 || !isProgram(literal(args[at + 1] ?? known('')) ?? '')) return []
  const end = args.findIndex((field, i) => i > at && /^(?:;|\+)$/.test(field.text))
  const words = args.slice(at + 1, end < 0 ? undefined : end).filter((field) => field.text !== '{}')
  return [run(words, { more: 'arguments' })]
}

/** One argument that is a whole command line: `tool "rm -rf x"`. A sentence that begins like one is none. */
export function quotedCommand(field: Field, isProgram: (name: string) => boolean): readonly Touch[] {
  const [, name = ''] = /^([a-z][\w.+-]*) +(?:-|[./~$]|&&|\|\|?|;|\S+$)/.exec(field.text) ?? []
  return name !== '' && isProgram(name) ? [shell(field)] : []
}

/** A local path, then a place on another host: the path goes there. */
function isTransfer({ operands }: Plain): boolean {
  const plain = operands.filter(({ behind }) => behind === undefined || /^-[a-z]+$/i.test(behind))
  const last = plain.at(-1)?.field.text ?? ''
  return plain.length > 1 && /^[^/]*:/.test(last) && REMOTE.test(last) && !REMOTE.test(plain[0]?.field.text ?? '')
}

/** A file or text is handed over by an option: `--post-file x`, `-F name=@x`. */
function handsOver({ flags, values }: Plain): boolean {
  return flags.some((flag) => SENDS.test(flag)) || [...values.values()].flat().some(({ text }) => FILE_VALUE.test(text))
}

/** `sync a b --delete`: what the target has beyond the source goes. */
function mirrors(system: string, { flags, operands }: Plain, { meaning }: Found): readonly Touch[] | undefined {
  const target = operands.at(-1)?.field
  if (meaning.verb !== 'update' || target === undefined || !flags.some((flag) => VERB_FLAG.test(flag))) return undefined
  if (isPath(target, { ...meaning, verb: 'delete' })) return [path('delete', target, { tree: true })]
  return [{ kind: 'object', verb: 'delete', system, type: 'path', name: target, assumed: true }]
}

/** Values of options that say more than a name: a file that is handed over, a shell, what an account rests on. */
function given({ flags, values }: Plain): readonly Touch[] {
  const found: Touch[] = []
  if (flags.includes('--privileged') && !/^(?:false|0)$/.test(values.get('--privileged')?.[0]?.text ?? ''))
    found.push({ kind: 'object', verb: 'grant', system: 'host', type: 'rights', name: known('all'), where: 'host' })
  for (const field of [...values.values()].flat()) {
    const shared = /^(\/[^:]*):\/[^:]*(:.*)?$/.exec(field.text)
    if (shared !== null)
      found.push(path(/\bro\b/.test(shared[2] ?? '') ? 'read' : 'grant', known(shared[1] ?? ''), { tree: true }))
    const file = FILE_VALUE.exec(field.text)
    if (file !== null) found.push(path('read', from(field, file[0].length)))
    else if (/^(?:\/usr)?\/bin\/(?:ba|da|z|k)?sh$/.test(field.text)) found.push(run([field], { more: 'arguments' }))
    else if (restsOn(field)) found.push(path('update', field))
  }
  return found
}

interface Found {
  readonly meaning: Meaning
  /** Its place among the operands; -1 where a flag says it. */
  readonly at: number
}

function findVerb(plain: Plain): Found | undefined {
  let soft: Found | undefined
  for (const [at, { field, behind }] of plain.operands.slice(0, 5).entries()) {
    const word = literal(field)
    if (word === undefined || !/^[a-z][\w:.-]*$/i.test(word)) {
      if (behind === undefined) break
      continue
    }
    const meaning = lenient(word)
    if (meaning === undefined) continue
    if (behind !== undefined && ((TEXT.test(behind) && !isBare(plain, at)) || meaning.verb !== 'delete')) continue
    // `man rm`: nothing is named that could go.
    if (meaning.verb === 'delete' && !meaning.irreversible && plain.operands.length === at + 1 && behind === undefined)
      return { meaning: { ...meaning, verb: 'update' }, at }
    if (!meaning.soft) return { meaning, at }
    soft ??= { meaning, at }
  }
  const flag = plain.flags.find((name) => VERB_FLAG.test(name))
  if (flag !== undefined) return { meaning: { verb: 'delete', noun: '', irreversible: true, soft: false }, at: -1 }
  return soft
}

/** `-m rm -r x`: what stands first, with more behind it, is no value of a flag of one letter. */
function isBare({ operands }: Plain, at: number): boolean {
  return at === 0 && /^-[a-z]$/i.test(operands[0]?.behind ?? '') && operands.length > 1
}

function lenient(word: string): Meaning | undefined {
  const meaning = meaningOf(word)
  if (meaning?.verb !== 'delete' || meaning.irreversible || TAKES_AWAY.test(word)) return meaning
  return { ...meaning, verb: 'update' }
}

const RESTS_ON =
  /^\/etc\/|^\/dev\/(?:[shv]d[a-z]|nvme|mmcblk|r?disk\d|md\d|dm-|mapper\/)|^(?:~|\/home\/[^/]+|\/root|\/Users\/[^/]+)\/\.(?:ssh|gnupg|aws|kube|docker|bashrc|zshrc|profile)\b/
const FILE_VALUE = /^(?:[\w.-]+=)?@(?=[./~])/
const URL = /^[a-z][a-z0-9+.-]*:\/\//i
/** `api.index:app` is a module and what is in it. */
const REMOTE = /^(?:localhost|[\w-]+(?:\.[\w-]+)*\.[a-z\d-]+):(?![a-z_]\w*$)|^[\w.-]+@[\w.-]+/i
/** `package@1.2`, `package@latest`: one version of a thing, on no host. */
const SPECIFIC = /^@?[\w./-]+@(?:[\^~<>=v]*\d[\w.+-]*|latest|next|stable|beta|alpha|canary|lts|version)$/
const DOMAIN =
  /^(?:[a-z\d-]+\.)+(?:com|net|org|io|dev|co|ai|app|me|xyz|info|biz|cloud|site|online|tech|eu|de|uk|fr|ru|cn|example|test|internal)(?::\d+)?$/i
/** Verbs that bring what they name here. */
const FETCHES = /^(?:clone|import|install|add|checkout|restore|init)$/
/** Options that say what is sent. */
const SENDS = /^--(?:post|upload|data|form|body|send|attach)(?:-[a-z-]+)?$/
/** Statements that a database would run, wherever they stand. */
const STATEMENT =
  /^\s*(?:drop\s+(?:table|database|schema|index|view|user|role|keyspace|collection)\b|truncate\s+(?:table\s+)?[\w."`]+\s*;?\s*$|delete\s+from\s|(?:insert|merge)\s+into\s|update\s+[\w."`]+\s+set\s|alter\s+(?:table|database|user|role|system)\s|create\s+(?:table|database|schema|user|role)\s|(?:grant|revoke)\s+[\w ,]+\s+(?:on|to|from)\s)/i

/** What an operand is by its looks. */
function operand(field: Field, meaning: Meaning | undefined, sends: boolean): readonly Touch[] {
  const changes = sends || (meaning !== undefined && meaning.verb !== 'read')
  if (URL.test(field.text)) {
    if (!changes || /^file:/i.test(field.text)) return [fetched(field)]
    return [{ kind: 'host', verb: 'disclose', host: hostOf(field) }]
  }
  if (isHost(field.text)) {
    return [{ kind: 'host', verb: changes ? 'disclose' : 'read', host: hostOf(field) }]
  }
  if (!isPath(field, meaning)) return []
  if (meaning?.verb === 'delete') return [path('delete', field, { tree: true })]
  // What the system or an account rests on may be read by a familiar program, but an unfamiliar one may write it.
  return [path(restsOn(field) && meaning?.verb !== 'read' ? 'update' : 'read', field)]
}

function isHost(text: string): boolean {
  if (DOMAIN.test(text)) return true
  return REMOTE.test(text) && !text.includes('/node_modules/') && !/\.\w+@/.test(text) && !SPECIFIC.test(text)
}

/** What is destroyed for good is a path only where nothing else looks like it: `tank/data`, `owner/name` are names. */
function isPath(field: Field, meaning: Meaning | undefined): boolean {
  const { text } = field
  const named = meaning?.irreversible === true && /^[^./~][^:]*\/[^/.]+$/.test(text)
  const there = meaning?.verb === 'delete' && (isHost(text) || /^[a-z][\w-]+:(?![\\])/i.test(text))
  return !named && !there && looksLikePath(field)
}

/** The object that the verb is about, by the words around it. */
function thing(program: string, plain: Plain, { meaning, at }: Found): readonly ObjectTouch[] {
  const after = plain.operands.slice(at + 1).filter(({ behind }) => behind === undefined || at < 0)
  const group = at > 0 ? (literal(plain.operands[at - 1]?.field ?? known('')) ?? '') : ''
  const noun = meaning.noun === '' ? group : meaning.noun
  const named = nameOption(plain.values, noun)
  let name = named ?? after[0]?.field
  let type = noun
  // `delete environment prod`: with two words behind it, the first is the type.
  if (type === '' && named === undefined && after.length === 2 && !looksLikePath(after[1]?.field ?? known(''))) {
    type = literal(after[0]?.field ?? known('')) ?? ''
    name = after[1]?.field
  }
  if (meaning.verb === 'delete' && name !== undefined && named === undefined && isPath(name, meaning)) return []
  const word = plain.operands[at]?.field ?? known('')
  const controls = /^(?:config|configuration|settings?)$/.test(group || meaning.noun) && CONTROLS.test(name?.text ?? '')
  const own = program.replace(/[-_]?(?:ctl|cli|adm|admin)$/, '')
  // What is pushed by force takes the place of what others have there.
  const forced = literal(word) === 'push' && plain.flags.some((flag) => /^(?:-f|--force)$/.test(flag))
  return [
    {
      kind: 'object',
      verb: controls ? 'grant' : forced ? 'replace' : meaning.verb,
      ...(controls ? { where: 'host' } : forced || OUTWARD.test(literal(word) ?? '') ? { where: 'remote' } : {}),
      system: program,
      type: typeOf(type === '' || type.length > 60 ? own || program : type),
      name: name ?? known(''),
      assumed: true,
    },
  ]
}

/** Where others see it, in any program's language. */
const OUTWARD = /^(?:deploy|publish|upload)$/

/** Settings that say what a program may do, or who is asked. */
const CONTROLS = /(?:^|[._-])(?:hooks?|permissions?|approvals?|sandbox|guard\w*|allow\w*|deny\w*|trust\w*)(?:[._-]|$)/i

/** Statements among the arguments of a client that no table knows. */
function queries({ name, args }: CommandLine): readonly ObjectTouch[] {
  return args.flatMap((field, i) => {
    const text = cut(field, '=')?.[0].startsWith('-') ? (cut(field, '=')?.[1].text ?? '') : field.text
    if (!STATEMENT.test(text) || PROSE.test(args[i - 1]?.text ?? '')) return []
    return statements(text).map(({ verb, type, name: of }) => ({
      kind: 'object',
      verb,
      system: name,
      type,
      name: known(of),
      where: 'remote',
      assumed: true,
    }))
  })
}

const DATABASE = /^(?:jdbc:)?(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|sqlserver|clickhouse|cockroachdb):\/\//

/** Databases elsewhere that an argument leads to; the first words say whether they are only looked at. */
export function remoteDatabases({ args }: CommandLine): readonly ObjectTouch[] {
  const verbs = args.slice(0, 3).flatMap((field) => meaningOf(literal(field) ?? '')?.verb ?? [])
  if (verbs.length > 0 && verbs.every((verb) => verb === 'read')) return []
  return args.flatMap((field) => {
    const url = cut(field, '=')?.[0].startsWith('-') ? (cut(field, '=')?.[1] ?? field) : field
    const host = hostOf(known(url.text.replace(/^jdbc:/, '')))
    if (!DATABASE.test(url.text) || isLoopback(host)) return []
    return [{ kind: 'object', verb: 'update', system: 'database', type: 'database', name: host, where: 'remote' }]
  })
}

/** Options whose value a shell runs, in any program's language. */
const COMMAND = /^--(?:exec|command|cmd|pre-?cmd|post-?cmd|shell-command)$/

/** Options of any program that take source text. */
function codes(values: ReadonlyMap<string, readonly Field[]>): readonly Touch[] {
  const found: Touch[] = []
  for (const [option, given] of values)
    for (const field of given) {
      if (/^--exec(?:-batch)?$/.test(option) && !/\s/.test(field.text)) found.push(run([field], { more: 'arguments' }))
      else if (COMMAND.test(option)) found.push(shell(field))
      else if (/^(?:-e|--eval|--evaluate|--execute)$/.test(option) && /[\w.]\s*\(|;|\{/.test(field.text))
        found.push({ kind: 'code', language: 'unknown', text: field })
    }
  return found
}
