import type { Facts } from '../../core/study.ts'
import { type Field, known, literal, show } from '../../lang/field.ts'
import { under } from '../../lang/paths.ts'
import type { Invocation } from '../../lang/shell/invocation.ts'
import { fields, type Scope } from '../../lang/shell/scope.ts'
import type { ScriptTouch } from '../../programs/grammar.ts'
import { languageOf, scriptNamed } from './launch.ts'
import { type Place, places } from './load.ts'
import type { Made, Origin } from './made.ts'

type Named = Pick<ScriptTouch, 'path' | 'language'>

/** What stands where: of what this very text put there, and of what was there before. */
export class Files {
  readonly #made: Made
  readonly #facts: Facts

  constructor(made: Made, facts: Facts) {
    this.#made = made
    this.#facts = facts
  }

  /** A command that names a file rather than a program, or a program that this very text has put where those are. */
  named(name: string, scope: Scope): Named | undefined {
    return scriptNamed(name, scope, this.#facts) ?? this.#madeHere(name, scope)
  }

  /** Where a changed `PATH` finds a program that is not the known one of this name; undefined where it does not. */
  looked(name: string, { assigns, scope }: Invocation): Place | undefined {
    const set = assigns.filter((each) => each.name === 'PATH').map(({ value }) => value)
    const lists = set.length > 0 ? set : fields(scope.variables.get('PATH') ?? { kind: 'scalar', any: [] })
    const found = lists.flatMap((list) => places(list, scope, this.#facts))
    const strange = found.find(({ kind }) => kind === 'strange')
    if (strange !== undefined) return strange
    for (const place of found) {
      const path = `${place.shown}/${name}`
      const fact = place.kind === 'own' ? this.#facts.path(path, 'place') : undefined
      const there = fact?.exists === true && fact.certainty === 'known'
      if (there || this.#isMade(path, scope)) return { kind: 'own', shown: path }
    }
    return undefined
  }

  /** Where the content of the file at `resolved` comes from, and what this very text wrote there. */
  held(path: Field, resolved: string, scope: Scope): { readonly origin: Origin; readonly here: Field | undefined } {
    const origin = this.#made.originOf(resolved)
    const own = scope.written.get(show(under(scope.cwd, path))) ?? scope.written.get(resolved)
    return { origin, here: own ?? origin.text ?? scope.written.get(origin.path) }
  }

  #madeHere(name: string, scope: Scope): Named | undefined {
    const path = name.includes('/') ? literal(under(scope.cwd, known(name))) : undefined
    return path !== undefined && this.#isMade(path, scope)
      ? { path: known(path), language: languageOf(path) }
      : undefined
  }

  #isMade(path: string, scope: Scope): boolean {
    const origin = this.#made.originOf(path)
    // What was put into a folder that a program made is that program's.
    return scope.written.has(path) || origin.downloaded || !`${path}/`.startsWith(`${origin.path}/`)
  }
}
