/** A call that was put to people, and when. */
export interface Put {
  readonly ticket: string
  /** Milliseconds since 1970. */
  readonly at: number
}

const MOST_UNANSWERED = 30
const WITHIN_MS = 10 * 60 * 1000

/** Why an agent is stopped that keeps asking: who is asked too often stops reading. Undefined where it does not. */
export function floodOf(put: readonly Put[], now: number): string | undefined {
  const lately = put.filter(({ at }) => now - at <= WITHIN_MS)
  if (lately.length < MOST_UNANSWERED) return undefined
  return `it put ${lately.length} calls to people within ten minutes, and none of them has a yes`
}

/** With one more; what is too old to count is left out. */
export function putAnother(put: readonly Put[], another: Put): readonly Put[] {
  return [...put.filter(({ at }) => another.at - at <= WITHIN_MS), another].slice(-MOST_UNANSWERED)
}
