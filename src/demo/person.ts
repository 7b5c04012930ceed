import type { z } from 'zod'
import { CodedError } from '../core/errors.ts'
import { Challenge, type Decision, HoldPage, Problem, Session } from '../wire/desk.ts'
import { Authenticator } from './authenticator.ts'

/** How far a hold is. */
export interface Counted {
  readonly kind: 'counted'
  readonly approved: number
  readonly needs: number
  readonly state: HoldPage['state']
}

/** What became of a vote. */
export type Voted = Counted | Refused
export interface Refused {
  readonly kind: 'refused'
  readonly why: string
}

/** Asks the desk something in a person's name: a GET, or a POST where there is a body. */
export type Ask = <T>(schema: z.ZodType<T>, path: string, body?: object) => Promise<Answer<T>>
export type Answer<T> = { readonly kind: 'answered'; readonly value: T } | Refused

/** Somebody who has joined a desk, and has a passkey. */
export interface Person {
  readonly id: string
  readonly ask: Ask
  vote(ticket: string, decision: Decision, reason: string): Promise<Voted>
}

/** Opens an invitation. Only the first person says his name himself. */
export type Join = (link: string, name?: string) => Promise<Person>

/** One who speaks the desk's interface as its page does, and signs with a passkey in software. */
export const joinScripted: Join = async (link, name) => {
  const { origin, pathname } = new URL(link)
  const passkey = new Authenticator()
  const ask = asking(origin)
  const path = `/api/invitations/${pathname.split('/').at(-1)}`
  const { nonce, options } = await must(ask, Challenge, `${path}/start`, { ...(name !== undefined && { name }) })
  const response = passkey.create(options, { origin })
  const { person } = await must(ask, Session, path, { nonce, response })
  const vote: Person['vote'] = async (ticket, decision, reason) => {
    const at = `/api/holds/${ticket}`
    const { digest } = await must(ask, HoldPage, at)
    const started = await ask(Challenge, `${at}/votes/start`, { decision, reason, digest })
    if (started.kind === 'refused') return started
    const signed = passkey.get(started.value.options, { origin })
    const voted = await ask(HoldPage, `${at}/votes`, { nonce: started.value.nonce, response: signed })
    return voted.kind === 'refused' ? voted : counted(voted.value)
  }
  return { id: person?.id ?? '', ask, vote }
}

/** Keeps the session that the desk gives, as a browser does. */
function asking(origin: string): Ask {
  let cookie = ''
  return async (schema, path, body) => {
    const headers = { cookie, origin, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(origin + path, { headers, ...sent })
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    return read(schema, answer.status, await answer.json())
  }
}

export function read<T>(schema: z.ZodType<T>, status: number, value: unknown): Answer<T> {
  if (status !== 200) return { kind: 'refused', why: Problem.parse(value).detail }
  return { kind: 'answered', value: schema.parse(value) }
}

/** What can't be refused here. */
export async function must<T>(ask: Ask, schema: z.ZodType<T>, path: string, body?: object): Promise<T> {
  const answer = await ask(schema, path, body)
  if (answer.kind === 'refused') throw new CodedError('demo/desk', `the desk refused \`${path}\`: ${answer.why}`)
  return answer.value
}

export function counted({ approved, needs, state }: HoldPage): Counted {
  return { kind: 'counted', approved: approved.length, needs, state }
}
