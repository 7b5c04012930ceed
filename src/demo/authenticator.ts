import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A passkey in software: P-256, attestation `none`, one credential for one site. */
export class Authenticator {
  readonly id = randomBytes(16)
  readonly #key: KeyObject
  readonly #point: { x: string; y: string }
  #counter = 0

  constructor() {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' })
    this.#key = pair.privateKey
    this.#point = { x, y }
  }

  create(options: unknown, how: Partial<Browser> = {}): unknown {
    const { challenge, rp } = options as { challenge: string; rp: { id: string } }
    const { origin, userVerified } = { ...BROWSER, ...how }
    const cose = map([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(this.#point.x, 'base64url')],
      [-3, Buffer.from(this.#point.y, 'base64url')],
    ])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(this.id.length)
    const data = Buffer.concat([
      this.#data(rp.id, { userVerified, flags: 0x40 }),
      Buffer.alloc(16),
      length,
      this.id,
      cose,
    ])
    const attestationObject = map([
      ['fmt', 'none'],
      ['attStmt', map([])],
      ['authData', data],
    ])
    return this.#answer({
      clientDataJSON: clientData('webauthn.create', challenge, origin),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    })
  }

  get(options: unknown, how: Partial<Browser> = {}): Assertion {
    const { challenge, rpId } = options as { challenge: string; rpId: string }
    const { origin, userVerified, countUp } = { ...BROWSER, ...how }
    if (countUp) this.#counter += 1
    const data = this.#data(rpId, { userVerified, flags: 0 })
    const clientDataJSON = clientData('webauthn.get', challenge, origin)
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
    return this.#answer({
      clientDataJSON,
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', Buffer.concat([data, hash]), this.#key).toString('base64url'),
    })
  }

  #answer<T>(response: T): { id: string; rawId: string; type: string; response: T; clientExtensionResults: object } {
    const id = this.id.toString('base64url')
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
  }

  #data(site: string, { userVerified, flags }: { userVerified: boolean; flags: number }): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.#counter)
    const present = 0x01 | (userVerified ? 0x04 : 0) | flags
    return Buffer.concat([createHash('sha256').update(site).digest(), Buffer.of(present), counter])
  }
}

export interface Assertion {
  id: string
  rawId: string
  type: string
  response: { clientDataJSON: string; authenticatorData: string; signature: string }
}

export interface Browser {
  /** What the browser says it shows. */
  readonly origin: string
  /** The person proved to be there. */
  readonly userVerified: boolean
  /** A passkey that counts its uses. */
  readonly countUp: boolean
}

const BROWSER = { origin: '', userVerified: true, countUp: false }

function clientData(type: string, challenge: string, origin: string): string {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })).toString('base64url')
}

/** CBOR, as far as an authenticator needs it; a buffer that is a value is a byte string unless it is `map`'s. */
function map(entries: readonly (readonly [number | string, number | string | Buffer])[]): Buffer {
  const parts = entries.flatMap(([key, value]) => [item(key), item(value)])
  return encoded(Buffer.concat([head(5, entries.length), ...parts]))
}

const MAPS = new WeakSet<Buffer>()

function encoded(bytes: Buffer): Buffer {
  MAPS.add(bytes)
  return bytes
}

function item(value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  return MAPS.has(value) ? value : Buffer.concat([head(2, value.length), value])
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.of((major << 5) | length)
  return length < 256 ? Buffer.of((major << 5) | 24, length) : Buffer.of((major << 5) | 25, length >> 8, length & 0xff)
}
