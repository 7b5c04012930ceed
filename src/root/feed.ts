import type { Ledger, LedgerEntry } from '../core/ports.ts'

export type Heard = LedgerEntry & { readonly index: number }

/** The ledger, with whoever wants to hear what was written to it: in its order, once it is durable. */
export interface Feed extends Pick<Ledger, 'append'> {
  /** How many entries are durable. */
  size(): number
  /** Answers with how to stop listening. */
  listen(hear: (entry: Heard) => void): () => void
}

export function feedOf(ledger: Pick<Ledger, 'append'> & { readonly size: number }): Feed {
  const listeners = new Set<(entry: Heard) => void>()
  return {
    size: () => ledger.size,
    listen: (hear) => {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
    append: async (entry) => {
      const sealed = await ledger.append(entry)
      for (const hear of listeners) hear({ ...entry, index: sealed.index })
      return sealed
    },
  }
}
