import { anything, type Field, known, onePath, show } from '../../lang/field.ts'
import type { Input } from '../../lang/shell/scope.ts'
import type { RunTouch } from '../../programs/grammar.ts'

/** Arguments that come from the input, where its words or the paths in it are known. */
export function argumentsFrom({ argv, more }: RunTouch, input: Input): readonly Field[] {
  if (more === undefined) return []
  const text = more === 'input' && input.kind === 'text' ? input.text : undefined
  const plain = text?.unknown === undefined && /^[\w\s./:@%+,=-]*$/.test(text?.text ?? '\0')
  if (text !== undefined && plain)
    return text.text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map(known)
  const number = text?.unknown?.process
  if (text !== undefined && number !== undefined) return [text]
  const paths = text === undefined ? undefined : onePath(text)
  return [paths ?? anything(`\`${show(argv[0] ?? known('it'))}\` gets its arguments from what is found`)]
}
