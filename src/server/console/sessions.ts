import { randomBytes } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { sha256 } from '../../core/digest.ts'
import type { Asker } from '../../gate/guard.ts'
import type { Holder } from '../asker.ts'

/** How long a link can be opened, and how long the page can then be used. */
export const LINK_MS = 5 * 60 * 1000
export const SESSION_MS = 12 * 60 * 60 * 1000
/** Older ones go: a person has a few. */
const MOST = 20

interface Code {
  readonly asker: Asker
  readonly until: number
}

export interface Session {
  /** As it stands in the record of what is said through it. */
  readonly by: string
}

interface Held extends Session {
  readonly holder: string
  readonly until: number
}

/**
 * Links that open the console once, and the browsers that opened it. Kept in memory alone, and as digests: neither a
 * file nor the guard's own memory has what would open one. Ends with the guard.
 * INVARIANT: a session counts on connections of the process that opened it and no other: its cookie, which a browser
 * keeps on disk and sends to every port of our name, is of no use elsewhere.
 */
export class Sessions {
  readonly #clock: Clock
  readonly #codes = new Map<string, Code>()
  readonly #sessions = new Map<string, Held>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  newCode(asker: Asker): string {
    const code = randomBytes(16).toString('base64url')
    put(this.#codes, sha256(code), { asker, until: this.#in(LINK_MS) })
    return code
  }

  /** Undefined where there is no such code any more: it works once, whoever comes first. */
  open(code: string, holder: Holder): string | undefined {
    const key = sha256(code)
    const found = this.#codes.get(key)
    this.#codes.delete(key)
    if (found === undefined || this.#over(found.until)) return undefined
    const secret = randomBytes(32).toString('base64url')
    const by = `the console in ${holder.says}, opened by ${found.asker.by}`
    put(this.#sessions, sha256(secret), { by, holder: holder.id, until: this.#in(SESSION_MS) })
    return secret
  }

  whose(secret: string, holder: Holder): Session | undefined {
    const found = this.#sessions.get(sha256(secret))
    return found === undefined || found.holder !== holder.id || this.#over(found.until) ? undefined : found
  }

  end(secret: string): void {
    this.#sessions.delete(sha256(secret))
  }

  #in(ms: number): number {
    return this.#clock.micros() + ms * 1000
  }

  #over(until: number): boolean {
    return this.#clock.micros() >= until
  }
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value)
  for (const old of [...map.keys()].slice(0, Math.max(0, map.size - MOST))) map.delete(old)
}
