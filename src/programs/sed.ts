import { type Field, known } from '../lang/field.ts'
import type { Touch } from './grammar.ts'
import { opaque, path, shell } from './touch.ts'

/** Stands for the part of the script that can't be resolved. */
const UNKNOWN = '\u{FFFC}'

/**
 * What a `sed` script does beyond printing: `w` and `r` files, `e` commands, the flags `w` and `e` of `s`.
 * Where the script is only known in part, the known part counts: an unknown pattern or replacement is everyday.
 */
export function sedTouches(script: Field): readonly Touch[] {
  const text = script.text + (script.unknown === undefined ? '' : `${UNKNOWN}${script.unknown.suffix}`)
  const found: Touch[] = []
  let at = 0
  while (at < text.length) {
    at = afterAddress(text, at)
    const letter = text[at++]
    if (letter === undefined) break
    if (letter === 's') at = substitute(text, at, found)
    else if (letter === 'y') at = delimited(text, delimited(text, at + 1, text[at] ?? ''), text[at] ?? '')
    else if ('wW'.includes(letter)) at = file('create', text, at, found)
    else if ('rR'.includes(letter)) at = file('read', text, at, found)
    else if (letter === 'e') at = command(text, at, found)
    else if ('aic'.includes(letter)) at = lineEnd(text, at)
    else if (':btT#'.includes(letter)) at = nextSeparator(text, at, letter === '#')
  }
  return found
}

function afterAddress(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const char = text[at] ?? ''
    if (char === UNKNOWN || /[\s;{}!,\d$~+]/.test(char)) at++
    else if (char === '/') at = regexFlags(text, delimited(text, at + 1, '/'))
    else if (char === '\\') at = regexFlags(text, delimited(text, at + 2, text[at + 1] ?? ''))
    else return at
  }
  return at
}

function regexFlags(text: string, start: number): number {
  let at = start
  while (/[IM]/.test(text[at] ?? '')) at++
  return at
}

/** Behind the next `delimiter` that is neither escaped nor inside brackets. */
function delimited(text: string, start: number, delimiter: string): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === delimiter) return at + 1
  }
  return text.length
}

function substitute(text: string, start: number, found: Touch[]): number {
  const delimiter = text[start] ?? ''
  let at = delimited(text, delimited(text, start + 1, delimiter), delimiter)
  for (; at < text.length; at++) {
    const flag = text[at] ?? ''
    if (flag === 'e') found.push(opaque('`sed` runs what the substitution makes'))
    else if (flag === 'w') return file('create', text, at + 1, found)
    else if (!/[gpiImM\d]/.test(flag)) return at
  }
  return at
}

function file(verb: 'create' | 'read', text: string, start: number, found: Touch[]): number {
  const end = lineEnd(text, start)
  const name = text.slice(start, end).trim()
  const special = /^\/dev\/std(?:out|err|in)$/.test(name)
  const unknown = name.indexOf(UNKNOWN)
  if (name === '' || special) return end
  if (unknown < 0) found.push(path(verb, known(name)))
  else {
    const suffix = name.slice(unknown + 1)
    found.push(
      path(verb, {
        text: name.slice(0, unknown),
        glob: false,
        unknown: { why: 'part of the script', shape: 'text', suffix },
      }),
    )
  }
  return end
}

function command(text: string, start: number, found: Touch[]): number {
  const end = lineEnd(text, start)
  const line = text.slice(start, end).trim()
  if (line === '' || line.startsWith('}') || line.includes(UNKNOWN)) found.push(opaque('`sed` runs the lines it reads'))
  else found.push(shell(known(line)))
  return end
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end < 0 ? text.length : end
}

function nextSeparator(text: string, start: number, comment: boolean): number {
  const rest = text.slice(start).search(comment ? /\n/ : /[\n;}]/)
  return rest < 0 ? text.length : start + rest
}
