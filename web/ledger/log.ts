import { type Bytes, base64, fromBase64, textOf } from './bytes.ts'
import { fingerprintOf, openNote, parseCheckpoint, parseKey, type VerifierKey } from './note.ts'
import {
  checkConsistency,
  checkInclusion,
  consistencyPath,
  HASH_BYTES,
  inclusionPath,
  leafHash,
  type Nodes,
  nodeHash,
  type Proof,
  type TreeHead,
} from './tree.ts'

/**
 * Checks a ledger that lies with a server which is believed nothing: what it says is held against the key and the
 * checkpoint that this browser saw before, by signature and by hash.
 */

/** A file of the ledger; undefined where there is none. */
export type Files = (name: string) => Promise<Bytes | undefined>

/** What this browser keeps of a ledger. */
export interface Seen {
  readonly vkey: string
  /** When it was first seen; milliseconds since 1970. */
  readonly since: number
  readonly size: number
  /** Base64. */
  readonly root: string
}

export interface Head extends TreeHead {
  readonly origin: string
  readonly fingerprint: string
  /** The signed checkpoint, as it came. */
  readonly note: string
  readonly seen: Seen
}

export type Opened =
  | { readonly kind: 'signed'; readonly head: Head }
  /** `key`: it is another one than before. */
  | { readonly kind: 'broken'; readonly what: 'key' | 'contents'; readonly why: string }

/** The newest checkpoint, if the key is the one seen before, signed it, and it holds all that the last one did. */
export async function openLog(files: Files, before: Seen | undefined, now: number): Promise<Opened> {
  const bytes = await files('vkey')
  const vkey = (bytes && textOf(bytes))?.trimEnd() ?? ''
  const key = await parseKey(vkey)
  if (key === undefined) return broken('contents', 'the key of the ledger is none')
  if (before !== undefined && before.vkey !== vkey)
    return broken('key', `it is signed by another key than before, with the fingerprint ${await fingerprintOf(key)}`)
  const signed = await signedHead(files, key)
  if ('why' in signed) return broken('contents', signed.why)
  const consistent = await holdsAll(files, before, signed)
  if (consistent.kind === 'refused') return broken('contents', consistent.why)
  const { size, root } = signed
  const seen = { vkey, since: before?.since ?? now, size, root: base64(root) }
  const head = { ...signed, fingerprint: await fingerprintOf(key), seen }
  return { kind: 'signed', head }
}

async function signedHead(
  files: Files,
  key: VerifierKey,
): Promise<Pick<Head, 'origin' | 'size' | 'root' | 'note'> | { readonly why: string }> {
  const bytes = await files('checkpoint')
  if (bytes === undefined) return { why: 'it has no checkpoint' }
  const opened = await openNote(bytes, key)
  if (opened.kind === 'refused') return { why: `its checkpoint is not to be believed: ${opened.why}` }
  const head = parseCheckpoint(opened.text)
  if (head?.origin !== key.name) return { why: 'its checkpoint is malformed' }
  return { ...head, note: textOf(bytes) ?? '' }
}

/** What was once signed and seen must still be there, in its place. */
async function holdsAll(files: Files, before: Seen | undefined, head: TreeHead): Promise<Proof> {
  if (before === undefined) return { kind: 'proved' }
  const root = fromBase64(before.root)
  if (root === undefined) return { kind: 'refused', why: 'what this browser kept of it is malformed' }
  if (before.size > head.size)
    return { kind: 'refused', why: `it has ${head.size} entries, and this browser saw ${before.size}` }
  const path = await consistencyPath(nodesOf(files, head.size), before.size, head.size)
  const proof = await checkConsistency({ size: before.size, root }, head, path)
  return proof.kind === 'proved'
    ? proof
    : { kind: 'refused', why: `it contradicts what this browser saw: ${proof.why}` }
}

export type ProvedEntry =
  | { readonly kind: 'proved'; readonly text: string; readonly hash: Bytes; readonly path: readonly Bytes[] }
  | { readonly kind: 'refused'; readonly why: string }

/** An entry's own bytes, and the way from their hash to the signed root. */
export async function proveEntry(files: Files, head: TreeHead, index: number): Promise<ProvedEntry> {
  if (!Number.isSafeInteger(index) || index < 0 || index >= head.size)
    return { kind: 'refused', why: 'no checkpoint signs it yet' }
  const bundle = await tileOf(files, { level: 'entries', index: Math.floor(index / WIDTH), size: head.size })
  const entry = entryIn(bundle, index % WIDTH)
  const text = entry && textOf(entry)
  if (entry === undefined || text === undefined) return { kind: 'refused', why: 'the ledger has no such entry' }
  const hash = await leafHash(entry)
  const path = await inclusionPath(nodesOf(files, head.size), index, head.size)
  const proof = await checkInclusion(head, { index, hash }, path)
  return proof.kind === 'proved' ? { kind: 'proved', text, hash, path } : proof
}

const WIDTH = 256

interface Tile {
  readonly level: number | 'entries'
  readonly index: number
  /** Of the tree that it is read for. */
  readonly size: number
}

/** A tile that is not full yet is there under its width, or full in the meantime. */
async function tileOf(files: Files, { level, index, size }: Tile): Promise<Bytes> {
  const held = level === 'entries' ? size : Math.floor(size / WIDTH ** level)
  const width = Math.min(WIDTH, held - index * WIDTH)
  const name = `tile/${level}/${tileName(index)}`
  const bytes = (width < WIDTH ? await files(`${name}.p/${width}`) : undefined) ?? (await files(name))
  if (bytes === undefined) throw new Error(`${name} is missing from the ledger`)
  return bytes
}

function tileName(index: number): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  return groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/')
}

/** Each entry stands after its length in two bytes. */
function entryIn(bundle: Bytes, wanted: number): Bytes | undefined {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength)
  let at = 0
  for (let i = 0; at + 2 <= bundle.length; i++) {
    const end = at + 2 + view.getUint16(at)
    if (i === wanted) return end <= bundle.length ? bundle.slice(at + 2, end) : undefined
    at = end
  }
  return undefined
}

/** Every eighth row of the tree lies in tiles; the rows between are hashed from them. */
function nodesOf(files: Files, size: number): Nodes {
  const kept = new Map<string, Promise<Bytes>>()
  return async (height, index) => {
    const [level, above] = [Math.floor(height / 8), height % 8]
    const first = index * 2 ** above
    const tile = Math.floor(first / WIDTH)
    const name = `${level}/${tile}`
    const bytes = kept.get(name) ?? tileOf(files, { level, index: tile, size })
    kept.set(name, bytes)
    const start = (first % WIDTH) * HASH_BYTES
    const row = (await bytes).slice(start, start + 2 ** above * HASH_BYTES)
    if (row.length !== 2 ** above * HASH_BYTES) throw new Error(`tile ${name} is too short`)
    let hashes = Array.from({ length: 2 ** above }, (_, i) => row.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES))
    while (hashes.length > 1) hashes = await pairs(hashes)
    return hashes[0] ?? row
  }
}

function pairs(hashes: readonly Bytes[]): Promise<Bytes[]> {
  return Promise.all(
    hashes.flatMap((left, i) => {
      const right = hashes[i + 1]
      return i % 2 === 0 && right !== undefined ? [nodeHash(left, right)] : []
    }),
  )
}

function broken(what: 'key' | 'contents', why: string): Opened {
  return { kind: 'broken', what, why }
}
