import { type Dir, opendirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../core/clock.ts'
import type { Magnitude } from '../core/effect.ts'
import type { Changes, Content, PathFacts, Surroundings } from '../core/study.ts'
import { NotRegular, readRegular } from '../store/regular.ts'
import { Budget, type Pause, pacer } from '../undo/budget.ts'
import { placesOf } from '../undo/targets.ts'
import { Bounds } from '../wire/config.ts'
import { CallError } from './capture.ts'
import type { Asked, Finding } from './facts.ts'
import { MOST_LISTED, type Status, statusOf, versionIn } from './git.ts'
import { lookAt, realOf } from './real.ts'

/** Answers all questions of a round, in their order. Read-only and bounded; what can't be known throws, and the gate denies. */
export type Probe = (asked: readonly Asked[], around: Surroundings) => Promise<readonly Finding[]>

/** Entries that are counted, and the time that counting may take, before it counts as more than can be known. */
const COUNTED = { entries: 50_000, ms: 1_000 }
const MOST_ASKED = 5_000
const MOST_COMPARED = 2_000_000
const LONGEST_SCRIPT = 64 * 1024

export function probeWith(clock: Clock, most = COUNTED): Probe {
  return async (asked, around) => {
    if (asked.length > MOST_ASKED)
      throw new CallError('call/too-much', `it touches more than ${MOST_ASKED} paths`, {
        hint: 'do it in smaller parts',
      })
    const places = asked.map((each) =>
      each.kind === 'path' && each.want === 'stake' ? placeOf(literalPart(each.path)) : undefined,
    )
    const whole = asked.some(({ kind }) => kind === 'changes')
    const real = places.flatMap((place) => (place?.exists === true ? [place.real] : []))
    const told = whole || real.length > 0 ? await statusOf(around.workspace, whole ? 'all' : real) : undefined
    const status = told !== undefined && told.length * real.length > MOST_COMPARED ? 'unknown' : told
    const count = new Counter(clock, most)
    const found: Finding[] = []
    for (const [at, each] of asked.entries()) {
      const place = places[at]
      if (each.kind === 'text') found.push(contentOf(each.path))
      else if (each.kind === 'changes') found.push(changesIn(status, around))
      else if (place === undefined) found.push(placeOf(each.path))
      else found.push(stakeOf(each.path, place, await count.below(each.path), versionIn(status, place, around)))
    }
    return found
  }
}

const NOTHING: Magnitude = { files: 0, bytes: 0, unversioned: 0 }

function placeOf(path: string): PathFacts {
  const stat = lookAt(path)
  const type = typeOf(stat)
  return {
    exists: stat !== undefined,
    type,
    real: realOf(path),
    version: 'none',
    magnitude: NOTHING,
    more: false,
    certainty: 'known',
  }
}

function typeOf(stat: Stats | undefined): PathFacts['type'] {
  if (stat === undefined || stat.isFile()) return 'file'
  return stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other'
}

function stakeOf(
  path: string,
  place: PathFacts,
  { files, bytes, more, newest, folders }: Counted,
  version: PathFacts['version'],
): PathFacts {
  const unversioned = version === 'tracked' ? 0 : files
  const real = join(place.real, path.slice(literalPart(path).length))
  const stamp = files > 0 ? { stamp: newest } : {}
  // A pattern without a match means nothing.
  const exists = place.exists && (files > 0 || more)
  const type = literalPart(path) === path ? place.type : folders ? 'folder' : 'file'
  return { ...place, type, exists, real, version, magnitude: { files, bytes, unversioned }, more, ...stamp }
}

/** Of a pattern, the folder that all its matches are in. What is there by this very name is no pattern. */
function literalPart(path: string): string {
  const at = path.search(/[*?[]/)
  if (at >= 0 && lookAt(path) !== undefined) return path
  return at < 0 ? path : path.slice(0, path.lastIndexOf('/', at)) || '/'
}

interface Counted {
  readonly files: number
  readonly bytes: number
  readonly more: boolean
  readonly newest: number
  /** All that the path or pattern names itself is folders. */
  readonly folders: boolean
}

/** Counts for one round of questions; what one takes of the time, the next ones lack. */
class Counter {
  readonly #clock: Clock
  readonly #most: number
  readonly #until: number
  readonly #pause: Pause
  #entries = 0

  constructor(clock: Clock, most: typeof COUNTED) {
    this.#clock = clock
    this.#most = most.entries
    this.#until = clock.micros() + most.ms * 1000
    this.#pause = pacer(clock)
  }

  async below(path: string): Promise<Counted> {
    const so = { files: 0, bytes: 0, more: false, newest: 0, folders: false }
    const open = await this.#matches(path)
    if (open === undefined) return { ...so, more: true }
    so.folders = open.every((at) => lookAt(at)?.isDirectory() === true)
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (this.#entries >= this.#most || this.#clock.micros() > this.#until) return { ...so, more: true }
      if (this.#pause.due()) await this.#pause.rest()
      const stat = lookAt(at)
      if (stat === undefined) continue
      this.#entries++
      so.files++
      so.newest = Math.max(so.newest, stat.ctimeMs)
      if (stat.isFile()) so.bytes += stat.size
      const names = stat.isDirectory() ? namesIn(at, this.#most - this.#entries) : []
      if (names === undefined) return { ...so, more: true }
      for (const name of names) open.push(join(at, name))
    }
    return so
  }

  /** Undefined where the pattern means more than can be looked at in time. */
  async #matches(path: string): Promise<string[] | undefined> {
    if (literalPart(path) === path) return [path]
    const left = Math.max(1, (this.#until - this.#clock.micros()) / 1000)
    try {
      const budget = new Budget(this.#clock, Bounds.parse({ snapshotMs: left }))
      const places = await placesOf([{ path, tree: false, glob: true, unlinkOnly: true }], budget)
      return places.map((place) => place.path)
    } catch {
      return undefined // it lists more than was given time for, or a folder that can't be read
    }
  }
}

/** At most one more than `most`: a folder can hold millions. Undefined where it can't be read. */
function namesIn(folder: string, most: number): string[] | undefined {
  let open: Dir | undefined
  try {
    open = opendirSync(folder)
    const names: string[] = []
    for (let entry = open.readSync(); entry !== null && names.length <= most; entry = open.readSync())
      names.push(entry.name)
    return names
  } catch {
    return undefined
  } finally {
    open?.closeSync()
  }
}

function changesIn(lines: Status, around: Surroundings): Changes {
  if (lines === undefined || lines === 'unknown') return { modified: [], untracked: [], ignored: [], more: true }
  const of = (marks: (mark: string) => boolean): string[] =>
    lines
      .filter((line) => marks(line.slice(0, 2)))
      .slice(0, MOST_LISTED)
      .map((line) => join(around.workspace, line.slice(3).replace(/\/$/, '')))
  return {
    modified: of((mark) => mark !== '??' && mark !== '!!'),
    untracked: of((mark) => mark === '??'),
    ignored: of((mark) => mark === '!!'),
    more: lines.length > MOST_LISTED,
  }
}

function contentOf(path: string): Content {
  if (lookAt(realOf(path)) === undefined) return { kind: 'missing' }
  try {
    const bytes = readRegular(path, LONGEST_SCRIPT + 1)
    if (bytes.subarray(0, 1024).includes(0)) return { kind: 'program' }
    if (bytes.length > LONGEST_SCRIPT) return { kind: 'unreadable', why: 'the script is longer than 64 KiB' }
    return { kind: 'text', text: bytes.toString() }
  } catch (error) {
    return {
      kind: 'unreadable',
      why: error instanceof NotRegular ? 'the script is no regular file' : 'the script can’t be read',
    }
  }
}
