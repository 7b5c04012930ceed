import * as z from 'zod'
import type { Digest } from '../core/digest.ts'

/**
 * What is written about a snapshot. `taken.jsonl` is durable before the call runs, `closed.json` after it; a snapshot
 * without the second is open. Both lie in a folder that only the guard's user can enter.
 */

const Hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as Digest)
const Int = z.int()
const Nanoseconds = z.string().regex(/^-?\d+$/)

/** Extended attributes, name to value, both in hexadecimal. */
const Attributes = z.record(z.string(), z.string())

/** An inode as `lstat` shows it, and what it holds. */
export const State = z.strictObject({
  kind: z.enum(['file', 'folder', 'link', 'other']),
  /** Permission bits, set-id bits included. */
  mode: z.int(),
  uid: z.int(),
  gid: z.int(),
  size: z.int(),
  nlink: z.int(),
  /** `device:number` */
  inode: z.string(),
  mtimeNs: Nanoseconds,
  atimeNs: Nanoseconds,
  ctimeNs: Nanoseconds,
  /** Where a symbolic link points. */
  target: z.string().optional(),
  /** A file's content, where it was read. */
  sha256: Hash.optional(),
  /** Absent where they were not read. */
  attributes: Attributes.optional(),
  /** Takes less room than its size. */
  sparse: z.literal(true).optional(),
})

/** Where the content is until the close: `[offset, length]` in the pack, or the number of a hard link or reflink. */
export const Kept = z.union([
  z.strictObject({ pack: z.tuple([z.int(), z.int()]) }),
  z.strictObject({ link: z.int() }),
  z.strictObject({ clone: z.int() }),
])

export const Entry = z.strictObject({
  path: z.string(),
  /** `parent`: a folder on the way to a target. `left out`: its content is not kept. */
  role: z.enum(['target', 'parent', 'left out']),
  /** Null where it did not exist. */
  state: State.nullable(),
  kept: Kept.optional(),
  /** What a parent held, so that a deletion beside a target shows. */
  names: z.array(z.string()).optional(),
})

/**
 * The same of a linked file, of which there may be ten thousands: path, number of the link, nlink, size, mode, owner,
 * group, inode, mtime, atime, ctime, sparse.
 */
const Linked = z
  .tuple([z.string(), Int, Int, Int, Int, Int, Int, z.string(), Nanoseconds, Nanoseconds, Nanoseconds, Int])
  .transform(([path, link, nlink, size, mode, uid, gid, inode, mtimeNs, atimeNs, ctimeNs, sparse]): Entry => {
    const plain = { kind: 'file' as const, mode, uid, gid, size, nlink, inode, mtimeNs, atimeNs, ctimeNs }
    return { path, role: 'target', state: { ...plain, ...(sparse === 1 && { sparse: true as const }) }, kept: { link } }
  })

/** A line of `taken.jsonl` but the first. */
export const Line = z.union([Entry, Linked])

export const Root = z.strictObject({ path: z.string(), tree: z.boolean() })

/** The first line of `taken.jsonl`; each other one is a `Line`. */
export const TakenHead = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** What changes after the snapshot has a later ctime. */
  sinceNs: Nanoseconds,
  roots: z.array(Root),
})

export const ClosedFile = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  at: z.number(),
  overlaps: z.array(z.string()),
  changes: z.array(
    z.strictObject({ path: z.string(), change: z.enum(['created', 'changed', 'deleted']), predicted: z.boolean() }),
  ),
  /** How every path was left that is not as it was, times of folders included. */
  after: z.array(z.strictObject({ path: z.string(), state: State.nullable() })),
  /** Other names, beside the targets, of the inode of a target. */
  mates: z.array(z.strictObject({ path: z.string(), of: z.string() })),
  /** Where the pre-images of changed files are: an object of their own, or a part of a bundle. */
  contents: z.record(
    z.string(),
    z.strictObject({
      sha256: Hash,
      bundle: z.strictObject({ object: Hash, from: z.int() }).optional(),
      /** Of what a link stood for, which only now was read. */
      attributes: Attributes.optional(),
    }),
  ),
  lost: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  unseen: z.array(z.string()),
})

export type State = z.infer<typeof State>
export type Kept = z.infer<typeof Kept>
export type Entry = z.infer<typeof Entry>
export type Root = z.infer<typeof Root>
export type TakenHead = z.infer<typeof TakenHead>
export type TakenFile = TakenHead & { readonly entries: readonly Entry[] }
export type ClosedFile = z.infer<typeof ClosedFile>
