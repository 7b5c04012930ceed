/** Bytes as browsers have them, and the few things that a ledger's check does with them. */
export type Bytes = Uint8Array<ArrayBuffer>

export async function sha256(...parts: readonly Bytes[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(parts)))
}

export function joined(parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export function hex(bytes: Bytes): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function base64(bytes: Bytes): string {
  return btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(''))
}

/** Undefined unless `text` is how these very bytes are written: no two texts stand for the same. */
export function fromBase64(text: string): Bytes | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
    return bytes.length > 0 && base64(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}

/** Undefined where it is no UTF-8. */
export function textOf(bytes: Bytes): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
