import { forEachChild, type ParsedScript, parse as parseBash, type SyntaxNode, type Word } from 'unbash'
import type { Reading } from '../../core/study.ts'

/** Longer texts are not read: nobody can review them either. In UTF-16 units. */
export const LONGEST = 256 * 1024

/** Text to a syntax tree. What the parser had to guess is opaque, never half a tree. */
export function parseShell(text: string): Reading<ParsedScript> {
  if (text.length > LONGEST) return { kind: 'opaque', why: 'longer than 256 KiB', at: LONGEST }
  if (text.includes('\u0000')) return { kind: 'opaque', why: 'it holds a NUL byte', at: text.indexOf('\u0000') }
  const lone = text.search(/\r(?!\n)/)
  if (lone >= 0) return { kind: 'opaque', why: 'a carriage return, which not every shell reads alike', at: lone }
  try {
    const tree = parseBash(text)
    const error = tree.errors?.[0]
    if (error !== undefined) return { kind: 'opaque', why: `not valid shell: ${error.message}`, at: error.pos }
    return { kind: 'clear', tree }
  } catch (error) {
    // The parser recurses; text that was made to overflow its stack ends here.
    return {
      kind: 'opaque',
      why: `can't be parsed: ${error instanceof Error ? error.message : 'unknown error'}`,
      at: 0,
    }
  }
}

/** What stands in substitutions is read with errors of its own, which a shell finds before it runs anything around. */
export function isBroken(node: SyntaxNode): boolean {
  let broken = node.type === 'Script' && node.errors?.[0] !== undefined
  forEachChild(node, (child) => {
    broken ||= isBroken(child)
  })
  return broken
}

/** One word, as if it stood alone on a command line. */
export function parseWord(text: string): Word | undefined {
  const command = parseBash(`_ ${text}`).commands[0]?.command
  const argument = command?.type === 'Command' ? command.args[0] : undefined
  return argument?.type === 'Word' ? argument : undefined
}
