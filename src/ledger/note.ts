import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'

/** C2SP signed notes with Ed25519 keys, and the checkpoints that are written as such. */

export interface VerifierKey {
  readonly name: string
  /** Four bytes that tell keys of one name apart. */
  readonly id: Buffer
  readonly key: KeyObject
}

export interface SigningKey {
  readonly name: string
  readonly key: KeyObject
  /** The public half as text, `name+id+base64`. */
  readonly vkey: string
}

const ED25519 = 0x01
// The fixed beginnings of the DER form of a seed and of a public key.
const SEED_DER = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex')

/** A new key in its text form, `PRIVATE+KEY+name+id+base64`, as Go's note package writes it. */
export function newSigningKey(name: string): string {
  const key = generateKeyPairSync('ed25519').privateKey
  const seed = key.export({ format: 'der', type: 'pkcs8' }).subarray(SEED_DER.length)
  return `PRIVATE+KEY+${name}+${keyId(name, publicBytes(key)).toString('hex')}+${typed(seed).toString('base64')}`
}

export function parseSigningKey(text: string): SigningKey | undefined {
  const match = /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text)
  const [name = '', id = ''] = match?.slice(1) ?? []
  const seed = untyped(match?.[3] ?? '')
  if (seed === undefined) return undefined
  const key = createPrivateKey({ key: Buffer.concat([SEED_DER, seed]), format: 'der', type: 'pkcs8' })
  const raw = publicBytes(key)
  if (keyId(name, raw).toString('hex') !== id) return undefined
  return { name, key, vkey: `${name}+${id}+${typed(raw).toString('base64')}` }
}

export function parseVerifierKey(vkey: string): VerifierKey | undefined {
  // The base64 part may hold plus signs too.
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey)
  const [name = '', id = ''] = match?.slice(1) ?? []
  const raw = untyped(match?.[3] ?? '')
  if (raw === undefined || keyId(name, raw).toString('hex') !== id) return undefined
  const key = createPublicKey({ key: Buffer.concat([PUBLIC_DER, raw]), format: 'der', type: 'spki' })
  return { name, id: Buffer.from(id, 'hex'), key }
}

/** `text` ends in a newline. */
export function signNote(text: string, { name, key, vkey }: SigningKey): string {
  const id = Buffer.from(vkey.slice(name.length + 1, name.length + 9), 'hex')
  return `${text}\n— ${name} ${Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64')}\n`
}

export type OpenedNote =
  | { readonly kind: 'signed'; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string }

/** The text of a note that `by` signed. Signatures of unknown keys are passed over, a bad one of `by` voids the note. */
export function openNote(bytes: Uint8Array, by: VerifierKey): OpenedNote {
  const note = Buffer.from(bytes).toString('utf8')
  if (!Buffer.from(note).equals(bytes)) return refused('it is not UTF-8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\0-\x09\x0b-\x1f]/.test(note)) return refused('it holds control characters')
  const boundary = note.lastIndexOf('\n\n')
  if (boundary < 0 || !note.endsWith('\n')) return refused('it has no signatures')
  const text = note.slice(0, boundary + 1)
  let signed = false
  for (const line of note.slice(boundary + 2, -1).split('\n')) {
    const match = /^— ([^\s+]+) (\S+)$/.exec(line)
    const signature = base64(match?.[2] ?? '')
    if (signature === undefined || signature.length < 5) return refused('a signature line is malformed')
    if (match?.[1] !== by.name || !signature.subarray(0, 4).equals(by.id)) continue
    if (!verify(null, Buffer.from(text), by.key, signature.subarray(4))) return refused('its signature is wrong')
    signed = true
  }
  return signed ? { kind: 'signed', text } : refused(`it is not signed by \`${by.name}\``)
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

/** Extension lines are refused: nobody could audit them. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const match = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n$/.exec(text)
  const root = base64(match?.[3] ?? '')
  const size = Number(match?.[2])
  if (match?.[1] === undefined || root?.length !== 32 || !Number.isSafeInteger(size)) return undefined
  return { origin: match[1], size, root }
}

function keyId(name: string, raw: Uint8Array): Buffer {
  return createHash('sha256').update(`${name}\n`).update(typed(raw)).digest().subarray(0, 4)
}

const typed = (raw: Uint8Array): Buffer => Buffer.concat([Buffer.of(ED25519), raw])

function untyped(text: string): Buffer | undefined {
  const bytes = base64(text)
  return bytes?.length === 33 && bytes[0] === ED25519 ? bytes.subarray(1) : undefined
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_DER.length)
}

/** Node decodes leniently; a changed character must not decode to the same bytes. */
function base64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined
}

const refused = (why: string): OpenedNote => ({ kind: 'refused', why })
