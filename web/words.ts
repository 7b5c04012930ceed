import type { EffectLine } from '../src/wire/api.ts'
import type { HoldLine, HoldState, Rights, Role } from '../src/wire/desk.ts'

export const UNDO: Readonly<Record<EffectLine['undo'], string>> = {
  U0: 'nothing to undo',
  U1: 'can be undone exactly',
  U2: 'can be rebuilt',
  U3: 'can be undone for a time',
  U4: "can't be undone",
}

const DONE: Readonly<Record<string, string>> = {
  read: 'read',
  create: 'made',
  update: 'changed',
  delete: 'deleted',
  replace: 'replaced',
  execute: 'run',
  grant: 'granted',
  disclose: 'sent out',
  spend: 'spent',
}

/** What becomes of the resource, as a participle. */
export function done(verb: string): string {
  return DONE[verb] ?? verb
}

export const STATES: Readonly<Record<HoldState, string>> = {
  open: 'waits for votes',
  approved: 'approved, not run yet',
  denied: 'denied',
  expired: 'expired',
  superseded: 'filed anew with other facts',
  withdrawn: 'withdrawn: no answer is needed',
  taken: 'runs now',
  done: 'done',
  failed: 'failed',
  unknown: 'outcome unknown',
}

export function isWaiting(state: HoldState): boolean {
  return state === 'open' || state === 'approved'
}

/** Those that wait, the ones that end soonest first. */
export function byUrgency(lines: readonly HoldLine[]): HoldLine[] {
  return lines.filter(({ state }) => isWaiting(state)).sort((a, b) => a.approveBy - b.approveBy)
}

export const ROLES: Readonly<Record<Role, string>> = {
  operator: 'runs agents',
  approver: "votes on other people's agents",
  auditor: 'reads, and changes nothing',
  admin: 'invites people, enrols guards, removes both',
}

/** What somebody's yes weighs, beside his roles: `senior, of payments`. */
export function weighs({ teams, seniority }: Pick<Rights, 'teams' | 'seniority'>): string {
  const of = teams.length > 0 ? [`of ${teams.join(', ')}`] : []
  return [...(seniority === 'junior' ? [] : [seniority]), ...of].join(', ')
}

/** What somebody may do, in one line: `approver, admin; senior, of payments`. */
export function rightsWords(rights: Rights): string {
  return [rights.roles.join(', '), weighs(rights)].filter(Boolean).join('; ')
}

/** Nothing brings it back. */
export function isLost({ verb, undo }: EffectLine): boolean {
  return undo === 'U4' && verb !== 'read'
}

const GRAVITY = ['U0', 'U1', 'U2', 'U3', 'U4']

/** What can't be taken back first; the order is kept else. */
export function gravestFirst(effects: readonly EffectLine[]): EffectLine[] {
  const weight = (effect: EffectLine): number => (isLost(effect) ? 9 : GRAVITY.indexOf(effect.undo))
  return effects.toSorted((a, b) => weight(b) - weight(a))
}

export interface Place {
  readonly system: string
  readonly environment?: string
}

export function placeOf(place: string): Place {
  const [, environment, system] = /^(\w+):(.+)$/s.exec(place) ?? []
  if (environment !== undefined && system !== undefined) return { system, environment }
  if (place === 'home') return { system: "the user's home" }
  return { system: place === 'host' ? 'the machine itself' : place === 'workspace' ? 'the workspace' : place }
}

/** What could not do without this system, by the registry. */
export function neededBy(
  systems: readonly { readonly name: string; readonly dependsOn: readonly string[] }[],
  name: string,
): readonly string[] {
  return [...new Set(systems.filter(({ dependsOn }) => dependsOn.includes(name)).map((system) => system.name))]
}

/** One sentence of what would be lost: the names of things, and what is said of them. */
export interface Loss {
  readonly names: readonly string[]
  readonly says: string
  readonly lost: boolean
}

const NAMED = 3
const NAME_LENGTH = 80

export function lossOf(effects: readonly EffectLine[]): Loss {
  if (effects.some(({ resource, certainty }) => resource === 'anything' || certainty === 'opaque'))
    return { names: ['anything'], says: " could be lost: what this does can't be known before it runs.", lost: true }
  const lost = effects.filter(isLost)
  const changed = effects.filter(({ verb }) => verb !== 'read')
  const told = lost.length > 0 ? lost : changed.length > 0 ? gravestFirst(changed) : effects
  if (told.length === 0) return { names: [], says: 'Nothing that is known would change.', lost: false }
  const names = told.slice(0, NAMED).map(({ resource }) => shortened(resource))
  const more = told.length > NAMED ? ` and ${count(told.length - NAMED, 'more thing')}` : ''
  const verbs = [...new Set(told.map(({ verb }) => done(verb)))].join(' or ')
  const gravest = told[0]?.undo ?? 'U4'
  const undo = gravest === 'U0' ? '' : `, which ${UNDO[gravest]}`
  return { names, says: `${more} would be ${verbs}${where(told)}${undo}.`, lost: lost.length > 0 }
}

export interface Way {
  readonly undo: EffectLine['undo']
  readonly says: string
  readonly names: readonly string[]
  /** How many more of that kind. */
  readonly more: number
}

/** How what would be changed comes back, the gravest first. `snapshot`: one is taken before it runs. */
export function undoingOf(effects: readonly EffectLine[], snapshot: boolean): readonly Way[] {
  const changing = gravestFirst(effects.filter(({ verb, undo }) => verb !== 'read' && undo !== 'U0'))
  const ways: Readonly<Record<EffectLine['undo'], string>> = {
    U0: '',
    U1: snapshot ? 'Comes back exactly, from the snapshot that is taken first: ' : 'Comes back exactly: ',
    U2: 'Can be made again, by hand: ',
    U3: 'Can be brought back for a time, by the system that has it: ',
    U4: 'Nothing brings it back: ',
  }
  return [...Map.groupBy(changing, ({ undo }) => undo)].map(([undo, all]) => {
    const names = [...new Set(all.map(({ resource }) => shortened(resource)))]
    return { undo, says: ways[undo], names: names.slice(0, NAMED), more: Math.max(0, names.length - NAMED) }
  })
}

/** A name that is no sentence of its own; the whole one stands in the table. */
function shortened(name: string): string {
  const letters = [...name]
  return letters.length > NAME_LENGTH ? `${letters.slice(0, NAME_LENGTH).join('')}…` : name
}

/** Said only where it is the same for all. */
function where(effects: readonly EffectLine[]): string {
  const places = new Set(effects.map(({ place }) => place))
  const [place] = places
  if (places.size !== 1 || place === undefined) return ''
  const { system, environment } = placeOf(place)
  return environment === undefined ? ` in ${system}` : ` in ${environment}`
}

export function count(n: number, thing: string): string {
  return `${n.toLocaleString('en')} ${thing}${n === 1 ? '' : 's'}`
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A span as a person says it, rounded down. */
export function span(ms: number): string {
  if (ms < MINUTE) return 'less than a minute'
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`
  return count(Math.floor(ms / DAY), 'day')
}

export function left(until: number, now: number): string {
  return until <= now ? 'no time left' : `${span(until - now)} left`
}

export function ago(since: number, now: number): string {
  return now - since < MINUTE ? 'just now' : `${span(now - since)} ago`
}

/** An hour is where one gets up for it. */
export function isUrgent(until: number, now: number): boolean {
  return until - now < HOUR
}
