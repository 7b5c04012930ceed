import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import { sha256Url } from '../core/digest.ts'
import { reasonOf } from '../core/errors.ts'
import { publicKeyOf } from '../core/key.ts'
import {
  EnrollReply,
  type EnrollRequest,
  FileReply,
  FileRequest,
  GrantClaims,
  Left,
  Problem,
  Standing,
} from '../wire/desk.ts'
import type { Desk, Failed, Looked, SignedGrant, Told } from './desk.ts'
import { DeskError, type Enrolment } from './enrolment.ts'
import { type Asking, type Reply, requester } from './request.ts'

/** How long a call waits for the desk. */
const ANSWER_MS = 3_000
const ENROL_MS = 15_000
/** The desk takes no longer request. */
const LONGEST_BODY = 256 * 1024
/** How long a signed request is good for, and how far the clocks of two machines may be apart. Seconds. */
const SIGNED_FOR = 60
const APART = 60

/** The desk, over HTTP. What it answers is believed as far as it fits the schema and, for a grant, the pinned key. */
export function deskClient(enrolment: Enrolment, key: KeyObject, clock: Clock): Desk {
  const { origin, guard, operator, ca } = enrolment
  const send = requester(origin, ca)
  const signed = async ({ method, path, body = '', timeoutMs }: Asking): Promise<Reply> => {
    const now = Math.floor(clock.now() / 1000)
    const bh = sha256Url(body)
    // Loaded when it is needed: most guards are enrolled nowhere, and start faster.
    const { SignJWT } = await import('jose')
    const token = await new SignJWT({ htm: method, htu: path.replace(/\?.*$/, ''), bh })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer(guard)
      .setAudience(origin)
      .setIssuedAt(now)
      .setExpirationTime(now + SIGNED_FOR)
      .sign(key)
    return await send({ method, path, timeoutMs, ...(body !== '' && { body }), authorization: `Bearer ${token}` })
  }
  const failed = (why: string, perhaps: boolean): Failed => ({ kind: 'failed', why: `${at(origin)} ${why}`, perhaps })
  const grantIn = async (text: string): Promise<SignedGrant | string> => {
    try {
      const { jwtVerify } = await import('jose')
      const { payload } = await jwtVerify(text, publicKey(enrolment.key), {
        algorithms: ['EdDSA'],
        issuer: origin,
        audience: guard,
        currentDate: new Date(clock.now()),
        clockTolerance: APART,
        requiredClaims: ['exp', 'iat'],
      })
      return { text, claims: GrantClaims.parse(payload) }
    } catch (error) {
      return `gave out a grant that does not hold: ${reasonOf(error)}`
    }
  }
  const told = async (method: Asking['method'], path: string, schema: z.ZodType, body: object): Promise<Told> => {
    const read = readReply(await signed({ method, path, body: JSON.stringify(body), timeoutMs: ANSWER_MS }), schema)
    if (read.kind === 'read') return { kind: 'told' }
    const final = read.kind === 'problem' && (read.status === 404 || read.status === 409)
    return { kind: final ? 'refused' : 'unanswered', why: read.why }
  }
  return {
    origin,
    operator: operator.name,
    standing: async (ticket, waitMs = 0) => {
      const path = `/v1/holds/${ticket}${waitMs > 0 ? `?wait=${waitMs}` : ''}`
      const read = readReply(await signed({ method: 'GET', path, timeoutMs: waitMs + ANSWER_MS }), Standing)
      if (read.kind === 'problem' && read.status === 404) return { kind: 'none' }
      return read.kind === 'read' ? { kind: 'stands', standing: read.value } : failed(read.why, false)
    },
    file: async (filing, receipt): Promise<Looked> => {
      const request = FileRequest.safeParse({ filing, receipt })
      const body = JSON.stringify({ filing, receipt })
      if (!request.success || Buffer.byteLength(body) > LONGEST_BODY)
        return { kind: 'failed', why: 'it is too much to be shown to people; do it in smaller parts', perhaps: false }
      const reply = await signed({ method: 'POST', path: '/v1/holds', body, timeoutMs: ANSWER_MS })
      const read = readReply(reply, FileReply)
      if (read.kind !== 'read') return failed(read.why, read.perhaps)
      const { grant, ...standing } = read.value
      if (standing.ticket !== filing.ticket) return failed('answered for another ticket', true)
      if (grant === undefined) return { kind: 'stands', standing }
      const held = await grantIn(grant)
      return typeof held === 'string' ? failed(held, true) : { kind: 'stands', standing, grant: held }
    },
    tell: (ticket, outcome) => told('POST', `/v1/holds/${ticket}/outcome`, Standing, outcome),
    withdraw: (ticket) => told('POST', `/v1/holds/${ticket}/withdrawal`, Standing, {}),
    leave: () => told('DELETE', '/v1/guards', Left, {}),
  }
}

