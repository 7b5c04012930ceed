import { readFileSync } from 'node:fs'
import { type Field, known } from '../../src/lang/field.ts'
import type { Touch } from '../../src/programs/grammar.ts'

/** One case of a data file: code, and what it must be read to do. */
export interface Case {
  readonly title: string
  readonly code: string
  readonly args: readonly Field[]
  readonly expected: readonly string[]
}

/** `== title`, the code, `-> touch` lines; `$ words` are the code's arguments. */
export function casesOf(file: URL): readonly Case[] {
  return readFileSync(file, 'utf8')
    .split(/^== /m)
    .slice(1)
    .map((block) => {
      const [title = '', ...lines] = block.trimEnd().split('\n')
      const given =
        lines
          .find((line) => line.startsWith('$ '))
          ?.slice(2)
          .split(' ') ?? []
      const expected = lines.filter((line) => line.startsWith('-> ')).map((line) => line.slice(3))
      const code = lines.filter((line) => !/^(?:-> |\$ )/.test(line)).join('\n')
      return { title, code, args: given.map(known), expected: expected.filter((line) => line !== 'nothing') }
    })
}

/** `*` marks a pattern, `‹shape›` what is not known. */
function fieldText({ text, glob, unknown }: Field): string {
  const known = glob ? `${text} (pattern)` : text
  return unknown === undefined
    ? known.replaceAll('\n', '↵')
    : `${text}‹${unknown.downloaded ? 'downloaded ' : ''}${unknown.shape}›${unknown.suffix}`
}

export function touchText(touch: Touch): string {
  switch (touch.kind) {
    case 'path':
      return `${touch.verb} ${fieldText(touch.path)}${touch.tree ? ' and below' : ''}`
    case 'object':
      return `${touch.verb} ${touch.system} ${touch.type} ${fieldText(touch.name)}`.trimEnd()
    case 'host':
      return `${touch.verb} host ${fieldText(touch.host)}`
    case 'run':
      return `run ${touch.argv.map(fieldText).join(' | ')}${touch.more ? ' | …' : ''}${touch.cwd ? ` in ${fieldText(touch.cwd)}` : ''}`
    case 'code':
      return `${touch.language}: ${fieldText(touch.text)}`
    case 'script':
      return `script ${touch.language} ${[touch.path, ...touch.args].map(fieldText).join(' ')}`
    case 'opaque':
      return 'opaque'
    default:
      return JSON.stringify(touch)
  }
}
