import type { Verb } from '../core/effect.ts'
import { type Field, known, literal } from '../lang/field.ts'
import { has } from './arguments.ts'
import type { Arguments, ObjectTouch, Touch, Where } from './grammar.ts'
import { opaque, path } from './touch.ts'
import { type Meaning, meaningOf, typeOf } from './verbs.ts'

/** How a program that drives a system words what it wants. */
export interface Drive {
  readonly system: string
  readonly where: Where
  /** Words before the verb. */
  readonly depth: number | 'deep'
  /** The group that the table has read already. */
  readonly group: string
}

type Values = Arguments['values']

const ONLY_SAYS = /^--(?:dry-?run|what-if|plan|preview|no-execute-changeset|help|version|check)$/

/**
 * The strict grammar, for programs that drive other systems: what is not recognised as a read changes something.
 * The verb stands where the program's own grammar has it; an operand that is named like a verb is no verb.
 */
export function drives(args: Arguments, drive: Drive): readonly Touch[] {
  const words = args.operands.map(literal)
  if (words.length === 0 || words.includes('help') || onlySays(args)) return []
  // A group alone prints what it offers.
  if (
    drive.depth === 'deep' &&
    words.length === 1 &&
    /^(?!log(?:in|out)$)/.test(words[0] ?? '') &&
    !meaningOf(words[0] ?? '')
  )
    return []
  const at = typeof drive.depth === 'number' ? Math.min(drive.depth, words.length - 1) : deepVerb(words)
  if (words.slice(0, at + 1).includes(undefined))
    return [opaque(`what \`${drive.system}\` is told to do can't be resolved`)]
  const meaning = meaningOf(words[at] ?? '') ?? { verb: 'update', noun: '', irreversible: false, soft: false }
  const local = outputs(args.values)
  if (meaning.verb === 'read') return local
  return [...local, driven(args, drive, meaning, at)]
}

function onlySays(args: Arguments): boolean {
  for (const flag of args.flags) {
    if (!ONLY_SAYS.test(flag)) continue
    const given = args.values.get(flag)?.at(-1)?.text
    if (given === undefined) return true
    // `--version 5` names one of several.
    if (!/^--(?:help|version)$/.test(flag) && !/^(?:none|false)$/i.test(given)) return true
  }
  return args.flags.size === 1 && args.operands.length < 4 && has(args, '-h', '-v', '-V')
}

/**
 * The first words are groups; the first clear verb behind them counts. A word that may be a noun counts where no clear
 * verb follows, but never gives way to a read: `run deploy list` deploys what is called `list`.
 */
function deepVerb(words: readonly (string | undefined)[]): number {
  let soft = -1
  const last = Math.min(words.length, 6)
  for (let i = 0; i < last; i++) {
    const meaning = meaningOf(words[i] ?? '')
    if (meaning === undefined) continue
    const clear = !meaning.soft && (i > 0 || meaning.irreversible || words.length < 3 || meaning.verb === 'read')
    if (clear || (meaning.verb !== 'read' && i > 0)) return i
    if (soft <= 0) soft = i
  }
  return soft < 0 ? Math.min(1, words.length - 1) : soft
}

function driven(args: Arguments, drive: Drive, meaning: Meaning, at: number): ObjectTouch {
  const after = args.operands.slice(at + 1)
  const first = after[0]
  const group = args.operands[at - 1]?.text ?? drive.group
  let type = meaning.noun === '' ? group : meaning.noun
  let name = first
  // `delete namespace prod`, `delete ns/prod`: the type stands behind the verb.
  const slash = type === '' && first !== undefined ? /^([a-z.]+)\/(.+)$/i.exec(first.text) : null
  if (slash !== null && first !== undefined) {
    type = slash[1] ?? ''
    name = { ...first, text: slash[2] ?? '' }
  } else if (type === '' && after.length > 1) {
    type = first?.text ?? ''
    name = after[1]
  }
  const named = nameOption(args.values, type)
  return {
    kind: 'object',
    verb: meaning.verb,
    system: drive.system,
    type: typeOf(type) || 'item',
    name: (meaning.noun === '' ? (name ?? named) : (named ?? name)) ?? known(''),
    where: drive.where,
    ...undoOf(meaning.verb, drive.where),
  }
}

function undoOf(verb: Verb, where: Where): { readonly undo?: 'U2' } {
  return where !== 'remote' && (verb === 'create' || verb === 'update') ? { undo: 'U2' } : {}
}

/** The value of the option that names what it is about: `--stack-name`, `--name`, `--id`. */
export function nameOption(values: Values, noun: string): Field | undefined {
  const last = noun.split('-').at(-1) ?? ''
  for (const stem of new Set([noun, last, typeOf(noun), typeOf(last)]))
    for (const end of ['-name', '', '-id', '-ids', '-identifier', '-arn', '-names']) {
      const found = stem === '' ? undefined : values.get(`--${stem}${end}`)?.at(-1)
      if (found !== undefined) return found
    }
  const plain = values.get('--name') ?? values.get('--id')
  if (plain !== undefined) return plain.at(-1)
  for (const [option, given] of values) if (/-(?:names?|ids?|identifiers?|arns?|url)$/.test(option)) return given.at(-1)
  return undefined
}

const OUTPUT =
  /^--(?:output-?(?:file|dir|path)|out-?(?:file|dir)|out|outfile|outdir|dest|destination|target-dir|export-path)$/

/** Paths that options of any program name as its output. */
export function outputs(values: Values): readonly Touch[] {
  const found: Touch[] = []
  for (const [option, given] of values) {
    const file =
      OUTPUT.test(option) || (/^(?:-o|-O|--output)$/.test(option) && given.some(({ text }) => /[./]/.test(text)))
    if (file) for (const field of given) if (field.text !== '-') found.push(path('create', field))
  }
  return found
}
