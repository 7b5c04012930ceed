import type { Rights, Role } from '../wire/desk.ts'

/** Who is enrolled, as far as a vote needs it. */
export interface Person extends Rights {
  readonly id: string
  readonly removed: boolean
  /** The same for all accounts of one human being; absent where there is one account. */
  readonly human?: string
}

export function humanOf({ id, human = id }: Person): string {
  return human
}

export function isSame(a: Person | undefined, b: Person | undefined): boolean {
  return a !== undefined && b !== undefined && humanOf(a) === humanOf(b)
}

/** How many human beings these accounts are. */
export function humansIn(people: readonly Person[]): number {
  return new Set(people.map(humanOf)).size
}

export function has(person: Person, role: Role): boolean {
  return !person.removed && person.roles.includes(role)
}
