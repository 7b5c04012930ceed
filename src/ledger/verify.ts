import { createPublicKey, hash, verify as verifySignature } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/**
 * Verifies a ledger from its files alone. Imports nothing of the project, so that it can be read in one sitting, copied
 * and run by somebody who trusts none of the rest. Everything that it reads is an attacker's, `vkey` included unless it
 * was given from elsewhere; with the private key and both checkpoints in his hands, only a witness would notice.
 * The write-ahead log is not looked at: no checkpoint signs it yet.
 */

export interface Outside {
  /** The file of the checkpoint copy, kept outside of the folder. */
  readonly copy?: string
  /** The log's public key as it was noted down elsewhere. */
  readonly vkey?: string
  /** The folder of payloads that were kept aside. */
  readonly blobs?: string
}

export type Break =
  | 'missing' // a file that the checkpoint needs is not there
  | 'key' // not the key that was expected, or none
  | 'note' // a checkpoint is malformed, or not signed by the key
  | 'rolled-back' // one of the two checkpoints is older than the other, and the files are too
  | 'forked' // both are signed, and contradict each other
  | 'entries' // a bundle is not what it should be
  | 'tile' // likewise a tile
  | 'root' // the entries do not hash to what was signed
  | 'unexpected' // a file that no log has
  | 'blob' // a payload does not have the digest of its name
  | 'unreadable'

export type Verification =
  | {
      readonly kind: 'intact'
      readonly origin: string
      readonly vkey: string
      readonly size: number
      /** Base64. */
      readonly root: string
      /** `ahead`: the guard stopped before it published what the copy knows; the entries are there. */
      readonly copy: 'same' | 'ahead' | 'none'
      /** The note that signs this root. */
      readonly checkpoint: string
      /** Files of entries that no checkpoint signs yet. */
      readonly ahead: number
    }
  | { readonly kind: 'broken'; readonly what: Break; readonly where: string; readonly why: string }

export async function verifyLedger(dir: string, outside: Outside = {}): Promise<Verification> {
  try {
    return await check(dir, outside)
  } catch (error) {
    if (error instanceof Broken) return { kind: 'broken', what: error.what, where: error.where, why: error.message }
    return {
      kind: 'broken',
      what: 'unreadable',
      where: dir,
      why: error instanceof Error ? error.message : String(error),
    }
  }
}

class Broken extends Error {
  readonly what: Break
  readonly where: string

  constructor(what: Break, where: string, why: string) {
    super(why)
    this.what = what
    this.where = where
  }
}

async function check(dir: string, outside: Outside): Promise<Verification> {
  const vkey = (await need(join(dir, 'vkey'), 'vkey')).toString('utf8')
  const key = parseKey(vkey)
  if (outside.vkey !== undefined && vkey !== `${outside.vkey}\n`)
    throw new Broken('key', 'vkey', 'it is not the key that was given')
  // The checkpoint first: a guard at work replaces the copy first.
  const head = parseHead(await need(join(dir, 'checkpoint'), 'checkpoint'), key, 'checkpoint')
  const copy =
    outside.copy === undefined ? undefined : parseHead(await need(outside.copy, outside.copy), key, outside.copy)
  if (copy !== undefined && copy.size < head.size)
    throw new Broken('rolled-back', outside.copy ?? '', `it has ${copy.size} entries, the checkpoint ${head.size}`)
  const size = copy?.size ?? head.size
  const root = await hashEntries(dir, { head, copy: copy ?? head })
  const ahead = await sweep(dir, size)
  if (outside.blobs !== undefined) await checkBlobs(outside.blobs)
  const kept = copy === undefined ? 'none' : copy.size === head.size ? 'same' : 'ahead'
  return {
    kind: 'intact',
    origin: key.name,
    vkey: vkey.trimEnd(),
    size,
    root: root.toString('base64'),
    copy: kept,
    checkpoint: (copy ?? head).note,
    ahead,
  }
}

