import type { Kind } from '../../core/action.ts'
import type { Json } from '../../core/digest.ts'
import type { Draft } from '../../core/study.ts'
import { quoted } from '../../lang/shell/quoted.ts'
import { meaningOf } from '../../programs/verbs.ts'

type Recurse = (kind: Kind, input: Json) => readonly Draft[]
type Fields = Readonly<Record<string, Json>>

/**
 * What a tool call would touch: the hosts' built-in tools as the shell and file actions that they are,
 * all others by the general grammar of their name and arguments.
 */
export function predictTool(input: Json, recurse: Recurse): readonly Draft[] {
  const call = fieldsOf(input)
  const name = call?.name
  if (call === undefined || typeof name !== 'string') return [opaque('a tool', 'the call names no tool')]
  const args = flatten(fieldsOf(call.arguments) ?? {})
  const builtIn = (Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined)?.(args)
  if (builtIn !== undefined) return builtIn.flatMap(([kind, bytes]) => recurse(kind, bytes))
  if (FREE.has(name)) return []
  const nameless = Object.hasOwn(NAMELESS, name) ? NAMELESS[name] : undefined
  if (nameless !== undefined) return [nameless]
  return general(name, args, recurse)
}

type BuiltIn = (args: Fields) => readonly (readonly [Kind, Json])[] | undefined

const path = (args: Fields): string | undefined =>
  text(args, ['file_path', 'path', 'notebook_path', 'filename', 'file'])

const shell: BuiltIn = (args) => {
  const command = text(args, ['command', 'cmd', 'script'])
  return command === undefined ? undefined : [['shell', command]]
}
const file =
  (operation: string): BuiltIn =>
  (args) => {
    const at = path(args)
    return at === undefined ? undefined : [['file', { operation, path: at }]]
  }

/** Tools that the hosts bring along. */
const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  Bash: shell,
  Read: file('read'),
  NotebookRead: file('read'),
  Write: file('write'),
  Edit: file('edit'),
  MultiEdit: file('edit'),
  NotebookEdit: file('edit'),
  LS: file('read'),
}

/** Built-in tools that touch nothing but the host's own bookkeeping, or only look. */
const FREE = new Set([
  'Glob',
  'Grep',
  'WebSearch',
  'TodoWrite',
  'TodoRead',
  'Task',
  'Agent',
  'ExitPlanMode',
  'EnterPlanMode',
  'AskUserQuestion',
  'BashOutput',
  'TaskOutput',
  'KillShell',
  'Skill',
  'SlashCommand',
  'ToolSearch',
  'ListMcpResources',
  'ReadMcpResource',
  'TaskStop',
  'SendMessage',
  'EnterWorktree',
])

/** Built-in tools that change something which no argument names. */
const NAMELESS: Readonly<Record<string, Draft>> = {
  ExitWorktree: {
    verb: 'delete',
    resource: { kind: 'object', system: 'host', type: 'worktree', name: 'of this session' },
    by: 'ExitWorktree',
    certainty: 'assumed',
    why: 'it can remove a worktree with what is not committed there',
    where: 'host',
    undo: 'U4',
  },
  CronCreate: {
    verb: 'create',
    resource: { kind: 'object', system: 'host', type: 'schedule', name: 'of this session' },
    by: 'CronCreate',
    certainty: 'known',
    where: 'host',
    traits: ['startup'],
  },
}

/** Text that some tools hand to a shell or a template before it goes out. */
const FILLED_IN = /\$\([^)]+\)|\$\{(?:env|process)\b/

/** An unknown tool: commands and paths among its arguments, else the verb that its name says. */
function general(name: string, args: Fields, recurse: Recurse): readonly Draft[] {
  const filled = Object.values(args).find((value) => typeof value === 'string' && FILLED_IN.test(value))
  const [, server = '', tool = name] = /^mcp__(.+?)__(.+)$/.exec(name) ?? []
  const verb = meaningOf(tool)?.verb ?? 'update'
  const command = text(args, ['command', 'cmd', 'shell_command', 'bash_command'])
  if (command !== undefined) return recurse('shell', command)
  if (filled !== undefined && verb !== 'read')
    return [opaque(name, 'an argument is filled in with what a command or the environment gives')]
  const at = path(args)
  if (at !== undefined && !/^[a-z][a-z0-9+.-]*:\/\//i.test(at)) {
    const operation = verb === 'read' ? 'read' : verb === 'delete' ? 'delete' : 'write'
    return recurse('file', { operation, path: at })
  }
  const sql = text(args, ['sql', 'query', 'statement'])
  if (sql !== undefined && /\b(?:select|insert|update|delete|drop|alter|truncate|create|grant)\b/i.test(sql))
    return recurse('shell', `psql -c ${quoted(sql)}`)
  const url = text(args, ['url', 'uri'])
  const system = server || 'tool'
  if (url !== undefined && verb !== 'delete') return [fetchDraft(name, url, args)]
  const subject = text(args, ['name', 'id', 'project', 'repo', 'channel', 'recipient', 'title']) ?? tool
  const why = 'what the tool does is known by its name only'
  // Whatever it does there, a server of others gets what the call carries.
  if (server !== '' && verb !== 'read' && verb !== 'delete')
    return [
      {
        verb: 'disclose',
        resource: { kind: 'object', system, type: tool, name: subject },
        by: name,
        certainty: 'assumed',
        why,
        where: 'remote',
      },
    ]
  return [
    { verb, resource: { kind: 'object', system, type: tool, name: subject }, by: name, certainty: 'assumed', why },
  ]
}

/** A page that is looked at, or data that goes with the request. */
function fetchDraft(name: string, url: string, args: Fields): Draft {
  const method = text(args, ['method'])?.toUpperCase() ?? 'GET'
  const sends = !['GET', 'HEAD', 'OPTIONS'].includes(method) || text(args, ['body', 'data', 'json']) !== undefined
  return {
    verb: sends ? 'disclose' : 'read',
    resource: { kind: 'host', name: hostOf(url) },
    by: name,
    certainty: 'known',
  }
}

function opaque(by: string, why: string): Draft {
  return { verb: 'execute', resource: { kind: 'anything' }, by, certainty: 'opaque', why }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}

function text(args: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = args[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

function fieldsOf(value: Json | undefined): Fields | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : undefined
}

/** Hosts wrap arguments once more under `args` or `input`: seen through, the outer names win. */
function flatten(args: Fields): Fields {
  const inner = fieldsOf(args.args) ?? fieldsOf(args.input) ?? fieldsOf(args.arguments) ?? fieldsOf(args.parameters)
  return inner === undefined ? args : { ...inner, ...args }
}
