import type { z } from 'zod'
import { CodedError } from '../core/errors.ts'
import { Challenge, type Decision, HoldPage, OneTime, Problem, type Role, Session } from '../wire/desk.ts'
import { Authenticator } from './authenticator.ts'

/** How far a hold is. */
export interface Counted {
  readonly kind: 'counted'
  readonly approved: number
  readonly needs: number
  readonly state: HoldPage['state']
}

/** What became of a vote. */
export type Voted = Counted | { readonly kind: 'refused'; readonly why: string }

/** Somebody who looks at the desk's page, and has a passkey. */
export interface Person {
  readonly name: string
  vote(ticket: string, decision: Decision, reason: string): Promise<Voted>
}

/** One who speaks the desk's interface as its page does, and signs with a passkey in software. */
export class Scripted implements Person {
  readonly name: string
  readonly #origin: string
  readonly #passkey = new Authenticator()
  #cookie = ''
  #id = ''

  private constructor(origin: string, name: string) {
    this.#origin = origin
    this.name = name
  }

  /** Opens the link, and makes a passkey. Only the first person says his name himself. */
  static async join(link: string, name: string, isFirst = false): Promise<Scripted> {
    const { origin, pathname } = new URL(link)
    const person = new Scripted(origin, name)
    const path = `/api/invitations/${pathname.split('/').at(-1)}`
    const { nonce, options } = await person.#must(Challenge, `${path}/start`, isFirst ? { name } : {})
    const response = person.#passkey.create(options, { origin })
    person.#id = (await person.#must(Session, path, { nonce, response })).person?.id ?? ''
    return person
  }

  get id(): string {
    return this.#id
  }

  async invite(name: string, roles: readonly Role[]): Promise<string> {
    return (await this.#must(OneTime, '/api/people/invitations', { name, roles })).link
  }

  async codeForGuard(name: string, operator: string): Promise<string> {
    return (await this.#must(OneTime, '/api/guards/codes', { name, operator })).code
  }

  /** How far a hold is. */
  async standing(ticket: string): Promise<Counted> {
    return counted(await this.#must(HoldPage, `/api/holds/${ticket}`))
  }

  async vote(ticket: string, decision: Decision, reason: string): Promise<Voted> {
    const path = `/api/holds/${ticket}/votes`
    const { digest } = await this.#must(HoldPage, `/api/holds/${ticket}`)
    const started = await this.#ask(Challenge, `${path}/start`, { decision, reason, digest })
    if (started.kind === 'refused') return started
    const { nonce, options } = started.value
    const response = this.#passkey.get(options, { origin: this.#origin })
    const voted = await this.#ask(HoldPage, path, { nonce, response })
    return voted.kind === 'refused' ? voted : counted(voted.value)
  }

  async #must<T>(schema: z.ZodType<T>, path: string, body?: object): Promise<T> {
    const answer = await this.#ask(schema, path, body)
    if (answer.kind === 'refused') throw new CodedError('demo/desk', `the desk refused \`${path}\`: ${answer.why}`)
    return answer.value
  }

  async #ask<T>(
    schema: z.ZodType<T>,
    path: string,
    body?: object,
  ): Promise<{ kind: 'answered'; value: T } | { kind: 'refused'; why: string }> {
    const headers = { cookie: this.#cookie, origin: this.#origin, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(this.#origin + path, { headers, ...sent })
    const value: unknown = await answer.json()
    if (!answer.ok) return { kind: 'refused', why: Problem.parse(value).detail }
    this.#cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie
    return { kind: 'answered', value: schema.parse(value) }
  }
}

function counted({ approved, needs, state }: HoldPage): Counted {
  return { kind: 'counted', approved: approved.length, needs, state }
}
