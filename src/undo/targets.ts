import { type Dirent, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf } from '../core/errors.ts'
import type { SnapshotTarget } from '../core/ports.ts'
import type { Budget } from './budget.ts'

/** A path with no pattern and no symbolic link on the way; its last component may be one. */
export interface Place {
  readonly path: string
  readonly tree: boolean
  readonly unlinkOnly: boolean
}

const MAGIC = /[*?[]/
const MOST_HOPS = 40

/** What targets mean on this disk, those to be copied first: where two targets name one path, the copy wins. */
export async function placesOf(targets: readonly SnapshotTarget[], budget: Budget): Promise<Place[]> {
  const places: Place[] = []
  for (const { path, tree, glob, unlinkOnly } of targets) {
    const paths = glob ? await expand(path, budget) : await named(path, budget)
    const all = unlinkOnly ? paths.map(resolved) : paths.flatMap((one) => throughLinks(resolved(one)))
    places.push(...[...new Set(all)].map((one) => ({ path: one, tree, unlinkOnly })))
  }
  return places.sort((a, b) => Number(a.unlinkOnly) - Number(b.unlinkOnly))
}

/** What is there by this very name is no pattern; what is not may be one, behind a quoted variable of a loop. */
async function named(path: string, budget: Budget): Promise<string[]> {
  return MAGIC.test(path) && !exists(path) ? [path, ...(await expand(path, budget))] : [path]
}

/** Resolves the links on the way, as far as the way exists. */
function resolved(path: string): string {
  const whole = resolve(path)
  if (whole === '/') return whole
  let above = dirname(whole)
  let rest = basename(whole)
  for (;;) {
    try {
      return join(realpathSync(above), rest)
    } catch (cause) {
      if (!['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(codeOf(cause)) || above === '/') throw cause
    }
    rest = join(basename(above), rest)
    above = dirname(above)
  }
}

/** Writing to a link writes to what it points to, which may not exist yet: that is kept too. */
function throughLinks(path: string): string[] {
  const all = [path]
  for (let at = path; all.length < MOST_HOPS; ) {
    try {
      at = resolved(resolve(dirname(at), readlinkSync(at)))
    } catch {
      return all // no link, or nothing there
    }
    all.push(at)
  }
  return all
}

/**
 * Expands a pattern: `*`, `?`, `[…]`, and `**` for any number of folders. Matches names with a leading dot too, since
 * not every tool leaves them out and keeping too much does no harm. A pattern without a match is a name, as in a shell.
 */
async function expand(pattern: string, budget: Budget): Promise<string[]> {
  const segments = resolve(pattern).split('/').slice(1)
  const found = new Set<string>()
  const walk = async (folder: string, index: number): Promise<void> => {
    const segment = segments[index] ?? ''
    const last = index === segments.length - 1
    if (!MAGIC.test(segment)) {
      const path = join(folder, literal(segment))
      if (!last) return walk(path, index + 1)
      if (exists(path)) found.add(path)
      return
    }
    const deep = segment === '**'
    if (deep && !last) await walk(folder, index + 1)
    const tokens = tokensOf(segment)
    for (const item of list(folder)) {
      budget.entry()
      if (budget.pause.due()) await budget.pause.rest()
      if (!deep && !matches(item.name, tokens)) continue
      const path = join(folder, item.name)
      if (last) found.add(path)
      // As a shell does: a named folder may be a link to one, `**` does not follow.
      if (deep && item.isDirectory()) await walk(path, index)
      if (!deep && !last && (item.isDirectory() || item.isSymbolicLink())) await walk(path, index + 1)
    }
  }
  await walk('/', 0)
  return found.size > 0 ? [...found] : [literal(pattern)]
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(cause))) return []
    throw cause
  }
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (cause) {
    if (['ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(codeOf(cause))) return false
    throw cause
  }
}

function literal(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}

/** `*`, `?`, a bracket expression, or one character. */
function tokensOf(segment: string): string[] {
  return segment.match(/\\.|\[[!^]?\]?[^\]]*\]|./gsu) ?? []
}

/** Goes back to the last `*` only: an agent writes the pattern, and a regular expression could be made to take for ever. */
function matches(name: string, tokens: readonly string[]): boolean {
  const letters = [...name]
  let [at, token, star, resume] = [0, 0, -1, 0]
  while (at < letters.length) {
    const want = tokens[token]
    if (want === '*') {
      star = token++
      resume = at
    } else if (want !== undefined && fits(letters[at] ?? '', want)) {
      at += 1
      token += 1
    } else if (star >= 0) {
      token = star + 1
      at = ++resume
    } else return false
  }
  return tokens.slice(token).every((rest) => rest === '*')
}

function fits(letter: string, token: string): boolean {
  if (token === '?') return true
  if (token.length === 1 || !token.startsWith('[')) return letter === literal(token)
  // Classes such as `[[:alpha:]]`, which we do not know, fit everything.
  if (token.includes('[:')) return true
  const inner = token.slice(1, -1)
  const negated = /^[!^]/.test(inner)
  const ranges = (negated ? inner.slice(1) : inner).match(/.-.|./gsu) ?? []
  const within = ranges.some((range) => {
    const [from = '', , to = from] = [...range]
    return letter >= from && letter <= to
  })
  return within !== negated
}
