import { basename, dirname, isAbsolute } from 'node:path'
import type { Draft } from '../../core/study.ts'
import { type Field, literal } from '../../lang/field.ts'
import { under } from '../../lang/paths.ts'
import type { Invocation } from '../../lang/shell/invocation.ts'
import type { PathTouch } from '../../programs/grammar.ts'

export interface Origin {
  /** Where the content stands now. */
  readonly path: string
  /** What this very text had written there when it was copied. */
  readonly text?: Field | undefined
  /** It came from the network, at one remove or more. */
  readonly downloaded: boolean
  /** The command line that put it there, where it is known. */
  readonly line?: string | undefined
}

/** Links that lead to links are followed so far. */
const MOST_LINKS = 8

/** What the commands of one text put where, so that using it later in the same text is seen. */
export class Made {
  readonly #origins = new Map<string, Origin>()
  /** A link and where it leads; undefined where that can't be known. */
  readonly #links = new Map<string, string | undefined>()

  /** Notes what one command created, and from what. */
  note(drafts: readonly Draft[], { input, scope }: Invocation, line: () => string | undefined): void {
    const piped = input.kind === 'text' ? input.text : undefined
    const paths = (verbs: readonly string[]): string[] =>
      drafts.flatMap(({ verb, resource }) => (resource.kind === 'path' && verbs.includes(verb) ? [resource.path] : []))
    const created = paths(['create', 'update'])
    if (created.length === 0) return
    // What is moved is read and deleted.
    const sources = [...new Set(paths(['read', 'delete']))].map((path) => {
      const origin = this.originOf(path)
      return { ...origin, text: scope.written.get(path) ?? origin.text ?? scope.written.get(origin.path) }
    })
    const downloaded =
      piped?.unknown?.downloaded === true ||
      drafts.some(({ resource, verb }) => resource.kind === 'host' && verb === 'read') ||
      sources.some((each) => each.downloaded)
    const [only] = sources
    for (const path of created) {
      // Its mode is set, or its time: what stands in it is what stood there.
      if (sources.length === 0 && !downloaded && this.#origins.has(path)) continue
      const from = sources.length === 1 ? only : undefined
      const { path: content, text } = from ?? { path }
      this.#origins.set(path, { path: content, text, downloaded, ...(downloaded && { line: line() }) })
    }
  }

  originOf(path: string): Origin {
    for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
      const origin = this.#origins.get(at)
      if (origin === undefined) continue
      const below = path.slice(at.length)
      // A copy into a folder that this text made goes by the name of what was copied.
      const itself = below === '' || below === `/${basename(origin.path)}`
      if (itself || origin.path === at) return origin
      return { ...origin, path: origin.path + below, text: undefined }
    }
    return { path, downloaded: false }
  }

  /** Notes that the paths of `drafts` are links now. */
  link(drafts: readonly Draft[], { to, symbolic }: NonNullable<PathTouch['leads']>, cwd: Field): void {
    for (const [index, { resource }] of drafts.entries()) {
      const target = to[index]
      if (resource.kind !== 'path' || target === undefined) continue
      const from: Field = symbolic ? { text: dirname(resource.path), glob: false } : cwd
      const leads = literal(under(from, target))
      this.#links.set(resource.path, leads !== undefined && isAbsolute(leads) ? leads : undefined)
    }
  }

  /** Where `path` leads through the links of this text; undefined where that can't be known. */
  through(path: string, itself: boolean): string | undefined {
    let at = path
    for (let followed = 0; followed < MOST_LINKS; followed++) {
      const link = [...this.#links.keys()].find((each) => at.startsWith(`${each}/`) || (at === each && !itself))
      if (link === undefined) return at
      const leads = this.#links.get(link)
      if (leads === undefined) return undefined
      at = leads + at.slice(link.length)
    }
    return undefined
  }
}
