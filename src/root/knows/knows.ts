import { line } from '../../cli/render.ts'
import { EXIT } from '../../core/ruling.ts'
import { knowledgeOf, told, toldOption } from './describe.ts'
import { type Difference, finding, OPERANDS } from './probe.ts'

/** Prints what the tables say of a program, or how the general grammar reads a name that none lists. */
export function knows(name: string): number {
  const known = knowledgeOf(name)
  if (known === undefined) {
    line(`no table lists \`${name}\`; the general grammar reads it, by its words and by what looks like a path`)
    for (const args of [OPERANDS, ['list', 'a'], ['delete', 'a']])
      line(`  \`${[name, ...args].join(' ')}\` ${told(finding(name, args))}.`)
    return EXIT.done
  }
  line(known.names.join(' '))
  if (known.does !== '') line(`  ${known.does}.`)
  for (const each of known.options) option(each, '  ')
  for (const { words, does, options } of known.verbs) {
    line(`  ${words.join(', ')}: ${does}.`)
    for (const each of options) option(each, '    ')
  }
  return EXIT.done
}

function option(each: Difference, indent: string): void {
  line(`${indent}${each.options.join(', ')}: ${toldOption(each)}`)
}