/** Hashes all entries, comparing every tile on the way and both roots; returns the root of the larger tree. */
async function hashEntries(dir: string, { head, copy }: { head: Head; copy: Head }): Promise<Buffer> {
  // What the last, not yet full tile of each level holds, and how many full ones precede it.
  const levels: { row: Buffer[]; full: number }[] = []
  const rise = async (hash: Buffer, level: number): Promise<void> => {
    levels[level] ??= { row: [], full: 0 }
    const at = levels[level]
    at.row.push(hash)
    if (at.row.length < 256) return
    await checkTiles(dir, { level, index: at.full, row: at.row })
    await rise(treeRoot(at.row), level + 1)
    levels[level] = { row: [], full: at.full + 1 }
  }
  const currentRoot = (): Buffer => {
    let below: Buffer[] = []
    for (const { row } of levels) below = row.length + below.length > 0 ? [treeRoot([...row, ...below])] : []
    return treeRoot(below)
  }
  const checkRoot = (count: number): void => {
    if (count === head.size && !head.root.equals(currentRoot()))
      throw new Broken('root', 'checkpoint', `the first ${count} entries hash to another root than it signs`)
    if (count === copy.size && !copy.root.equals(currentRoot()))
      throw new Broken('forked', 'the checkpoint copy', `the first ${count} entries hash to another root than it signs`)
  }
  checkRoot(0)
  for (let count = 0, index = 0; count < copy.size; index++) {
    const width = Math.min(256, copy.size - count)
    const entries = await readBundle(dir, { index, width, isCopy: count + width > head.size })
    for (const entry of entries) {
      await rise(sha256(Buffer.concat([LEAF, entry])), 0)
      count += 1
      checkRoot(count)
    }
  }
  for (const [level, { row, full: index }] of levels.entries())
    if (row.length > 0) await checkTiles(dir, { level, index, row })
  return currentRoot()
}

/** The first `width` entries of a bundle, after a look at every file that holds some of them. */
async function readBundle(
  dir: string,
  { index, width, isCopy }: { index: number; width: number; isCopy: boolean },
): Promise<Buffer[]> {
  const path = tilePath('entries', index)
  const found = await widths(dir, path)
  const held = found.find((each) => each.width === width) ?? found.find((each) => each.width === 256)
  if (held === undefined) {
    if (isCopy) throw new Broken('rolled-back', path, 'the checkpoint copy knows entries that are not here')
    throw new Broken('missing', path, `no file holds its ${width} entries`)
  }
  const entries = parseBundle(held)
  for (const other of found)
    for (const [i, entry] of parseBundle(other).slice(0, width).entries())
      if (entries[i]?.equals(entry) === false)
        throw new Broken('entries', other.path, `entry ${i} is another one than in \`${held.path}\``)
  return entries.slice(0, width)
}

/** Every file of a tile holds the hashes that belong there, and one is wide enough. */
async function checkTiles(dir: string, tile: { level: number; index: number; row: Buffer[] }): Promise<void> {
  const path = tilePath(tile.level, tile.index)
  const found = await widths(dir, path)
  const width = tile.row.length
  if (!found.some((each) => each.width === width || each.width === 256))
    throw new Broken('missing', path, `no file holds its ${width} hashes`)
  const row = Buffer.concat(tile.row)
  for (const { path, bytes, width: held } of found) {
    const common = Math.min(held, width) * 32
    if (bytes.length !== held * 32) throw new Broken('tile', path, `it does not hold ${held} hashes`)
    if (!bytes.subarray(0, common).equals(row.subarray(0, common)))
      throw new Broken('tile', path, 'the entries do not hash to what it holds')
  }
}

interface TileFile {
  readonly path: string
  readonly width: number
  readonly bytes: Buffer
}

/** All partial tiles, then the full one: a guard at work takes those away only when this is there. */
async function widths(dir: string, path: string): Promise<TileFile[]> {
  const found: TileFile[] = []
  for (const name of [...(await list(join(dir, `${path}.p`))).map((width) => `.p/${width}`), '']) {
    const bytes = await read(join(dir, path + name))
    if (bytes !== undefined) found.push({ path: path + name, bytes, width: name === '' ? 256 : Number(name.slice(3)) })
  }
  return found
}

/** Each entry after its length in two bytes. */
function parseBundle({ path, bytes, width }: TileFile): Buffer[] {
  const entries: Buffer[] = []
  let at = 0
  while (at + 2 <= bytes.length) {
    const start = at + 2
    at = start + bytes.readUInt16BE(at)
    entries.push(bytes.subarray(start, at))
  }
  if (at !== bytes.length || entries.length !== width)
    throw new Broken('entries', path, `it does not hold ${width} whole entries`)
  return entries
}

/** Counts tile files beyond `size`, which are of entries still to be signed; refuses what is no tile file. */
async function sweep(dir: string, size: number): Promise<number> {
  let ahead = 0
  for (const found of await readdirDeep(join(dir, 'tile'))) {
    const path = relative(dir, found)
    const match = /^tile\/(entries|\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path)
    const level = match?.[1] === 'entries' ? 'entries' : Number(match?.[1])
    const index = Number(match?.[2]?.replaceAll(/[x/]/g, ''))
    const width = Number(match?.[3] ?? 256)
    if (path !== tilePath(level, index) + (match?.[3] === undefined ? '' : `.p/${width}`) || width > 256)
      throw new Broken('unexpected', path, 'no log has such a file')
    if (index * 256 + width > (level === 'entries' ? size : Math.floor(size / 256 ** level))) ahead += 1
  }
  return ahead
}

