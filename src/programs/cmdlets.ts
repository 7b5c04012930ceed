import { type Field, known } from '../lang/field.ts'
import type { CommandLine, Family, Program, Touch } from './grammar.ts'
import { fetched, hostOf, object, opaque, path, run } from './touch.ts'

/** Parameters without a value; any other one takes the word behind it. */
const SWITCHES =
  /^-(?:recurse|force|confirm|whatif|verbose|debug|passthru|nonewline|append|raw|noclobber|wait|nonewwindow|usebasicparsing|asbytestream)(?::.*)?$/i
/** Parameters whose value is what a position without a name would say. */
const NAMED = /^-(?:path|literalpath|filepath|inputobject|name|id|uri|command)$/i

interface Given {
  /** What it is about, by position or by name. */
  readonly about: readonly Field[]
  readonly values: ReadonlyMap<string, Field>
  readonly flags: ReadonlySet<string>
}

function given({ args }: CommandLine): Given {
  const about: Field[] = []
  const values = new Map<string, Field>()
  const flags = new Set<string>()
  for (let i = 0; i < args.length; i++) {
    const field = args[i] as Field
    const name = field.text.toLowerCase()
    if (!/^-[a-z]/.test(name)) about.push(...listed(field))
    else if (SWITCHES.test(name)) flags.add(name.replace(/:.*$/, ''))
    else {
      const value = args[++i]
      if (value === undefined) continue
      if (NAMED.test(name)) about.push(...listed(value))
      else values.set(name, value)
    }
  }
  return { about, values, flags }
}

/** `a,b` is a list. A path may be spelled for the system underneath: `\\?\D:\x`. */
function listed(field: Field): readonly Field[] {
  if (field.unknown !== undefined) return [field]
  return field.text
    .split(',')
    .filter((text) => text !== '')
    .map((text) => ({ ...field, text: text.replace(/^\\\\[?.]\\/, '') }))
}

function cmdlet(touches: (given: Given, line: CommandLine) => readonly Touch[]): Program {
  return {
    touches: (_, line) => {
      const parameters = given(line)
      return parameters.flags.has('-whatif') ? [] : touches(parameters, line)
    },
  }
}

const WRITES = cmdlet(({ about }) => about.slice(0, 1).map((field) => path('create', field)))
const MACHINE = cmdlet(() => [object('delete', ['host', 'machine'], known(''), { where: 'host', undo: 'U4' })])
const SETTING = cmdlet(({ about }) => [object('update', ['host', 'setting'], about[0], { where: 'host' })])

/** PowerShell's own commands, and the short names that no other program has. */
export const CMDLETS: Family = {
  'remove-item ri': cmdlet(({ about }) => about.map((field) => path('delete', field, { tree: true }))),
  'set-content out-file add-content clear-content tee-object export-csv export-clixml': WRITES,
  'new-item': cmdlet(({ about, values }) =>
    about
      .slice(0, 1)
      .map((field) => path(/^dir/i.test(values.get('-itemtype')?.text ?? '') ? 'create' : 'update', field)),
  ),
  'copy-item cpi': cmdlet(({ about, values, flags }) => transfer(about, values, flags.has('-recurse'), 'read')),
  'move-item rename-item rni': cmdlet(({ about, values }) => transfer(about, values, true, 'delete')),
  'get-content get-item get-childitem select-string import-csv import-clixml get-filehash gci': cmdlet(({ about }) =>
    about.map((field) => path('read', field)),
  ),
  'invoke-webrequest invoke-restmethod iwr irm': cmdlet(({ about, values }) => {
    const sends = !/^(?:get|head|options)?$/i.test(values.get('-method')?.text ?? '') || values.has('-body')
    const file = values.get('-outfile')
    const [url = known('')] = about
    return [
      ...(values.has('-infile') ? [path('read', values.get('-infile') as Field)] : []),
      sends ? { kind: 'host', verb: 'disclose', host: hostOf(url) } : fetched(url),
      ...(file === undefined ? [] : [path('create', file)]),
    ]
  }),
  'invoke-expression': cmdlet(() => [opaque('PowerShell runs a text')]),
  'start-process saps': cmdlet(({ about, values }) => {
    const more = values.get('-argumentlist')
    return about[0] === undefined ? [] : [run([about[0], ...(more === undefined ? about.slice(1) : listed(more))])]
  }),
  'stop-process spps': cmdlet(({ about }) => about.map((name) => ({ kind: 'process', verb: 'delete', name }))),
  'stop-computer restart-computer': MACHINE,
  'set-itemproperty new-itemproperty remove-itemproperty clear-itemproperty set-service': SETTING,
  'set-executionpolicy set-acl': cmdlet(({ about }) => [
    object('grant', ['host', 'rights'], about[0], { where: 'host' }),
  ]),
}

function transfer(
  about: readonly Field[],
  values: Given['values'],
  tree: boolean,
  verb: 'read' | 'delete',
): readonly Touch[] {
  const named = values.get('-destination') ?? values.get('-newname')
  const target = named ?? (about.length > 1 ? about.at(-1) : undefined)
  const sources = named === undefined && about.length > 1 ? about.slice(0, -1) : about
  const from = sources.map((field) => path(verb, field, { tree }))
  return target === undefined ? from : [...from, path('create', target, tree ? { tree: true } : {})]
}
