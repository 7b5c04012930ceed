import { useState } from 'preact/hooks'
import { whyNot } from '../passkey.ts'

export interface Acting {
  readonly busy: boolean
  /** What went wrong the last time; empty where nothing did. */
  readonly wrong: string
  run(work: () => Promise<unknown>): void
}

/** One thing at a time that may fail, as a form does it. */
export function useAct(): Acting {
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState('')
  const run = (work: () => Promise<unknown>): void => {
    if (busy) return
    setBusy(true)
    setWrong('')
    work()
      .catch((error: unknown) => setWrong(whyNot(error)))
      .finally(() => setBusy(false))
  }
  return { busy, wrong, run }
}

/** Why it did not work, read out at once. */
export function Wrong({ of }: { readonly of: string }) {
  return (
    <p role="alert" class="wrong">
      {of}
    </p>
  )
}

/** Shown while there is nothing else to show. */
export function Failed({ error }: { readonly error: Error | undefined }) {
  return error === undefined ? null : <Wrong of={whyNot(error)} />
}
