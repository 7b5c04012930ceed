import { generateKeyPairSync, sign } from 'node:crypto'

/** A certificate that vouches for itself, for this name, in the fewest parts that X.509 allows. */
export function selfSigned(called: string): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const part = (tag: number, ...inner: Uint8Array[]): Buffer => {
    const bytes = Buffer.concat(inner)
    return Buffer.concat([
      bytes.length < 128 ? Buffer.of(tag, bytes.length) : Buffer.of(tag, 0x81, bytes.length),
      bytes,
    ])
  }
  const algorithm = Buffer.from('300506032b6570', 'hex')
  const name = part(0x30, part(0x31, part(0x30, Buffer.from('0603550403', 'hex'), part(0x0c, Buffer.from(called)))))
  const times = part(0x30, ...['20200101000000Z', '20990101000000Z'].map((time) => part(0x18, Buffer.from(time))))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const body = part(0x30, Buffer.from('a003020102020101', 'hex'), algorithm, name, times, name, spki)
  const signature = part(0x03, Buffer.of(0), sign(null, body, privateKey))
  const pem = part(0x30, body, algorithm, signature).toString('base64')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
