import { type Bytes, equal, fromBase64, hex, sha256, textOf } from './bytes.ts'

/** C2SP signed notes with Ed25519 keys, and the checkpoints that are written as such. */

export interface VerifierKey {
  readonly name: string
  readonly id: Bytes
  readonly raw: Bytes
}

const ED25519 = Uint8Array.of(1)
const utf8 = (text: string): Bytes => new TextEncoder().encode(text)

/** `name+id+base64`; undefined where it is none, or its parts do not belong together. */
export async function parseKey(vkey: string): Promise<VerifierKey | undefined> {
  const [, name, id, key = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)\n?$/.exec(vkey) ?? []
  const typed = fromBase64(key)
  if (name === undefined || typed?.length !== 33 || typed[0] !== 1) return undefined
  const raw = typed.slice(1)
  const found = (await sha256(utf8(`${name}\n`), ED25519, raw)).slice(0, 4)
  return hex(found) === id ? { name, id: found, raw } : undefined
}

/** As the terminal shows it. */
export async function fingerprintOf({ raw }: VerifierKey): Promise<string> {
  return (
    hex(await sha256(raw))
      .slice(0, 32)
      .match(/.{4}/g) ?? []
  ).join(' ')
}

export type Opened<T> = ({ readonly kind: 'signed' } & T) | { readonly kind: 'refused'; readonly why: string }

/** The text that `by` signed. Signatures of unknown keys are passed over, a bad one of `by` voids the note. */
export async function openNote(bytes: Bytes, by: VerifierKey): Promise<Opened<{ readonly text: string }>> {
  const note = textOf(bytes)
  const boundary = note?.lastIndexOf('\n\n') ?? -1
  if (note === undefined || boundary < 0 || !note.endsWith('\n')) return refused('it is no signed note')
  const text = note.slice(0, boundary + 1)
  const key = await crypto.subtle.importKey('raw', by.raw, 'Ed25519', false, ['verify'])
  let signed = false
  for (const line of note.slice(boundary + 2, -1).split('\n')) {
    const [, name, encoded = ''] = /^— ([^\s+]+) (\S+)$/.exec(line) ?? []
    const signature = fromBase64(encoded)
    if (signature === undefined || signature.length < 5) return refused('a signature line is malformed')
    if (name !== by.name || !equal(signature.slice(0, 4), by.id)) continue
    if (!(await crypto.subtle.verify('Ed25519', key, signature.slice(4), utf8(text))))
      return refused('its signature is wrong')
    signed = true
  }
  return signed ? { kind: 'signed', text } : refused(`it is not signed by ${by.name}`)
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Bytes
}

/** Extension lines are refused: nobody could audit them. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [, origin, size, encoded = ''] = /^([^\n]+)\n(0|[1-9][0-9]{0,14})\n([^\n]+)\n$/.exec(text) ?? []
  const root = fromBase64(encoded)
  return origin === undefined || root?.length !== 32 ? undefined : { origin, size: Number(size), root }
}

function refused(why: string): { readonly kind: 'refused'; readonly why: string } {
  return { kind: 'refused', why }
}
