import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import * as z from 'zod'
import { isDeeper } from '../core/depth.ts'
import { misfit } from '../core/misfit.ts'
import type { Problem } from '../wire/desk.ts'
import { Refusal } from './desk.ts'

const STATUS: Readonly<Record<Refusal['code'], number>> = {
  'desk/malformed': 400,
  'desk/no-credential': 401,
  'desk/forbidden': 403,
  'desk/not-found': 404,
  'desk/conflict': 409,
  'desk/quorum-unreachable': 409,
  'desk/too-long': 413,
  'desk/too-many': 429,
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'not understood',
  401: 'who are you?',
  403: 'not allowed',
  404: 'not here',
  409: 'not any more',
  413: 'too long',
  429: 'too many',
  500: 'a fault of the desk',
}

/** Every error as an answer with its reason; what went wrong inside is for the desk's own terminal. */
export function problem(error: unknown, fault: (error: unknown) => void): Response {
  if (error instanceof HTTPException) return answer(error.status, 'the request could not be read')
  if (!(error instanceof Refusal)) {
    fault(error)
    return answer(500, 'it is told in the terminal of the desk')
  }
  const type = error.code === 'desk/quorum-unreachable' ? 'quorum-unreachable' : undefined
  return answer(STATUS[error.code], error.message, type)
}

function answer(status: number, detail: string, type = 'about:blank'): Response {
  const body: Problem = { type, title: TITLES[status] ?? 'refused', status, detail }
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })
}

/** The body where there is nothing to say. */
export const Nothing = z.strictObject({})

/** The body, if it fits. */
export async function fitting<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await c.req.json().catch(() => undefined)
  if (isDeeper(body, DEEPEST)) throw new Refusal('desk/malformed', `the body nests more than ${DEEPEST} levels`)
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new Refusal('desk/malformed', misfit(parsed.error, 'the body'))
}

/** No call of an agent is deeper, and what reads it level by level would run out of stack. */
const DEEPEST = 200
