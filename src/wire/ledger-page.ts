import * as z from 'zod'

/**
 * How a browser reads a ledger, of the guard or of the desk. The files are those of C2SP tlog-tiles, as they lie in the
 * ledger's folder, so that the page checks signature and hashes itself; search is a convenience that it believes nothing.
 *
 *     GET /api/ledger/files/checkpoint, …/vkey, …/tile/0/000.p/5, …/tile/entries/000.p/5     bytes
 *     GET /api/ledger/blobs/SHA256                                                           bytes, or 404 where erased
 *     GET /api/ledger/entries?q=WORDS&before=INDEX                                           → LedgerLines
 */

export const LedgerLine = z.strictObject({
  index: z.int(),
  time: z.string(),
  type: z.string(),
  subject: z.string(),
  /** What it holds, in at most one line. */
  says: z.string(),
})

/** Newest first. */
export const LedgerLines = z.strictObject({
  lines: z.array(LedgerLine),
  /** Where to look further back: entries before this one were not looked at. Absent where all were. */
  before: z.int().optional(),
})

export type LedgerLine = z.infer<typeof LedgerLine>
export type LedgerLines = z.infer<typeof LedgerLines>
