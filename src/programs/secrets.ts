import { type Field, known, literal } from '../lang/field.ts'
import { nameOption } from './drives.ts'
import type { Arguments, ObjectTouch } from './grammar.ts'

/** Verbs that print what a thing holds; `list` and `describe` tell names. */
const TELLS =
  /^(?:get|show|read|view|access|export|print|output|download|reveal|decrypt|fetch|retrieve|dump|cat|display|lookup|pull)$/
/** Nouns of things whose value opens something else. */
const OPENS =
  /^(?:secrets?|secret-(?:string|value|version)s?|credentials?|private-?keys?|(?:access|auth|api|identity|id|refresh|session|bearer)-?(?:token|key)s?|(?:(?!random|login)[\w-]+-)?(?:password|passphrase)s?)$/i
/** Settings are no secrets, but one of such a name is. */
const SETTINGS = /^(?:config(?:ure)?|env|environment|var|variable|output|setting|parameter)s?$/
const OPENING_NAME =
  /(?:^|[/_.-])(?:password|passwd|secret|token|(?:api|private|access)_?key|credentials?|(?:database|redis|mongo(?:db)?)_ur[il]|connection_?string|dsn)$/i
/** Options that ask for the value itself. */
const UNCOVERS =
  /^--(?:with-decryption|decrypt|reveal|unmask|(?:show|reveal|print|unmask|display)-(?:secret|token|password|credential|sensitive|key)(?:s|-values)?)$/
/** Forms of output that hold all of a thing; a table tells names. */
const WHOLE = /^(?:ya?ml|json|jsonpath|jsonpath-as-json|go-template|go-template-file|template|custom-columns)\b/
/** Verbs whose whole sense is to show what was sealed. */
const UNSEALS = /^(?:decrypt|unseal|reveal)\b/
/** Systems that keep nothing else. */
const KEEPERS: ReadonlySet<string> = new Set(['vault', 'secrets'])
/** Where a list has the values in it. Platforms hand their apps passwords and keys as settings: all of them together tell some. */
const LISTED: ReadonlyMap<string, RegExp> = new Map([
  ['azure', / keys list$|\blist-(?:keys|connection-strings|publishing-\w+)$|\b(?:appsettings|connection-string) list$/],
  ['heroku', /^config$|^pg:credentials:url\b/],
  ['platform', /^config$|^config:(?:show|export)\b|^variables?$/],
  ['cf', /^env\b/],
  ['eas', /^env:(?:list|get)\b/],
  ['helm', /^get (?:values|all)\b/],
])

/** What a line that reads from a system prints of its secrets, by the words of the line. */
export function tellsSecret(system: string, args: Arguments): ObjectTouch | undefined {
  const words = args.operands.slice(0, 6).map((field) => literal(field) ?? '')
  const uncovered = [...args.flags].some((flag) => UNCOVERS.test(flag))
  const named = nameOption(args.values, 'secret')
  if (uncovered || LISTED.get(system)?.test(words.join(' '))) return secret(system, named ?? args.operands.at(-1))
  const at = words.findIndex((word) => told(word) !== undefined)
  if (at < 0) return undefined
  const noun = told(words[at] ?? '') ?? ''
  const groups = words.slice(0, at)
  const group = groups.at(-1) ?? words[at] ?? ''
  const kind = kindOf(system, words[at + 1] ?? '', args)
  const name = (kind ? args.operands[at + 2] : undefined) ?? args.operands[at + 1]
  const opens =
    noun === ''
      ? UNSEALS.test(words[at] ?? '') || KEEPERS.has(system) || groups.some((each) => OPENS.test(each)) || kind
      : // Behind a group, they go where the next program needs them.
        OPENS.test(noun) && !(at > 0 && noun === 'credentials')
  const setting = SETTINGS.test(noun === '' ? group : noun) && OPENING_NAME.test(name?.text ?? '')
  return opens || setting ? secret(system, named ?? name) : undefined
}

function secret(system: string, name: Field | undefined): ObjectTouch {
  return {
    kind: 'object',
    verb: 'read',
    system,
    type: 'secret',
    name: name ?? known(''),
    where: 'remote',
    traits: ['secret'],
  }
}

/** What a verb that tells is about, `''` where the word doesn't say; nothing where the word is no such verb. */
function told(word: string): string | undefined {
  const parts = word
    .replace(/^batch-/, '')
    .split(/[-:_.]|(?<=[a-z])(?=[A-Z])/)
    .map((part) => part.toLowerCase())
  if (TELLS.test(parts[0] ?? '')) return parts.slice(1).join('-')
  return /[:.]/.test(word) && TELLS.test(parts.at(-1) ?? '') ? parts.slice(0, -1).join('-') : undefined
}

/** The type stands behind the verb: `get secret x`, `get pods,secrets -o yaml`, `read secret/x`. */
function kindOf(system: string, word: string, { values, operands }: Arguments): boolean {
  const [types = '', name] = word.split('/')
  if (!types.split(',').some((type) => /^secrets?$/i.test(type))) return false
  const form = (values.get('-o') ?? values.get('--output'))?.at(-1)?.text ?? ''
  return WHOLE.test(form) || (system !== 'kubectl' && (name !== undefined || operands.length > 2))
}
