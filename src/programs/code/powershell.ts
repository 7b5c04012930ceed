import { anything, type Field, joinFields, known, literal } from '../../lang/field.ts'
import { CMDLETS } from '../cmdlets.ts'
import type { Touch } from '../grammar.ts'
import { object, opaque, run } from '../touch.ts'
import { meaningOf } from '../verbs.ts'
import { rows, words } from './language.ts'
import { type Piece, type Statement, statementsOf } from './powershell-pieces.ts'

/** Names that PowerShell gives to its cmdlets, where another program has the same one. */
const ALIASES = rows({
  'rm del erase rd rmdir ri': 'remove-item',
  'cp copy cpi': 'copy-item',
  'mv move': 'move-item',
  'ren rni': 'rename-item',
  'cat type gc': 'get-content',
  sc: 'set-content',
  ni: 'new-item',
  'ls dir gci': 'get-childitem',
  'curl wget iwr': 'invoke-webrequest',
  iex: 'invoke-expression',
  'start saps': 'start-process',
  'kill spps': 'stop-process',
  'cd chdir sl pushd push-location': 'set-location',
  'echo write': 'write-output',
})

const KEYWORDS =
  /^(?:if|elseif|else|while|for|foreach|do|until|switch|try|catch|finally|param|begin|process|end|return|throw|exit|break|continue|trap|using|in)$/i
/** Cmdlets of these verbs give something back, or only show it. */
const READS =
  /^(?:get|test|measure|format|select|where|foreach|sort|group|compare|write|out|join|split|convertto|convertfrom|convert|resolve|find|show|import|wait|receive|read|tee|trace|search|use|enter|new-object)$/i
const STATIC_READS =
  /^(?:parse\w*|tryparse\w*|get\w*|exists|read\w*|combine|to\w*|join|format|is\w*|compare|equals|new|tokenize|match\w*|split|replace|escape|unescape|round|abs|max|min|floor|ceiling|pow|sqrt|sleep|writeline|concat|from\w*|empty|changeextension)$/i
const ACTS =
  /^(?:delete|remove\w*|kill|start|stop|invoke\w*|download\w*|upload\w*|write\w*|save\w*|move\w*|copyto|create\w*|set\w*|open\w*|execute\w*|run\w*|send\w*|load\w*|post\w*|put\w*|terminate|shutdown)$/i

/**
 * What a PowerShell text runs, command by command. It is read, not run: variables are followed where they are set to
 * plain text, what is called on .NET's types is known by its name, and what is computed and then run is opaque.
 */
export function readPowershell(text: string): readonly Touch[] {
  return new Reading().text(text)
}

class Reading {
  readonly #variables = new Map<string, string>()
  #folder: Field | undefined

  text(text: string): readonly Touch[] {
    return statementsOf(text).flatMap((statement) => this.#statement(statement))
  }

  #statement({ pieces, piped }: Statement): readonly Touch[] {
    const inner = pieces.flatMap((piece) => (piece.inside === undefined ? [] : this.#inside(piece.inside)))
    return [...inner, ...this.#own(pieces, piped)]
  }

  /** A block may run or not: what it sets to something else is not known behind it. */
  #inside(text: string): readonly Touch[] {
    const before = new Map(this.#variables)
    const touches = this.text(text)
    for (const [name, value] of this.#variables) if (before.get(name) !== value) this.#variables.delete(name)
    return touches
  }

  #own(statement: readonly Piece[], piped = false): readonly Touch[] {
    const [first, second, ...rest] = statement
    if (first === undefined) return []
    if (first.kind === 'variable' && second?.kind === 'operator' && /^[-+*/%]?=$/.test(second.text)) {
      const value = rest.length === 1 && second.text === '=' ? this.#field(rest[0] as Piece) : undefined
      const plain = value === undefined ? undefined : literal(value)
      if (plain === undefined) this.#variables.delete(first.text)
      else this.#variables.set(first.text, plain)
      return this.#own(rest)
    }
    if (first.kind === 'operator' && (first.text === '&' || first.text === '.'))
      return second === undefined || second.inside !== undefined ? [] : this.#command(second, rest, piped)
    if (first.kind === 'word') {
      if (/^(?:function|filter|class|enum)$/i.test(first.text)) return []
      if (KEYWORDS.test(first.text)) return this.#own(statement.slice(1), piped)
      return this.#command(first, statement.slice(1), piped)
    }
    return statement.flatMap(called)
  }

  #command(name: Piece, args: readonly Piece[], piped: boolean): readonly Touch[] {
    const program = literal(this.#field(name))
    if (program === undefined) return [opaque('PowerShell runs what it computes')]
    const lower = program.toLowerCase()
    const full = ALIASES[lower] ?? lower
    const given = this.#arguments(args)
    // What comes through the pipe is what it is about.
    if (piped && !given.some(({ text }) => !/^-[a-z]/i.test(text))) given.push(anything('what comes through the pipe'))
    if (full === 'set-location') {
      this.#folder = given.find(({ text }) => !/^-[a-z]/i.test(text)) ?? anything('the home folder')
      return []
    }
    const [, verb = '', noun = ''] = /^([a-z]+)-([a-z]\w*)$/.exec(full) ?? []
    const touch =
      KNOWN.has(full) || verb === ''
        ? this.#run([known(verb === '' ? program : full), ...given])
        : driven(verb, noun, given)
    return [...args.flatMap(called), ...touch]
  }

  /** `a, b` is one argument, a list. */
  #arguments(args: readonly Piece[]): Field[] {
    const given: Field[] = []
    let more = false
    for (const piece of args) {
      if (piece.kind === 'operator') {
        more = piece.text === ','
        continue
      }
      const field = this.#field(piece)
      const before = more ? given.pop() : undefined
      given.push(before === undefined ? field : joinFields(joinFields(before, known(',')), field))
      more = false
    }
    return given
  }

  #run(argv: readonly Field[]): readonly Touch[] {
    return [run(argv, this.#folder === undefined ? {} : { cwd: this.#folder })]
  }

  #field(piece: Piece): Field {
    if (piece.kind === 'variable') {
      const value = this.#variables.get(piece.text)
      return value === undefined ? anything(`the value of \`$${piece.text}\` is not known`) : known(value)
    }
    if (piece.inside !== undefined || !piece.whole) return anything('PowerShell computes it')
    return known(piece.text === '~' ? '~/' : piece.text)
  }
}

/** Cmdlets that the tables know. */
const KNOWN = words(...Object.keys(CMDLETS))

/** Any other cmdlet, by its standard verb. */
function driven(verb: string, noun: string, given: readonly Field[]): readonly Touch[] {
  if (READS.test(verb) || /^(?:location|object|variable|strictmode|psdebug|alias)$/.test(noun)) return []
  const name = given.find(({ text }) => !/^-[a-z]/i.test(text))
  return [object(meaningOf(verb)?.verb ?? 'update', ['powershell', noun], name, { where: 'host' })]
}

/** A method that is called, by its name. */
function called({ kind, method, text }: Piece): readonly Touch[] {
  if (method === undefined) return []
  const harmless = kind === 'type' ? STATIC_READS.test(method) : !ACTS.test(method)
  return harmless ? [] : [opaque(`what \`${kind === 'type' ? `[${text}]::` : '$'}${method}\` does is not known`)]
}
