import { type Field, known } from '../lang/field.ts'
import type { Language, Touch } from './grammar.ts'
import { opaque, path, shell } from './touch.ts'

const RANGE = /^(?:(?:%|[.$]|\d+|'.|\/(?:\\.|[^/\\])*\/|\?(?:\\.|[^?\\])*\?)(?:[+-]\d*)*[,;]?\s*)+/
const MODIFIER =
  /^(?:sil(?:ent)?|uns(?:ilent)?|noa(?:utocmd)?|keep\w+|lockm\w*|verb(?:ose)?|vert(?:ical)?|tab|hid(?:e)?|conf(?:irm)?|bel\w*|abo\w*|lefta\w*|rightb\w*|to|topleft|bo|botright|san(?:dbox)?)$/

/** Functions of the editor that run, write, delete or load something, and those that run text. */
const CALLS =
  /\b(?:system(?:list)?|libcall(?:nr)?|job_start|jobstart|term_start|termopen|ch_\w+|writefile|delete|rename|mkdir|setfperm|filecopy|execute|eval|feedkeys|luaeval|py\w*eval|perleval|rubyeval|mzeval|rpc\w+|nvim_\w+|remote_\w+|timer_start|chdir|input)\s*\(|\bos\.\w+\(/
/** Options that hold a command or an expression. */
const HOLDS_CODE =
  /(?:^|&|\s)(?:\w*prg|sh|shell|shellcmdflag|shcf|\w*expr|\w*func|statusline|stl|tabline|rulerformat|titlestring)\s*[+^-]?=/

/** Commands by the shortest spelling and the rest of their name. */
const RUNS_REST = /^(?:te(?:rm(?:inal)?)?|shell)$/
const READS = /^r(?:ead?)?$/
const WRITES = /^(?:w(?:rite)?|wq|wn(?:ext)?|x(?:it)?|exi(?:t)?|up(?:date)?|sav(?:eas)?|wa(?:ll)?|wqa|xa(?:ll)?)$/
const MAKES = /^(?:mk(?:exrc|s(?:ession)?|v(?:imrc)?|vie\w*)|redir?|ha(?:rdcopy)?|wund\w*|wsh\w*|wv\w*)$/
const OPENS =
  /^(?:e(?:dit)?|ene\w*|sp(?:lit)?|vs(?:plit)?|new|vne\w*|tabe\w*|tabnew|badd?|ar(?:gs|gadd)?|fin(?:d)?|sv\w*|view?|f(?:ile)?)$/
const SOURCES = /^(?:so(?:urce)?|ru(?:ntime)?|luaf(?:ile)?|py[3x]?f(?:ile)?|rubyf(?:ile)?|rviminfo|rv)$/
const EVALUATES =
  /^(?:cal(?:l)?|ec(?:ho)?m?\w*|let|cons(?:t)?|if|elsei?f?|wh(?:ile)?|for|retu(?:rn)?|var|ev(?:al)?|cex\w*|lex\w*|sil)$/
const EACH = /^(?:bufdo?|windo?|tabdo?|argdo?|cdo|cfdo?|ld(?:o)?|lfdo?)$/
const DEFINES = /^(?:[nvxsoilct]?(?:nore)?map|com(?:mand)?|fu(?:nction)?|ia?b\w*|ab\w*)$/
const SPOKEN: readonly (readonly [RegExp, Language])[] = [
  [/^(?:py(?:thon)?[3x]?|pydo?|py3do)$/, 'python'],
  [/^(?:perl?|perldo?)$/, 'perl'],
  [/^(?:rub(?:y)?|rubyd(?:o)?)$/, 'ruby'],
  [/^(?:lua|luado?|mz(?:scheme)?|tcl|tcld(?:o)?)$/, 'unknown'],
]

/** What commands of `vi` and its kin, on a command line or in a file, run or write beside the text that is edited. */
export function exTouches(script: Field): readonly Touch[] {
  if (script.unknown !== undefined && script.unknown.shape === 'text' && script.unknown.outer !== true)
    return [opaque(`the editor runs ${script.unknown.why}`)]
  return script.text.split('\n').flatMap((line) => command(line, 0))
}

const DEEPEST = 8

function command(text: string, depth: number): readonly Touch[] {
  if (depth > DEEPEST) return [opaque('commands of the editor inside commands, too deep to follow')]
  const start = text.replace(/^[\s:|]+/, '')
  const line = start.replace(RANGE, '')
  if (line === '' || line.startsWith('"')) return []
  if (line.startsWith('!')) return [line.length < start.length ? fed(line.slice(1)) : shell(known(line.slice(1)))]
  const [, name = '', bang = '', rest = ''] = /^([a-zA-Z]\w*|[&~=<>@#*])?(!?)\s*([\s\S]*)$/.exec(line) ?? []
  if (MODIFIER.test(name)) return command(rest, depth + 1)
  return taking(name, bang, rest, depth) ?? separated(name, rest, depth)
}

/** Commands that take the rest of the line, `|` included. */
function taking(name: string, bang: string, rest: string, depth: number): readonly Touch[] | undefined {
  const inner = depth + 1
  if (RUNS_REST.test(name)) return rest === '' ? [opaque('the editor opens a shell')] : [shell(known(rest))]
  if (READS.test(name) && (rest.startsWith('!') || bang !== '')) return [shell(known(rest.replace(/^!/, '')))]
  if (WRITES.test(name) && rest.startsWith('!')) return [fed(rest.slice(1))]
  if (/^(?:g(?:lobal)?|v(?:global)?)$/.test(name)) return command(behind(rest), inner)
  if (EACH.test(name)) return command(rest, inner)
  if (/^au(?:tocmd)?$/.test(name))
    return command(rest.replace(/^\S+\s+\S+\s+(?:(?:\+\+)?(?:once|nested)\s+)*/, ''), inner)
  if (/^norm(?:al)?$/.test(name)) return /[:!@]/.test(rest) ? [opaque('keys that the editor is given')] : []
  if (/^exe(?:cute)?$/.test(name)) {
    const literal = /^\s*(?:"([^"\\]*)"|'([^']*)')\s*$/.exec(rest)
    return literal === null
      ? [opaque('the editor runs a command that it computes')]
      : command(literal[1] ?? literal[2] ?? '', inner)
  }
  if (DEFINES.test(name))
    return /[!:]|<cmd>/i.test(rest) || CALLS.test(rest) ? [opaque('a command that the editor is taught')] : []
  const spoken = SPOKEN.find(([pattern]) => pattern.test(name))
  return spoken && [{ kind: 'code', language: spoken[1], text: known(rest) }]
}

/** Commands that end at a `|`. */
function separated(name: string, rest: string, depth: number): readonly Touch[] {
  const end = /^(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^|])*/.exec(rest)?.[0].length ?? rest.length
  const own = rest.slice(0, end).trim()
  return [...plain(name, own), ...(end < rest.length ? command(rest.slice(end + 1), depth + 1) : [])]
}

function plain(name: string, own: string): readonly Touch[] {
  const target = known(own.split(/\s+/).findLast((word) => !word.startsWith('+')) ?? '')
  if (EVALUATES.test(name) || name === '=')
    return CALLS.test(own) || HOLDS_CODE.test(own) ? [opaque('the editor calls a function that runs or writes')] : []
  if (/^se(?:t|tl(?:ocal)?|tg(?:lobal)?)?$/.test(name))
    return HOLDS_CODE.test(own) ? [opaque('an option of the editor that holds a command')] : []
  if (/^(?:s(?:ubstitute)?|&&?|~)$/.test(name))
    return own.includes('\\=') && CALLS.test(own) ? [opaque('a substitution that runs code')] : []
  if (/^(?:mak(?:e)?|lmak(?:e)?)$/.test(name)) return [{ kind: 'task', name: 'make' }]
  if (own === '') return []
  if (WRITES.test(name) || MAKES.test(name)) return [path('create', known(target.text.replace(/^>+/, '')))]
  if (OPENS.test(name)) return [path('update', target)]
  if (SOURCES.test(name))
    return [
      {
        kind: 'script',
        language: name.startsWith('py') ? 'python' : /^(?:so|ru)/.test(name) ? 'ex' : 'unknown',
        path: target,
        args: [],
      },
    ]
  return READS.test(name) ? [path('read', target)] : []
}

/** The text that is edited goes through another command. */
function fed(text: string): Touch {
  return shell(known(`cat "$buffer" | ${text}`))
}

/** Behind a pattern between two delimiters. */
function behind(text: string): string {
  const mark = text[0] ?? ''
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === mark) return text.slice(at + 1)
  }
  return ''
}
