import { type Bytes, equal, sha256 } from './bytes.ts'

/** RFC 6962 hashing and RFC 9162 proofs, in the page's own code. Sizes are integers below 2^53. */

export const HASH_BYTES = 32
const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const leafHash = (entry: Bytes): Promise<Bytes> => sha256(LEAF, entry)
export const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(NODE, left, right)

export type Proof = { readonly kind: 'proved' } | { readonly kind: 'refused'; readonly why: string }

export interface TreeHead {
  readonly size: number
  readonly root: Bytes
}

/** RFC 9162 section 2.1.3.2. Everything but the head is the server's. */
export async function checkInclusion(
  { size, root }: TreeHead,
  { index, hash }: { readonly index: number; readonly hash: Bytes },
  proof: readonly Bytes[],
): Promise<Proof> {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return refused('the index is not inside the tree')
  if (![root, hash, ...proof].every(isHash)) return refused('a hash has the wrong length')
  let [at, last, above] = [index, size - 1, hash]
  for (const sibling of proof) {
    if (last === 0) return refused('the proof is too long')
    if (at % 2 === 1 || at === last) {
      above = await nodeHash(sibling, above)
      // A last node without a sibling moves up unhashed.
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else above = await nodeHash(above, sibling)
    ;[at, last] = [half(at), half(last)]
  }
  if (last !== 0) return refused('the proof is too short')
  return equal(above, root) ? { kind: 'proved' } : refused('the proof leads to another root')
}

/** RFC 9162 section 2.1.4.2: all that the old tree held is in the new one, in its place. */
export async function checkConsistency(old: TreeHead, now: TreeHead, proof: readonly Bytes[]): Promise<Proof> {
  if (old.size > now.size) return refused('the tree has shrunk')
  if (old.size === 0) return { kind: 'proved' }
  if (old.size === now.size) return equal(old.root, now.root) ? { kind: 'proved' } : refused('same size, other root')
  if (![old.root, now.root, ...proof].every(isHash)) return refused('a hash has the wrong length')
  let [at, last] = [old.size - 1, now.size - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  // Where the old tree is one perfect subtree of the new one, its root is known and not in the proof.
  const [first, ...rest] = at === 0 ? [old.root, ...proof] : proof
  if (first === undefined) return refused('the proof is too short')
  let [oldRoot, newRoot] = [first, first]
  for (const hash of rest) {
    if (last === 0) return refused('the proof is too long')
    if (at % 2 === 1 || at === last) {
      ;[oldRoot, newRoot] = [await nodeHash(hash, oldRoot), await nodeHash(hash, newRoot)]
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else newRoot = await nodeHash(newRoot, hash)
    ;[at, last] = [half(at), half(last)]
  }
  if (last !== 0) return refused('the proof is too short')
  if (!equal(oldRoot, old.root)) return refused('the proof leads to another old root')
  return equal(newRoot, now.root) ? { kind: 'proved' } : refused('the proof leads to another root')
}

/** The hash of the whole subtree of `2^height` entries that is the `index`th of its height. */
export type Nodes = (height: number, index: number) => Promise<Bytes>

/** The hash over the entries from `from` to before `to`, as RFC 6962 splits them. */
async function rangeHash(nodes: Nodes, from: number, to: number): Promise<Bytes> {
  const split = splitOf(to - from)
  if (split * 2 === to - from || to - from === 1) return await nodes(Math.log2(to - from), from / (to - from))
  return await nodeHash(await rangeHash(nodes, from, from + split), await rangeHash(nodes, from + split, to))
}

/** RFC 6962 section 2.1.1: the siblings on the way up from an entry. */
export async function inclusionPath(nodes: Nodes, index: number, size: number): Promise<Bytes[]> {
  const path: Bytes[] = []
  for (let [from, to] = [0, size]; to - from > 1; ) {
    const middle = from + splitOf(to - from)
    const isLeft = index < middle
    path.unshift(await (isLeft ? rangeHash(nodes, middle, to) : rangeHash(nodes, from, middle)))
    if (isLeft) to = middle
    else from = middle
  }
  return path
}

/** RFC 6962 section 2.1.2: what leads from the tree of `old` entries to that of `size`. */
export async function consistencyPath(nodes: Nodes, old: number, size: number): Promise<Bytes[]> {
  if (old === 0 || old === size) return []
  const path: Bytes[] = []
  let [from, to, isWhole] = [0, size, true]
  while (to !== old) {
    const middle = from + splitOf(to - from)
    if (old <= middle) {
      path.unshift(await rangeHash(nodes, middle, to))
      to = middle
    } else {
      path.unshift(await rangeHash(nodes, from, middle))
      ;[from, isWhole] = [middle, false]
    }
  }
  return isWhole ? path : [await rangeHash(nodes, from, to), ...path]
}

/** The largest power of two below `count`; 1 for 1. */
function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

const half = (n: number): number => Math.floor(n / 2)
const isHash = (bytes: Bytes): boolean => bytes.length === HASH_BYTES

function refused(why: string): { readonly kind: 'refused'; readonly why: string } {
  return { kind: 'refused', why }
}
