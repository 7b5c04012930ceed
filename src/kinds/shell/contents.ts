import type { Content, Facts } from '../../core/study.ts'
import { anything, type Field, joinFields, known } from '../../lang/field.ts'
import type { Scope } from '../../lang/shell/scope.ts'

/** What this very text wrote to a path, else what stands there now. */
export function contentAt(path: string, scope: Scope, facts: Facts): Content {
  const written = scope.written.get(path)
  if (written === undefined) return facts.text(path)
  const { text, unknown } = whole(path, written, facts)
  return unknown === undefined ? { kind: 'text', text } : { kind: 'unreadable', why: `it runs ${unknown.why}` }
}

/** What was written, with what the file held before where this very text only added to it. */
export function whole(path: string, { appended, ...written }: Field, facts: Facts): Field {
  const before = appended === true ? facts.text(path) : undefined
  if (before === undefined || before.kind === 'missing') return written
  return before.kind === 'text' ? joinFields(known(before.text), written) : anything(`what stands in ${path}`)
}
