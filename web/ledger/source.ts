import { LedgerLines } from '../../src/wire/ledger-page.ts'
import { type Ask, bytesOf } from '../ask.ts'
import type { Bytes } from './bytes.ts'
import type { Files, Seen } from './log.ts'

/** Where a page finds a ledger, and what this browser keeps of it. */
export interface LedgerSource {
  readonly files: Files
  blob(digest: string): Promise<Bytes | undefined>
  search(words: string, before: number | undefined): Promise<LedgerLines>
  seen(): Seen | undefined
  keep(seen: Seen | undefined): void
}

const KEPT = 'interlock-ledger'

export function ledgerAt(ask: Ask, server: string): LedgerSource {
  return {
    files: (name) => bytesOf(server, `/api/ledger/files/${name}`),
    blob: (digest) => bytesOf(server, `/api/ledger/blobs/${digest}`),
    search: (words, before) => {
      const query = new URLSearchParams({ q: words, ...(before !== undefined && { before: String(before) }) })
      return ask('GET', `/api/ledger/entries?${query}`, LedgerLines)
    },
    seen: () => {
      const kept = localStorage.getItem(KEPT)
      return kept === null ? undefined : (JSON.parse(kept) as Seen)
    },
    keep: (seen) => {
      if (seen === undefined) localStorage.removeItem(KEPT)
      else localStorage.setItem(KEPT, JSON.stringify(seen))
    },
  }
}
