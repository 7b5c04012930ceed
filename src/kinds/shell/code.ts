import { anything, type Field } from '../../lang/field.ts'
import { readCode } from '../../programs/code/read.ts'
import type { Language, Touch } from '../../programs/grammar.ts'

/** Stands in source text for what the shell will put there. */
const UNKNOWN = 'interlock_unknown_text'

/** What code touches; where the shell puts unknown text into it, a value that holds it is unknown. */
export function codeTouches(text: Field, language: Language, args: readonly Field[]): readonly Touch[] {
  const { unknown } = text
  if (unknown === undefined) return readCode(text.text, language, args)
  const field = (each: Field): Field => (each.text.includes(UNKNOWN) ? anything(unknown.why) : each)
  return readCode(`${text.text}${UNKNOWN}${unknown.suffix}`, language, args).map((touch) => {
    switch (touch.kind) {
      case 'path':
      case 'script':
        return { ...touch, path: field(touch.path) }
      case 'host':
        return { ...touch, host: field(touch.host) }
      case 'object':
      case 'process':
        return { ...touch, name: field(touch.name) }
      case 'run':
        return { ...touch, argv: touch.argv.map(field) }
      case 'code':
        return { ...touch, text: field(touch.text) }
      default:
        return touch
    }
  })
}