export interface Enrolling {
  readonly origin: string
  readonly code: string
  /** What people will know this guard by. */
  readonly name: string
  readonly ca?: string
  readonly clock: Clock
}

/** A new key for this guard, which the desk takes against the code. Throws where it does not. */
export async function enrol(asked: Enrolling): Promise<{ enrolment: Enrolment; key: KeyObject; own: string }> {
  const { origin, code, name, ca, clock } = asked
  const { publicKey: shown, privateKey: key } = generateKeyPairSync('ed25519')
  const own = String(shown.export({ format: 'jwk' }).x)
  const body = JSON.stringify({ code, name, key: own } satisfies EnrollRequest)
  const reply = await requester(origin, ca)({ method: 'POST', path: '/v1/guards', body, timeoutMs: ENROL_MS })
  const read = readReply(reply, EnrollReply)
  if (read.kind !== 'read') {
    const hint = /certificate/.test(read.why) ? { hint: 'name the certificate to trust with `--ca FILE`' } : {}
    throw new DeskError('desk/refused', `not enrolled: ${at(origin)} ${read.why}`, hint)
  }
  const { guard, operator, key: desk, origin: named } = read.value
  if (named !== origin)
    throw new DeskError('desk/address', `what answers at \`${origin}\` calls itself \`${named}\``, {
      hint: 'enrol under the address that the desk has; the code is used up, so ask for another one',
    })
  publicKey(desk)
  const enrolment = { origin, guard, name, operator, key: desk, enrolledAt: clock.now(), ...(ca && { ca }) }
  return { enrolment, key, own }
}

type Read<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'problem'; readonly status: number; readonly why: string; readonly perhaps: boolean }
  | { readonly kind: 'none'; readonly why: string; readonly perhaps: boolean }

/** `perhaps`: whoever answered so may have acted on the request. */
function readReply<T>(reply: Reply, schema: z.ZodType<T>): Read<T> {
  if (reply.kind === 'none') return { kind: 'none', why: `can't be reached: ${reply.why}`, perhaps: reply.sent }
  const { status, text } = reply
  const value = parsed(text)
  if (status === 200) {
    const fits = schema.safeParse(value)
    if (fits.success) return { kind: 'read', value: fits.data }
    const where = fits.error.issues[0]?.path.join('.') || 'all of it'
    return { kind: 'none', why: `answered what no desk does (${where})`, perhaps: true }
  }
  const problem = Problem.safeParse(value)
  const why = problem.success ? `says: ${oneLine(problem.data.detail)}` : `answered with status ${status}`
  return { kind: 'problem', status, why, perhaps: status >= 500 }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Somebody else's words, bounded, in one line. */
function oneLine(text: string): string {
  return text
    .slice(0, 500)
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
}

function at(origin: string): string {
  return `the desk at ${origin}`
}

function publicKey(raw: string): KeyObject {
  try {
    return publicKeyOf(raw)
  } catch (cause) {
    throw new DeskError('desk/refused', 'what the desk gave as its key is none', { cause })
  }
}
