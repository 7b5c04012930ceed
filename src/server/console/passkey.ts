import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import type { Clock } from '../../core/clock.ts'
import { type Digest, digestOf, type Json, sha256Url } from '../../core/digest.ts'
import { CodedError } from '../../core/errors.ts'
import type { Challenge, Signed } from '../../wire/desk.ts'
import { Assertion, PasskeyKey } from '../../wire/desk-record.ts'
import type { SignedAnswer } from '../../wire/record.ts'

/** The one passkey that answers here, as it is kept. */
export const Kept = z.strictObject({
  key: PasskeyKey,
  counter: z.int(),
  enrolledAt: z.number(),
  /** Who was there when it was made. */
  by: z.string(),
})
export type Kept = z.infer<typeof Kept>

type Verdict<T> = ({ readonly kind: 'made' } & T) | { readonly kind: 'refused'; readonly why: string }
type Counted =
  | { readonly kind: 'signed'; readonly counter: number }
  | { readonly kind: 'refused'; readonly why: string }

/** What a browser's passkeys need of a server; loaded with the first one. */
export interface WebAuthn {
  registrationOptions(origin: string, challenge: string, who: { id: string; name: string }): Promise<unknown>
  registered(
    origin: string,
    challenge: string,
    response: unknown,
  ): Promise<Verdict<{ readonly key: PasskeyKey; readonly counter: number }>>
  assertionOptions(origin: string, challenge: string, passkeys: readonly { readonly id: string }[]): Promise<unknown>
  asserted(key: PasskeyKey & { readonly counter: number }, challenge: string, assertion: Assertion): Promise<Counted>
}

export interface PasskeyParts {
  readonly origin: string
  readonly clock: Clock
  readonly webauthn: () => Promise<WebAuthn>
  readonly read: () => Kept | undefined
  /** Says in the ledger that it was made. */
  readonly record: (kept: Kept) => Promise<void>
  /** Durable when it resolves. */
  readonly write: (kept: Kept) => Promise<void>
  /** Ids of agents that are alive, as far as the guard has seen them. */
  readonly agents: () => readonly string[]
}

export class PasskeyError extends CodedError<'console/passkey'> {}

const ASKED_MS = 5 * 60 * 1000
const MOST_ASKED = 50

/**
 * A passkey makes a yes one that nobody but a person at the authenticator could give. Who could forge a yes could also
 * enrol one: so it is made once, never replaced, and not while an agent is seen to run.
 */
export class OwnPasskey {
  readonly #parts: PasskeyParts
  readonly #asked = new Map<string, { readonly about: Digest; readonly until: number }>()

  constructor(parts: PasskeyParts) {
    this.#parts = parts
  }

  get kept(): Kept | undefined {
    return this.#parts.read()
  }

  async startEnrolling(): Promise<Challenge> {
    this.#mayEnrol()
    const { origin, webauthn } = this.#parts
    const { nonce, challenge } = this.#ask(ENROL)
    const options = await (await webauthn()).registrationOptions(origin, challenge, {
      id: 'operator',
      name: 'operator',
    })
    return { nonce, options: options as Challenge['options'] }
  }

  async enrol({ nonce, response }: Signed, by: string): Promise<void> {
    this.#mayEnrol()
    const challenge = this.#challenge(nonce, ENROL)
    const made = await (await this.#parts.webauthn()).registered(this.#parts.origin, challenge, response)
    if (made.kind === 'refused') throw refused(made.why)
    const kept = { key: made.key, counter: made.counter, enrolledAt: this.#parts.clock.now(), by }
    this.#mayEnrol()
    // CRASH: one that is on record and not kept answers nothing; it can be made again.
    await this.#parts.record(kept)
    await this.#parts.write(kept)
  }

  /** What the passkey is asked to sign: exactly this. */
  async startSigning(about: Json): Promise<Challenge> {
    const { key } = this.#needed()
    const { nonce, challenge } = this.#ask(aboutOf(about))
    const options = await (await this.#parts.webauthn()).assertionOptions(this.#parts.origin, challenge, [key])
    return { nonce, options: options as Challenge['options'] }
  }

  /** With all that is needed to verify it for ever. */
  async signed(about: Json, given: Signed | undefined): Promise<SignedAnswer> {
    const kept = this.#needed()
    if (given === undefined) throw refused('it takes your passkey')
    const challenge = this.#challenge(given.nonce, aboutOf(about))
    const assertion = Assertion.safeParse(given.response)
    if (!assertion.success) throw refused('that is no answer of a passkey')
    const key = { ...kept.key, origin: this.#parts.origin }
    const verdict = await (await this.#parts.webauthn()).asserted(
      { ...key, counter: kept.counter },
      challenge,
      assertion.data,
    )
    if (verdict.kind === 'refused') throw refused(verdict.why)
    if (verdict.counter !== kept.counter) await this.#parts.write({ ...kept, counter: verdict.counter })
    return { passkey: key, assertion: assertion.data, nonce: given.nonce }
  }

  #needed(): Kept {
    const { kept } = this
    if (kept === undefined) throw refused('no passkey answers here')
    return kept
  }

  #mayEnrol(): void {
    if (this.kept !== undefined) throw refused('a passkey answers here already, and none takes its place')
    const alive = this.#parts.agents()
    if (alive.length > 0)
      throw refused(
        `an agent runs (process ${alive.map((id) => id.split(':')[0]).join(', ')}): end it first, so that it can be nobody's but yours`,
      )
  }

  #ask(about: Digest): { nonce: string; challenge: string } {
    const nonce = randomBytes(24).toString('base64url')
    this.#asked.set(nonce, { about, until: this.#parts.clock.micros() + ASKED_MS * 1000 })
    for (const old of [...this.#asked.keys()].slice(0, Math.max(0, this.#asked.size - MOST_ASKED)))
      this.#asked.delete(old)
    return { nonce, challenge: challengeOf(about, nonce) }
  }

  /** A question is answered once, and only about what it was. */
  #challenge(nonce: string, about: Digest): string {
    const asked = this.#asked.get(nonce)
    this.#asked.delete(nonce)
    if (asked === undefined || asked.until <= this.#parts.clock.micros() || asked.about !== about)
      throw refused('it was asked something else, or too long ago')
    return challengeOf(about, nonce)
  }
}

const ENROL = digestOf('interlock-console-enrol/v1', {})

function aboutOf(about: Json): Digest {
  return digestOf('interlock-console-answer/v1', about)
}

/** Base64url, as passkeys have it. */
export function challengeOf(about: Digest, nonce: string): string {
  return sha256Url(`interlock-console/v1\n${about}\n${nonce}`)
}

function refused(why: string): PasskeyError {
  return new PasskeyError('console/passkey', why)
}
