import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** SHA-256 as 64 lower-case hexadecimal digits. */
export type Digest = string & { readonly digest: unique symbol }

export function sha256(bytes: string | Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest
}

/** The same as base64url, as web tokens and passkeys have digests. */
export function sha256Url(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

/**
 * RFC 8785 canonical JSON. Lone surrogates, which shell text can hold, become U+FFFD;
 * they are escaped first so that two different texts never share a digest.
 */
export function canonical(value: Json): string {
  const text = canonicalText(value)
  if (text === undefined) throw new TypeError('not a JSON value')
  return text
}

/** The library refuses lone surrogates; nearly no value has any, and looking for them first would cost as much again. */
function canonicalText(value: Json): string | undefined {
  try {
    return canonicalize(value)
  } catch {
    return canonicalize(wellFormed(value))
  }
}

/** Digest of `value` under a name that keeps digests of different things apart. */
export function digestOf(domain: string, value: Json): Digest {
  return sha256(`${domain}\n${canonical(value)}`)
}

function wellFormed(value: Json): Json {
  if (typeof value === 'string') return value.isWellFormed() ? value : escapeSurrogates(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(wellFormed)
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [String(wellFormed(k)), wellFormed(v)]))
}

function escapeSurrogates(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16))
  return `\u0000utf-16:${units.join(' ')}`
}

/** Freezes a JSON value to the bottom, so that what was judged is what is run. */
export function freeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
