import { type Desk, Refusal, record } from './desk.ts'

/** So many failures in so long, of one person or address, and it is locked for so long. */
const FAILURES = 10
const WITHIN_MS = 15 * 60 * 1000
const LOCKED_MS = 15 * 60 * 1000

/** Whose failures are counted: an address as it connects, or a person by a passkey of his. */
export type Suspect = { readonly address: string } | { readonly person: string }

export async function needUnlocked({ store, clock }: Desk, suspect: Suspect): Promise<void> {
  const key = keyOf(suspect)
  const row = key === undefined ? undefined : await store.failures(key)
  const left = row === undefined ? 0 : row.expires - clock.now()
  // INVARIANT: a clock that was set back lengthens no lock.
  if (row?.locked !== true || left <= 0 || left > LOCKED_MS) return
  throw new Refusal('desk/too-many', `too many failed attempts: wait ${Math.ceil(left / 60_000)} minutes`)
}

/** Counts one that failed; the lock goes on record. */
export async function noteFailure(desk: Desk, suspect: Suspect): Promise<void> {
  const key = keyOf(suspect)
  if (key === undefined) return
  const now = desk.clock.now()
  await desk.store.change(async (tables) => {
    const row = await tables.failures(key)
    const isOn = row !== undefined && row.expires > now && row.expires - now <= WITHIN_MS
    const count = isOn ? row.count + 1 : 1
    const locked = count >= FAILURES
    const expires = locked ? now + LOCKED_MS : isOn ? row.expires : now + WITHIN_MS
    await tables.setFailures(key, { count, locked, expires })
    if (locked && row?.locked !== true)
      await record(desk, tables, 'access.locked', {
        subject: 'person' in suspect ? suspect.person : 'address',
        data: { ...suspect, until: expires },
      })
  })
}

/** He is who he is after all. */
export async function forgetFailures({ store }: Desk, suspect: Suspect): Promise<void> {
  const key = keyOf(suspect)
  if (key !== undefined && (await store.failures(key)) !== undefined)
    await store.change((tables) => tables.setFailures(key, undefined))
}

/** A proxy on this machine hides who connects: then nobody is locked out for what another one did. */
function keyOf(suspect: Suspect): string | undefined {
  if ('person' in suspect) return `person ${suspect.person}`
  const { address } = suspect
  const isHere = address === '' || address === '::1' || /^(?:::ffff:)?127\./.test(address)
  return isHere ? undefined : `address ${address}`
}
