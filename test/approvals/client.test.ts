import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { deskClient, enrol } from '../../src/approvals/client.ts'
import { originOf } from '../../src/approvals/enrolment.ts'
import { systemClock } from '../../src/core/clock.ts'
import { filing } from '../desk/filing.ts'
import { deskContract } from './contract.ts'
import { PlainDesk, portTo } from './desk.ts'
import { type HttpDesk, httpDesk, type Wrong } from './http.ts'

const desks: HttpDesk[] = []
async function open(): Promise<HttpDesk> {
  const desk = await httpDesk()
  desks.push(desk)
  return desk
}
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close()
})

const NAMES = { one: 'Bo', other: 'Cleo' }

deskContract('of fakes', async () => {
  const plain = new PlainDesk(() => Date.now())
  return { desk: portTo(plain), vote: async (ticket, who, decision) => plain.vote(ticket, NAMES[who], decision) }
})

deskContract('over HTTP', async () => {
  const { enrolment, key, plain } = await open()
  const desk = deskClient(enrolment, key, systemClock)
  return { desk, vote: async (ticket, who, decision) => plain.vote(ticket, NAMES[who], decision) }
})

describe('a grant', () => {
  const forged = generateKeyPairSync('ed25519').privateKey
  const before = Math.floor(Date.now() / 1000) - 3600
  it.for([
    ['that another key signed', { key: forged }, 'signature'],
    ['for another guard', { claims: { aud: 'g-another000' } }, 'aud'],
    ['of another desk', { claims: { iss: 'https://elsewhere.test' } }, 'iss'],
    ['that has expired', { claims: { iat: before, exp: before + 60 } }, 'exp'],
    ['that never expires', { claims: { exp: undefined } }, 'exp'],
    ['that says less than it must', { claims: { envelope: 'none' } }, 'envelope'],
  ] satisfies [string, Wrong, string][])('%s does not hold', async ([, wrong, why]) => {
    const http = await open()
    const desk = deskClient(http.enrolment, http.key, systemClock)
    const asked = filing()
    await desk.file(asked, 'r-0000000001')
    http.plain.approve(asked.ticket)
    http.wrong = wrong
    const looked = await desk.file(asked, 'r-0000000002')
    expect(looked).toMatchObject({ kind: 'failed', perhaps: true, why: expect.stringContaining('does not hold') })
    expect(JSON.stringify(looked)).toContain(why)
  })
})

describe('a desk that', () => {
  it.for([
    ['talks nonsense', { answer: { status: 200, text: '<html>' } }, 'what no desk does', true],
    [
      'answers with more than it should',
      { answer: { status: 200, text: '{"ticket":"t","more":1}' } },
      'what no desk does',
      true,
    ],
    ['sends on elsewhere', { answer: { status: 302, text: '' } }, 'status 302', false],
    ['is broken', { answer: { status: 500, text: 'oops' } }, 'status 500', true],
    ['sends for ever', { answer: { status: 200, text: 'x'.repeat(5 << 20) } }, 'too long', true],
    ['hangs up', { hangUp: true }, 'reached', true],
    ['is late', { lateMs: 10_000 }, 'within 3 s', true],
  ] satisfies [string, Wrong, string, boolean][])(
    '%s is a refusal with its reason',
    async ([, wrong, why, perhaps]) => {
      const http = await open()
      http.wrong = wrong
      const looked = await deskClient(http.enrolment, http.key, systemClock).file(filing(), 'r-0000000001')
      expect(looked).toMatchObject({ kind: 'failed', perhaps, why: expect.stringContaining(why) })
    },
  )

  it('is not there is a refusal, and nothing was sent', async () => {
    const http = await open()
    http.close()
    const looked = await deskClient(http.enrolment, http.key, systemClock).file(filing(), 'r-0000000001')
    expect(looked).toMatchObject({
      kind: 'failed',
      perhaps: false,
      why: expect.stringContaining('can’t be reached'.replace('’', "'")),
    })
  })

  it('does not know this guard’s key says so', async () => {
    const http = await open()
    const desk = deskClient(http.enrolment, generateKeyPairSync('ed25519').privateKey, systemClock)
    expect(await desk.standing('t-0000000000')).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('not enrolled here'),
    })
    expect(await desk.tell('t-0000000000', { receipt: 'r-0000000001', outcome: 'done' })).toMatchObject({
      kind: 'unanswered',
    })
  })
})

it('over TLS is believed with a certificate that is named, and with no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-tls-'))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout ${key} -out ${cert}`
  execFileSync('openssl', made.split(' '), { stdio: 'ignore' })
  const tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  rmSync(folder, { recursive: true })
  const http = await httpDesk(tls)
  desks.push(http)
  const asked = { origin: http.origin, code: http.code, name: 'me@here', clock: systemClock }
  await expect(enrol(asked)).rejects.toMatchObject({
    message: expect.stringContaining('certificate'),
    hint: expect.stringContaining('--ca'),
  })
  const { enrolment, key: own } = await enrol({ ...asked, ca: tls.cert })
  expect(await deskClient(enrolment, own, systemClock).standing('t-0000000000')).toEqual({ kind: 'none' })
})

it('what is too much to be shown to people is not filed', async () => {
  const http = await open()
  const desk = deskClient(http.enrolment, http.key, systemClock)
  for (const more of [{ input: 'x'.repeat(256 << 10) }, { because: 'x'.repeat(30_000) }])
    expect(await desk.file(filing(more), 'r-0000000001')).toMatchObject({ why: expect.stringContaining('too much') })
  expect(http.asked).toEqual([])
})

describe('enrolling', () => {
  const asking = (http: HttpDesk, code = http.code) => ({
    origin: http.origin,
    code,
    name: 'me@here',
    clock: systemClock,
  })
  it('makes a key that the desk takes, and pins the desk’s', async () => {
    const http = await open()
    const { enrolment, key } = await enrol(asking(http))
    expect(enrolment).toMatchObject({ origin: http.origin, operator: { name: 'Anna' }, key: http.enrolment.key })
    expect(await deskClient(enrolment, key, systemClock).standing('t-0000000000')).toEqual({ kind: 'none' })
  })

  it('with a wrong code is refused with the desk’s reason', async () => {
    await expect(enrol(asking(await open(), 'guessed'))).rejects.toThrow('the code is wrong or used up')
  })

  it('under another name than the desk’s own is none', async () => {
    const http = await open()
    const { origin, ...rest } = asking(http)
    http.wrong = {
      answer: {
        status: 200,
        text: JSON.stringify({
          guard: 'g-guard00000',
          operator: http.enrolment.operator,
          key: http.enrolment.key,
          origin: 'https://desk.test',
        }),
      },
    }
    await expect(enrol({ origin, ...rest })).rejects.toThrow('calls itself `https://desk.test`')
  })
})

it.for([
  ['https://desk.example', 'https://desk.example'],
  ['https://desk.example:8443/', 'https://desk.example:8443'],
  ['http://localhost:4180', 'http://localhost:4180'],
  ['http://127.0.0.1:4180', undefined],
  ['http://desk.example', undefined],
  ['http://localhost.example', undefined],
  ['https://me:secret@desk.example', undefined],
  ['https://desk.example/holds', undefined],
  ['ftp://desk.example', undefined],
  ['desk.example', undefined],
] as const)('%s is an address of a desk: %s', ([text, origin]) => {
  if (origin === undefined) expect(() => originOf(text)).toThrow()
  else expect(originOf(text)).toBe(origin)
})
