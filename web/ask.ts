import * as z from 'zod'
import { Problem } from '../src/wire/desk.ts'

// The page's policy forbids code made from text, which zod would try.
z.config({ jitless: true })

/** The server said no, or nothing. `status` 0: it could not be reached. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, why: string) {
    super(why)
    this.status = status
  }
}

/** Sent on `window` where the session has ended. */
export const SIGNED_OUT = 'signed-out'

export type Ask = <T>(method: string, path: string, schema: z.ZodType<T>, body?: object) => Promise<T>

/** How this page asks its server, by the name that a person knows it by. */
export function askerOf(server: string): Ask {
  return async (method, path, schema, body) => {
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
    const reply = await reach(server, path, { method, ...sent })
    const said: unknown = await reply.json().catch(() => undefined)
    if (!reply.ok) throw refusal(server, reply.status, said)
    const read = schema.safeParse(said)
    if (!read.success)
      throw new Refused(reply.status, `${server} answered in a way this page does not know; load it anew`)
    return read.data
  }
}

/** A file as it is; undefined where there is none. */
export async function bytesOf(server: string, path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reply = await reach(server, path, {})
  if (reply.status === 404) return undefined
  if (!reply.ok) throw refusal(server, reply.status, await reply.json().catch(() => undefined))
  return new Uint8Array(await reply.arrayBuffer())
}

async function reach(server: string, path: string, how: RequestInit): Promise<Response> {
  return await fetch(path, how).catch(() => {
    throw new Refused(0, `${server} does not answer`)
  })
}

function refusal(server: string, status: number, said: unknown): Refused {
  if (status === 401) window.dispatchEvent(new Event(SIGNED_OUT))
  const problem = Problem.safeParse(said)
  return new Refused(status, problem.success ? problem.data.detail : `${server} answered with ${status}`)
}
