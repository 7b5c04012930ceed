import type { SyntaxNode, Word } from 'unbash'
import type { Field } from '../field.ts'
import type { Shell } from './invocation.ts'
import { fields, INHERITED, type Scope } from './scope.ts'

/** Names that stand for names that stand for names are followed so far. */
const MOST_NAMES = 16

const NAME = /[A-Za-z_]\w*/g
const HIDES = /\[[^\]]*(?:\$\(|`|\$\{)/

/**
 * Text that is read as arithmetic, or as the name of a variable, is expanded once more where it holds a subscript, and
 * so is what the names in it stand for: with `x='a[$(rm y)]'`, `$((x))` runs `rm y`. Answers with the scripts that run.
 */
export function expandedAgain(text: string, scope: Scope): readonly string[] {
  const found: string[] = []
  const seen = new Set<string>()
  const open = [text]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (HIDES.test(at)) found.push(printing(at))
    for (const name of at.match(NAME) ?? []) {
      const value = seen.has(name) || seen.size > MOST_NAMES ? undefined : scope.variables.get(name)
      seen.add(name)
      if (value !== undefined) open.push(...fields(value).map((field) => field.text))
    }
  }
  return found
}

/** `${x@P}`, and `PS4`, put a value through the shell. */
export function prompt(field: Field, scope: Scope, run: Shell): void {
  if (field.unknown === undefined) run.text(printing(field.text), scope, INHERITED)
  else if (field.unknown.outer !== true) run.opaque.set(`the shell expands ${field.unknown.why} once more`, undefined)
}

/** A script that does nothing but expand the text. */
function printing(text: string): string {
  return `: "${text.replaceAll('"', '\\"')}"`
}

/** Operands of a test that are read as arithmetic, or as the name of a variable. */
export function evaluated(node: SyntaxNode): readonly Word[] {
  if (node.type === 'TestBinary' && /^-(?:eq|ne|lt|le|gt|ge)$/.test(node.operator)) return [node.left, node.right]
  return node.type === 'TestUnary' && /^-[vR]$/.test(node.operator) ? [node.operand] : []
}