/** A payload may be gone, but not changed. */
async function checkBlobs(blobs: string): Promise<void> {
  for (const path of await readdirDeep(blobs)) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const bytes = name.endsWith('.new') ? undefined : await read(path)
    if (bytes !== undefined && sha256(bytes).toString('hex') !== name)
      throw new Broken('blob', path, 'its content does not have that digest')
  }
}

interface Key {
  readonly name: string
  readonly id: Buffer
  readonly raw: Buffer
}

/** `name+id+base64`, Ed25519 only. */
function parseKey(vkey: string): Key {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)\n$/.exec(vkey)
  const typed = base64(match?.[3])
  const name = match?.[1]
  if (name === undefined || typed?.length !== 33 || typed[0] !== 1)
    throw new Broken('key', 'vkey', 'it is no Ed25519 key of a log')
  const id = sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).subarray(0, 4)
  if (id.toString('hex') !== match?.[2]) throw new Broken('key', 'vkey', 'its parts do not belong together')
  return { name, id, raw: typed.subarray(1) }
}

interface Head {
  readonly size: number
  readonly root: Buffer
  readonly note: string
}

/** A signed note whose text is a checkpoint of three lines; signatures of others are passed over. */
function parseHead(bytes: Buffer, key: Key, where: string): Head {
  const note = bytes.toString('utf8')
  const boundary = note.lastIndexOf('\n\n')
  if (!Buffer.from(note).equals(bytes) || boundary < 0 || !note.endsWith('\n'))
    throw new Broken('note', where, 'it is no signed note')
  const text = note.slice(0, boundary + 1)
  const publicKey = createPublicKey({ key: Buffer.concat([ED25519_DER, key.raw]), format: 'der', type: 'spki' })
  let signed = false
  for (const line of note.slice(boundary + 2, -1).split('\n')) {
    const match = /^— ([^\s+]+) (\S+)$/.exec(line)
    const signature = base64(match?.[2])
    if (signature === undefined) throw new Broken('note', where, 'a signature line is malformed')
    if (match?.[1] !== key.name || !signature.subarray(0, 4).equals(key.id)) continue
    if (!verifySignature(null, Buffer.from(text), publicKey, signature.subarray(4)))
      throw new Broken('note', where, 'its signature is wrong')
    signed = true
  }
  if (!signed) throw new Broken('note', where, `it is not signed by the key of \`${key.name}\``)
  const [origin, size = '', root, end, ...extensions] = text.split('\n')
  const hash = base64(root)
  if (origin !== key.name) throw new Broken('note', where, `its origin is not \`${key.name}\``)
  if (end !== '' || extensions.length > 0)
    throw new Broken('note', where, 'it has extension lines, which nobody can audit')
  if (!/^(0|[1-9]\d{0,14})$/.test(size) || hash?.length !== 32)
    throw new Broken('note', where, 'its size or root is malformed')
  return { size: Number(size), root: hash, note }
}

const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)
const ED25519_DER = Buffer.from('302a300506032b6570032100', 'hex')

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer')

/** RFC 6962, with the split written out; the last hash may stand for a smaller subtree. */
function treeRoot(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha256(Buffer.alloc(0))
  if (hashes.length === 1 && hashes[0] !== undefined) return hashes[0]
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return sha256(Buffer.concat([NODE, treeRoot(hashes.slice(0, split)), treeRoot(hashes.slice(split))]))
}

function tilePath(level: number | 'entries', index: number): string {
  let path = String(index % 1000).padStart(3, '0')
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`
  return `tile/${level}/${path}`
}

/** Node decodes leniently; no two texts may stand for the same bytes. */
function base64(text = ''): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined
}

async function need(path: string, where: string): Promise<Buffer> {
  const bytes = await read(path)
  if (bytes === undefined) throw new Broken('missing', where, 'it is not there')
  return bytes
}

async function read(path: string): Promise<Buffer | undefined> {
  return await readFile(path).catch(absent(undefined))
}

async function list(path: string): Promise<string[]> {
  return await readdir(path).catch(absent([]))
}

async function readdirDeep(path: string): Promise<string[]> {
  const found = await readdir(path, { recursive: true, withFileTypes: true }).catch(absent([]))
  return found.filter((each) => !each.isDirectory()).map((each) => join(each.parentPath, each.name))
}

function absent<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return answer
    throw error
  }
}
