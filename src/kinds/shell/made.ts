import type { Draft } from '../../core/study.ts'

interface Origin {
  /** Where the content stands now. */
  readonly path: string
  /** It came from the network, at one remove or more. */
  readonly downloaded: boolean
}

/** What the commands of one text put where, so that running it later in the same text is seen. */
export class Made {
  readonly #origins = new Map<string, Origin>()

  /** Notes what one command created, and from what. */
  note(drafts: readonly Draft[]): void {
    const paths = (verbs: readonly string[]): string[] =>
      drafts.flatMap(({ verb, resource }) => (resource.kind === 'path' && verbs.includes(verb) ? [resource.path] : []))
    const created = paths(['create', 'update'])
    if (created.length === 0) return
    const sources = paths(['read', 'delete']).map((path) => this.originOf(path))
    const downloaded =
      drafts.some(({ resource, verb }) => resource.kind === 'host' && verb === 'read') ||
      sources.some((each) => each.downloaded)
    const [only] = sources
    for (const path of created) {
      const from = sources.length === 1 && only !== undefined ? only.path : path
      this.#origins.set(path, { path: from, downloaded })
    }
  }

  originOf(path: string): Origin {
    for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
      const origin = this.#origins.get(at)
      // Of a folder only that it was downloaded is known; what is in it stands where it is.
      if (origin !== undefined && (at === path || origin.downloaded))
        return at === path ? origin : { path, downloaded: true }
    }
    return { path, downloaded: false }
  }
}
