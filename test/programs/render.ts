import { type Field, show } from '../../src/lang/field.ts'
import type { CommandLine, Elsewhere, Touch } from '../../src/programs/grammar.ts'

/** One touch as the corpus writes it. */
export function render(touch: Touch): string {
  switch (touch.kind) {
    case 'path': {
      const names = touch.names === undefined ? '' : `{${touch.names.map(show).join(',')}}`
      return words(touch.verb, `${show(touch.path)}${touch.tree ? '/**' : ''}${names}`, touch.undo)
    }
    case 'object': {
      const name = `${touch.system}:${touch.type}/${show(touch.name)}`
      return words(touch.verb, name, `@${touch.where ?? '?'}`, touch.undo, touch.traits?.join(','))
    }
    case 'host':
      return `${touch.verb} host:${show(touch.host)}`
    case 'process':
      return `${touch.verb} process:${show(touch.name)}`
    case 'worktree':
      return words('lose', touch.loses, ...touch.paths.map(show))
    case 'run':
      return words(
        'run',
        text(touch.argv),
        touch.cwd && `in:${show(touch.cwd)}`,
        touch.more && '+',
        where(touch.elsewhere),
      )
    case 'code':
      return words(
        touch.language,
        `(${show(touch.text)})`,
        touch.args && `args:${text(touch.args)}`,
        where(touch.elsewhere),
      )
    case 'script':
      return words('script', touch.language, show(touch.path), text(touch.args))
    case 'load':
      return `load ${show(touch.from)}`
    case 'stdin':
      return words('stdin', touch.language, where(touch.elsewhere))
    case 'task':
      return words('task', touch.name, touch.at && `at:${text(touch.at)}`)
    case 'opaque':
      return 'opaque'
  }
}

function words(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' ')
}

function text(fields: readonly Field[]): string {
  return fields.map(show).join(' ')
}

function where(elsewhere: Elsewhere | undefined): string | undefined {
  return elsewhere && `at:${elsewhere.name}`
}

/** A simple command: quotes and backslashes only; `<` alone stands for a piped input, `$NAME` for an unknown part. */
export function commandLine(source: string): CommandLine {
  const fields: Field[] = []
  let piped = false
  for (const word of source.match(/(?:[^\s'"\\]|\\.|'[^']*'|"[^"]*")+/g) ?? []) {
    if (word === '<') piped = true
    else fields.push(field(word))
  }
  const [name, ...args] = fields
  return { name: name?.text.replace(/^.*\//, '') ?? '', args, piped }
}

function field(word: string): Field {
  const plain = word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, escaped) => single ?? double ?? escaped)
  const glob = /[*?[]/.test(word.replace(/'[^']*'|"[^"]*"|\\./g, ''))
  const variable = /'/.test(word) ? null : /\$[A-Z]+/.exec(plain)
  if (variable === null) return { text: plain, glob }
  const suffix = plain.slice(variable.index + variable[0].length)
  return { text: plain.slice(0, variable.index), glob, unknown: { why: 'not set', shape: 'text', suffix } }
}
