import { canonical, type Digest, digestOf, type Json, sha256Url } from '../core/digest.ts'
import { type Rights, Seniority } from '../wire/desk.ts'
import type { Asked, Proposal } from '../wire/desk-people.ts'
import { has, humansIn, isSame, type Person } from './person.ts'

/** Somebody who is enrolled, with what decides who may give rights. */
export interface Member extends Person {
  /** He is, or once was, an admin. */
  readonly wasAdmin: boolean
}

export function isAtLeast(seniority: Seniority, least: Seniority): boolean {
  return Seniority.options.indexOf(seniority) >= Seniority.options.indexOf(least)
}

/** Whether these rights let one agree to anything, more than `before` did. */
export function isMore(after: Rights, before?: Rights): boolean {
  const voting = after.roles.filter((role) => role === 'approver' || role === 'admin')
  if (voting.length === 0) return false
  if (before === undefined) return true
  return (
    voting.some((role) => !before.roles.includes(role)) ||
    after.teams.some((team) => !before.teams.includes(team)) ||
    !isAtLeast(before.seniority, after.seniority)
  )
}

/**
 * Whether it counts only when two have signed it. A desk starts with one admin; from the second one on it takes two for
 * ever, also where an admin was removed since. Who is left with nobody that could sign beside him is alone again. That
 * somebody else is to act under an enrolled name, or a human being to count twice, always takes two.
 */
export function takesTwo(asked: Asked, people: readonly Member[]): boolean {
  if (asked.kind === 'recover' || asked.kind === 'unlink') return true
  const before = asked.kind === 'rights' ? people.find(({ id }) => id === asked.person) : undefined
  if (!isMore(asked, before)) return false
  return people.filter(({ wasAdmin }) => wasAdmin).length >= 2 && canBeAgreed(asked, people)
}

/**
 * Whose signature counts: admins. Where fewer than two are enrolled, approvers stand in for those who are missing: an
 * admin must not become the only one by removing the other. Of his own recovery or second account nobody is a judge.
 */
export function signers<T extends Person>(asked: Asked, people: readonly T[]): readonly T[] {
  const isOwn = asked.kind === 'recover' || asked.kind === 'unlink'
  const about = isOwn ? people.find(({ id }) => id === asked.person) : undefined
  const others = people.filter((person) => !person.removed && !isSame(person, about))
  const admins = others.filter((person) => has(person, 'admin'))
  return humansIn(admins) >= 2 ? admins : others.filter((person) => has(person, 'admin') || has(person, 'approver'))
}

export function canBeAgreed(asked: Asked, people: readonly Person[]): boolean {
  return humansIn(signers(asked, people)) >= 2
}

/** Two human beings whose signatures count at this time, an admin among them where there is one. */
export function isAgreed(asked: Asked, signed: readonly string[], people: readonly Person[]): boolean {
  const able = signers(asked, people)
  const who = able.filter(({ id }) => signed.includes(id))
  const isAdmin = (person: Person): boolean => has(person, 'admin')
  return humansIn(who) >= 2 && (who.some(isAdmin) || !able.some(isAdmin))
}

export function proposalDigest(proposal: Proposal): Digest {
  return digestOf('interlock-proposal/v1', proposal as unknown as Json)
}

/** One person's yes to one proposal. */
export interface Agreement {
  /** The proposal's digest. */
  readonly proposal: string
  readonly person: string
  /** Given out by the desk, used once. */
  readonly nonce: string
}

/** What the passkey signs, base64url. */
export function agreementChallenge({ proposal, person, nonce }: Agreement): string {
  return sha256Url(`interlock-agreement/v1\n${canonical({ proposal, person, nonce })}`)
}
