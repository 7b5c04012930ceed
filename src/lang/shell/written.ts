import { anything, type Field, joinFields, literal, show } from '../field.ts'
import { logical, under } from '../paths.ts'
import type { Invocation, Redirect } from './invocation.ts'
import { folders, type Scope, sameField } from './scope.ts'

/** Remembers what was written, so that running it later in the same script is seen. */
export function noteWritten(
  { argv, redirects, scope }: Pick<Invocation, 'argv' | 'redirects' | 'scope'>,
  output: Field,
): Scope {
  const tee = argv.findIndex((field) => literal(field) === 'tee')
  const copies = tee < 0 ? [] : argv.slice(tee + 1).filter(({ text }) => !text.startsWith('-'))
  const adds = argv.some(({ text }) => /^(?:-\w*a|--append)/.test(text))
  const targets = [
    ...redirects.filter((each) => each.output),
    ...copies.map((path) => ({ path, operator: adds ? 'append' : 'write' }) as const),
  ]
  const others = redirects.filter(
    (each) => !each.output && each.operator !== 'read' && !/^\/dev\//.test(each.path.text),
  )
  if (targets.length + others.length === 0) return scope
  const written = new Map(scope.written)
  // What else is opened for writing holds what comes from other descriptors.
  for (const { path } of others)
    for (const place of placed(scope, path)) written.set(show(place), anything('what is written to a descriptor'))
  for (const { path, operator } of targets)
    for (const [i, place] of placed(scope, path).entries()) {
      const before = written.get(show(place))
      // Which file an unknown name means may be another each time.
      const several = before !== undefined && (place.unknown !== undefined || i > 0) && operator !== 'append'
      written.set(
        show(place),
        several ? anything('one of several files that it wrote') : textOf(operator, before, output),
      )
    }
  return { ...scope, written }
}

function textOf(operator: Redirect['operator'], before: Field | undefined, output: Field): Field {
  if (operator !== 'append') return output
  if (before === undefined) return { ...output, appended: true }
  return { ...joinFields(before, output), ...(before.appended && { appended: true }) }
}

/** What stands in a file, as far as this script wrote it. */
export function contentOf(path: Field, scope: Scope): Field {
  const texts = placed(scope, path).flatMap((place) => scope.written.get(literal(place) ?? '') ?? [])
  const [text, ...others] = texts
  const one = text !== undefined && text.appended !== true && others.every((each) => sameField(each, text))
  return one ? text : anything(`what stands in ${show(path)}`)
}

/** In each folder that it may stand in. */
function placed(scope: Scope, path: Field): readonly Field[] {
  const places = folders(scope).map((folder) => logical(under(folder, path)))
  return places.filter((each, i) => places.findIndex((other) => sameField(each, other)) === i)
}
