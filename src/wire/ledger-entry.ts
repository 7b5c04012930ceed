import * as z from 'zod'

/** One entry of the ledger, as its bytes in the tree: a CloudEvents 1.0 event in canonical JSON. */
export const StoredEntry = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  /** The origin of the ledger that it was first written to. */
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  data: z.json(),
})

/** Stands for `data` that an entry has no room for. The blob can be erased; its digest stays. */
export const BlobReference = z.strictObject({ blob: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().positive() })

export type StoredEntry = z.infer<typeof StoredEntry>
export type BlobReference = z.infer<typeof BlobReference>
