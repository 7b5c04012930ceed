import type { Json } from '../core/digest.ts'
import type {
  Answered,
  Closed,
  FileConfirmed,
  Granted,
  LeftDesk,
  PasskeyEnrolled,
  Ruled,
  Said,
  Started,
  ToldDesk,
  Turned,
} from '../wire/record.ts'
import { RECORD } from '../wire/record.ts'
import type { Gate } from './gate.ts'
import { redact } from './redact.ts'

/** What an entry of each type holds. */
interface Data {
  readonly ruled: Ruled
  readonly closed: Closed
  readonly answered: Answered
  readonly granted: Granted
  readonly told: ToldDesk
  readonly said: Said
  readonly started: Started
  readonly turned: Turned
  readonly fileConfirmed: FileConfirmed
  readonly left: LeftDesk
  readonly passkeyEnrolled: PasskeyEnrolled
}

export interface Recorded<T extends keyof Data> {
  readonly type: T
  /** The receipt that it belongs to. */
  readonly subject: string
  readonly data: Data[T]
  /** Values that must not be written, wherever they stand. */
  readonly secrets?: readonly string[]
}

/**
 * Writes one entry, credentials taken out. It is durable when this resolves.
 * INVARIANT: the register hears of entries in the order that the ledger has them, with no wait in between: what one
 * call uses up, no other call finds. A ledger that failed takes nothing more, so what only the register knows grants nothing.
 */
export async function record<T extends keyof Data>(
  g: Pick<Gate, 'clock' | 'ledger' | 'register'>,
  { type, subject, data, secrets = [] }: Recorded<T>,
): Promise<void> {
  const time = new Date(g.clock.now()).toISOString()
  // A signature is what it is: no agent chose a word in it, and it must still verify when it is read back.
  const isSigned = type === 'granted' || type === 'passkeyEnrolled' || 'signed' in data
  const safe = isSigned ? (data as unknown as Json) : redact(data as unknown as Json, secrets)
  const entry = { id: g.clock.id('e'), type: RECORD[type], subject, time, data: safe }
  const sealed = g.ledger.append(entry)
  g.register.apply(entry)
  await sealed
}

export const LONGEST_WORDS = 20_000

/** Kept as what it is, never read for rights. */
export async function sayGoal(
  g: Pick<Gate, 'clock' | 'ledger' | 'register'>,
  run: string,
  text: string,
): Promise<void> {
  const words = text.slice(0, LONGEST_WORDS)
  if (g.register.goalOf(run) !== redact(words))
    await record(g, { type: 'said', subject: run, data: { run, what: 'goal', text: words } })
}
