import { randomBytes } from 'node:crypto'

/** The only source of time and randomness; the composition roots hand it down. */
export interface Clock {
  /** Wall time in milliseconds since 1970. */
  now(): number
  /** Monotonic time in microseconds. */
  micros(): number
  /** A new id, `prefix-` and ten characters that a person can read aloud. */
  id(prefix: string): string
}

const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'

export const systemClock: Clock = {
  now: () => Date.now(),
  micros: () => Number(process.hrtime.bigint() / 1000n),
  id: (prefix) => `${prefix}-${[...randomBytes(10)].map((b) => LETTERS[b % LETTERS.length]).join('')}`,
}
