import { hash } from 'node:crypto'

/** RFC 6962 hashing and proofs. A hash is 32 bytes, a row is hashes side by side, a size an integer below 2^53. */

export const HASH_BYTES = 32

export const EMPTY_ROOT = Buffer.from(hash('sha256', '', 'hex'), 'hex')

export type Proof = { readonly kind: 'proved' } | { readonly kind: 'refused'; readonly why: string }

export function leafHash(entry: Uint8Array): Buffer {
  return sha256(Buffer.concat([Buffer.of(0), entry]))
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([Buffer.of(1), left, right]))
}

/** The root over a row, whose last hash may stand for a smaller subtree than the others. */
export function rootOf(row: Buffer): Buffer {
  if (row.length === 0) return EMPTY_ROOT
  const above = Buffer.from(row)
  const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1)
  for (let count = row.length / HASH_BYTES; count > 1; count = Math.ceil(count / 2)) {
    for (let i = 0; i + 1 < count; i += 2) {
      above.copy(node, 1, i * HASH_BYTES, (i + 2) * HASH_BYTES)
      above.write(hash('sha256', node, 'binary'), (i / 2) * HASH_BYTES, 'binary')
    }
    // A last one without a sibling moves up unhashed.
    if (count % 2 === 1) above.copy(above, ((count - 1) / 2) * HASH_BYTES, (count - 1) * HASH_BYTES, count * HASH_BYTES)
  }
  return above.subarray(0, HASH_BYTES)
}

/** RFC 9162 section 2.1.3.2. Everything but `root` is an attacker's. */
export function checkInclusion(
  { index, size, root }: { index: number; size: number; root: Uint8Array },
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
): Proof {
  if (!isSize(index) || !isSize(size) || index >= size) return refused('the index is not inside the tree')
  if (![root, leaf, ...proof].every(isHash)) return refused('a hash has the wrong length')
  let at = index
  let last = size - 1
  let above = leaf
  for (const hash of proof) {
    if (last === 0) return refused('the proof is too long')
    if (at % 2 === 1 || at === last) {
      above = nodeHash(hash, above)
      // A last node without a sibling moves up unhashed.
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      above = nodeHash(above, hash)
    }
    ;[at, last] = [half(at), half(last)]
  }
  if (last !== 0) return refused('the proof is too short')
  return equal(above, root) ? { kind: 'proved' } : refused('the proof leads to another root')
}

export interface TreeHead {
  readonly size: number
  readonly root: Uint8Array
}

/**
 * RFC 9162 section 2.1.4.2. Every tree is consistent with the empty one, by the empty proof: witnesses start from it.
 * (Some libraries refuse a proof from size 0 outright.)
 */
export function checkConsistency(old: TreeHead, now: TreeHead, proof: readonly Uint8Array[]): Proof {
  if (!isSize(old.size) || !isSize(now.size) || old.size > now.size) return refused('the tree has shrunk')
  for (const { size, root } of [old, now])
    if (size === 0 && !equal(root, EMPTY_ROOT)) return refused('an empty tree has one root only')
  if (old.size === 0 || old.size === now.size) {
    if (proof.length > 0) return refused('the proof is too long')
    if (old.size === now.size && !equal(old.root, now.root)) return refused('same size, other root')
    return old.size === now.size || isHash(now.root) ? { kind: 'proved' } : refused('a hash has the wrong length')
  }
  if (![old.root, now.root, ...proof].every(isHash)) return refused('a hash has the wrong length')
  let at = old.size - 1
  let last = now.size - 1
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  // Where the old tree is one perfect subtree of the new one, its root is known and not in the proof.
  const [first, ...rest] = at === 0 ? [old.root, ...proof] : proof
  if (first === undefined) return refused('the proof is too short')
  let [oldRoot, newRoot] = [first, first]
  for (const hash of rest) {
    if (last === 0) return refused('the proof is too long')
    if (at % 2 === 1 || at === last) {
      ;[oldRoot, newRoot] = [nodeHash(hash, oldRoot), nodeHash(hash, newRoot)]
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      newRoot = nodeHash(newRoot, hash)
    }
    ;[at, last] = [half(at), half(last)]
  }
  if (last !== 0) return refused('the proof is too short')
  if (!equal(oldRoot, old.root)) return refused('the proof leads to another old root')
  return equal(newRoot, now.root) ? { kind: 'proved' } : refused('the proof leads to another root')
}

// Strings out of `hash` and back are several times faster than the buffers that it could return.
const sha256 = (bytes: Uint8Array): Buffer => Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
const refused = (why: string): Proof => ({ kind: 'refused', why })
const half = (n: number): number => Math.floor(n / 2)
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0
const isHash = (bytes: Uint8Array): boolean => bytes.length === HASH_BYTES
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
