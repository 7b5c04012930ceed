import type { Verb } from '../core/effect.ts'

/** One statement, by what it does to what. */
export interface Statement {
  readonly verb: Verb
  readonly type: string
  readonly name: string
}

const READS =
  /^(?:select|show|describe|desc|explain|table|values|use|set|begin|start|commit|rollback|end|pragma|help|list|fetch|declare|close|analyze-only|\\(?:d|l|z|df|dn|dt|du|di|dv|x|timing|pset|conninfo|echo|q|h|\?|c|set|a|t|H|f|encoding|errverbose|sf|sv|g|gx))/
const WRITES_INSIDE =
  /\b(?:insert\s+into|update\s+[\w."`]+\s+set|delete\s+from|merge\s+into|drop\s|truncate\s|alter\s|create\s|grant\s|revoke\s|into\s+(?:outfile|dumpfile|[\w."`]+\s+from))/i
/** Functions that a SELECT may call and that change or reach something. */
const ACTS =
  /\b(?:pg_(?:terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|pg_read_(?:binary_)?file|pg_ls_\w+|pg_notify|pg_stat_reset\w*|pg_switch_wal|pg_promote|pg_drop_\w+|pg_logical_\w+|dblink\w*|lo_(?:import|export|unlink|put|create)|setval|nextval|set_config|load_extension|load_file|writefile|readfile|xp_cmdshell|sp_\w+|sys_exec|sys_eval|query_to_xml|pg_advisory_\w*lock\w*|sleep|benchmark)\s*\(|\bfor\s+(?:update|share|no\s+key)\b/i

/** Every statement of a text that a database client is given. Reads are left out; what isn't recognised is an update. */
export function statements(text: string): readonly Statement[] {
  return split(text).flatMap((statement) => one(statement))
}

function one(statement: string): readonly Statement[] {
  const bare = statement.replace(/'(?:[^']|'')*'/g, "''")
  const words = bare.toLowerCase().split(/\s+/)
  const [first = '', second = ''] = words
  // The client's own shell is read apart.
  if (/^\\!|^system\b|^\.(?:shell|system)\b/.test(bare)) return []
  if (/^\\o\b|^\\copy\b|^\\w\b|^source\b|^\.|^\\i|^\\gexec/.test(bare))
    return [{ verb: 'update', type: 'client', name: first }]
  if (
    first === 'explain'
      ? !/\banaly[sz]e\b/i.test(bare) || !WRITES_INSIDE.test(bare)
      : first === 'with' || READS.test(first)
  ) {
    if (first === 'pragma' && /=/.test(bare)) return [{ verb: 'update', type: 'setting', name: second }]
    if (first === 'set' && /\b(?:global|persist|password|role|session authorization)\b/.test(bare.toLowerCase()))
      return [{ verb: 'grant', type: 'setting', name: second }]
    if (first === 'explain') return []
    const acts = WRITES_INSIDE.test(bare) || ACTS.test(bare)
    return acts
      ? [
          {
            verb: /delete\s+from|drop\s|truncate\s/i.test(bare) ? 'delete' : 'update',
            type: 'data',
            name: nameIn(bare),
          },
        ]
      : []
  }
  const verb: Verb = /^(?:drop|truncate|delete|purge|flush|reset)$/.test(first)
    ? 'delete'
    : /^(?:grant|revoke)$/.test(first) || /^(?:alter|create)\s+(?:user|role)\b/.test(`${first} ${second}`)
      ? 'grant'
      : /^(?:insert|create|copy|import|load)$/.test(first)
        ? 'create'
        : 'update'
  return [{ verb, type: typeOfStatement(first, words), name: nameIn(bare) }]
}

const TYPES =
  /^(?:database|schema|table|view|index|role|user|function|procedure|trigger|sequence|type|extension|keyspace|bucket|column|tablespace|policy)$/

function typeOfStatement(first: string, words: readonly string[]): string {
  if (/^(?:delete|insert|update|merge|copy|replace)$/.test(first)) return 'rows'
  return words.slice(1, 5).find((word) => TYPES.test(word)) ?? 'data'
}

const NAME =
  /\b(?:from|into|table|database|schema|view|index|role|user|keyspace|update|truncate|on)\s+(?:only\s+|if\s+(?:not\s+)?exists\s+|table\s+|concurrently\s+)*([\w."`$-]+)/i

function nameIn(statement: string): string {
  return (NAME.exec(statement)?.[1] ?? '').replace(/["`;]/g, '')
}

/** By semicolons outside of quotes, comments and dollar quotes. */
function split(text: string): readonly string[] {
  const found: string[] = []
  let current = ''
  const token =
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$[\s\S]*?\$\1\$|;|[^;'"`$/-]+|[\s\S]/g
  for (const [part] of text.matchAll(token)) {
    if (part === ';') {
      found.push(current)
      current = ''
    } else if (/^(?:--|\/\*(?!!))/.test(part)) current += ' '
    else current += part
  }
  found.push(current)
  return found.map((statement) => statement.trim()).filter((statement) => statement !== '')
}
