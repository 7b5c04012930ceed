import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { jwtVerify } from 'jose'
import type { Enrolment } from '../../src/approvals/enrolment.ts'
import { EnrollRequest, FileRequest, type GrantClaims, GuardClaims, OutcomeRequest } from '../../src/wire/desk.ts'
import { GUARD, PlainDesk } from './desk.ts'

/** How such a desk goes wrong. */
export interface Wrong {
  /** In place of what it would answer: a status with a text. */
  readonly answer?: { readonly status: number; readonly text: string }
  readonly lateMs?: number
  /** What its grants say in place of what they should. */
  readonly claims?: Partial<Record<keyof GrantClaims, unknown>>
  /** Whose key signs its grants, where it is not its own. */
  readonly key?: KeyObject
  /** It does what it is asked, and hangs up. */
  readonly hangUp?: boolean
}

export interface HttpDesk {
  readonly plain: PlainDesk
  readonly origin: string
  /** As a guard that was enrolled keeps it, and its key. */
  readonly enrolment: Enrolment
  readonly key: KeyObject
  readonly asked: string[]
  /** It takes this code. */
  readonly code: string
  wrong: Wrong
  close(): void
}

export function rawKey(key: KeyObject): string {
  return String(key.export({ format: 'jwk' }).x)
}

/** A desk of a page of code, over HTTP: it checks what guards sign and signs what it gives out. */
export async function httpDesk(tls?: { readonly cert: string; readonly key: string }): Promise<HttpDesk> {
  const [guard, own] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
  let guardKey = guard.publicKey
  const plain = new PlainDesk(() => Date.now())
  const answer = async (request: IncomingMessage, body: string): Promise<{ status: number; value: unknown }> => {
    const { method = '', url = '' } = request
    const [path = '', query] = url.split('?')
    if (path === '/v1/guards') {
      const { code, key } = EnrollRequest.parse(JSON.parse(body))
      if (code !== desk.code) return problem(403, 'the code is wrong or used up')
      guardKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' })
      const { operator } = desk.enrolment
      return { status: 200, value: { guard: GUARD.id, operator, key: rawKey(own.publicKey), origin: desk.origin } }
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    const bh = createHash('sha256').update(body).digest('base64url')
    try {
      const { payload } = await jwtVerify(token, guardKey, { issuer: GUARD.id, audience: desk.origin })
      const said = GuardClaims.parse(payload)
      if (said.htm !== method || said.htu !== path || said.bh !== bh || said.exp - said.iat > 60)
        throw new Error('other')
    } catch {
      return problem(401, 'this guard is not enrolled here')
    }
    const ticket = path.split('/')[3] ?? ''
    if (method === 'GET') {
      for (let left = Number(query?.replace('wait=', '') ?? 0); left > 0; left -= 20) {
        const standing = plain.standing(ticket)
        if ('status' in standing || standing.state !== 'open') break
        await sleep(20)
      }
      return replyOf(plain.standing(ticket))
    }
    if (path.endsWith('/outcome')) return replyOf(plain.close(ticket, OutcomeRequest.parse(JSON.parse(body))))
    if (path.endsWith('/withdrawal')) return replyOf(plain.withdraw(ticket))
    const { filing, receipt } = FileRequest.parse(JSON.parse(body))
    const taken = plain.file(filing, receipt)
    if ('status' in taken) return replyOf(taken)
    const { standing, claims } = taken
    const said = { iss: desk.origin, ...claims, ...desk.wrong.claims }
    const grant = claims && jws(said, desk.wrong.key ?? own.privateKey)
    return { status: 200, value: { ...standing, ...(grant && { grant }) } }
  }
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      desk.asked.push(`${request.method} ${request.url}`)
      const { wrong } = desk
      if (wrong.lateMs !== undefined) await sleep(wrong.lateMs)
      const { status, value } =
        wrong.answer === undefined
          ? await answer(request, Buffer.concat(chunks).toString()).catch((error) => problem(500, String(error)))
          : { status: wrong.answer.status, value: undefined }
      if (wrong.hangUp === true) return response.destroy()
      return response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(wrong.answer?.text ?? JSON.stringify(value))
    })
  }
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `${tls === undefined ? 'http' : 'https'}://localhost:${port}`
  const operator = { id: 'p-anna000000', name: plain.operator }
  const enrolment = { origin, guard: GUARD.id, name: GUARD.name, operator, key: rawKey(own.publicKey), enrolledAt: 0 }
  const desk: HttpDesk = {
    plain,
    origin,
    enrolment,
    key: guard.privateKey,
    asked: [],
    code: 'once-and-no-more',
    wrong: {},
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return desk
}

/** Signed by hand: what a library refuses to sign is tried too. */
function jws(claims: object, key: KeyObject): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'EdDSA' })}.${part(claims)}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}

function replyOf(value: object): { status: number; value: unknown } {
  if ('detail' in value && 'status' in value) return problem(Number(value.status), String(value.detail))
  return { status: 200, value }
}

function problem(status: number, detail: string): { status: number; value: unknown } {
  return { status, value: { type: 'about:blank', title: 'refused', status, detail } }
}
