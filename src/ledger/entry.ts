import { join } from 'node:path'
import { canonical, sha256 } from '../core/digest.ts'
import type { LedgerEntry } from '../core/ports.ts'
import type { Files, NewFile } from '../store/files.ts'
import type { BlobReference } from '../wire/ledger-entry.ts'
import { LedgerError } from './error.ts'

/** An entry's length is written in two bytes. */
const ENTRY_BYTES = 0xffff
/** Longer data is kept aside. */
const DATA_BYTES = 60_000

export interface EncodedEntry {
  readonly text: string
  /** Of `text` in UTF-8. */
  readonly length: number
  /** What must be durable before the entry is. */
  readonly blob: NewFile | undefined
}

export function encodeEntry(entry: LedgerEntry, { origin, blobs }: { origin: string; blobs: string }): EncodedEntry {
  let data = canonical(entry.data)
  let blob: NewFile | undefined
  if (Buffer.byteLength(data) > DATA_BYTES) {
    const bytes = Buffer.from(data)
    const digest = sha256(bytes)
    blob = { path: blobPath(blobs, digest), bytes }
    data = canonical({ blob: digest, bytes: bytes.length })
  }
  // Members in canonical order; `canonical` of the whole would go through the data once more.
  const text = `{"data":${data},"id":${canonical(entry.id)},"source":${canonical(origin)},"specversion":"1.0",\
"subject":${canonical(entry.subject)},"time":${canonical(entry.time)},"type":${canonical(entry.type)}}`
  const length = Buffer.byteLength(text)
  if (length > ENTRY_BYTES)
    throw new LedgerError('ledger/too-large', `entry \`${entry.id.slice(0, 80)}\` has ${length} bytes`, {
      hint: `an entry has room for ${ENTRY_BYTES} bytes; only its data can be kept aside`,
    })
  return { text, length, blob }
}

export function blobPath(blobs: string, digest: string): string {
  return join(blobs, digest.slice(0, 2), digest)
}

export type BlobText =
  | { readonly kind: 'kept'; readonly text: string }
  /** Erased, or not what was recorded. */
  | { readonly kind: 'gone'; readonly why: string }

/** What a blob reference in an entry stands for. */
export async function readBlob(files: Files, blobs: string, { blob }: BlobReference): Promise<BlobText> {
  const bytes = await files.read(blobPath(blobs, blob))
  if (bytes === undefined) return { kind: 'gone', why: 'it was erased' }
  return sha256(bytes) === blob
    ? { kind: 'kept', text: bytes.toString('utf8') }
    : { kind: 'gone', why: 'its file does not have the recorded digest' }
}
