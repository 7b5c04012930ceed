import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Holds } from '../../src/wire/desk.ts'
import { selfSigned } from './certificate.ts'
import { DeskProcess, interlock } from './desk-process.ts'
import { filing } from './filing.ts'
import { freePort, Somebody, SomeGuard } from './world.ts'

let folder: string
let env: { readonly INTERLOCK_DESK_HOME: string; readonly XDG_CONFIG_HOME: string }
let port: number
let origin: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-desk-'))
  env = { INTERLOCK_DESK_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config') }
  port = await freePort()
  origin = `http://localhost:${port}`
})
afterEach(() => rmSync(folder, { recursive: true }))

const start = (): Promise<DeskProcess> => DeskProcess.start(['--port', String(port)], env)

it('keeps its state to itself, and has one process to work on it', async () => {
  const desk = await start()
  expect(statSync(env.INTERLOCK_DESK_HOME).mode & 0o777).toBe(0o700)
  for (const name of ['desk.key', 'desk.sqlite', 'ledger.key'])
    expect(statSync(join(env.INTERLOCK_DESK_HOME, name)).mode & 0o077).toBe(0)
  const second = await interlock(['desk', '--port', String(await freePort())], env)
  expect(second).toMatchObject({ code: 1, err: expect.stringContaining('is open in process') })
  const elsewhere = { INTERLOCK_DESK_HOME: join(folder, 'other'), XDG_CONFIG_HOME: join(folder, 'other') }
  const onPort = await interlock(['desk', '--port', String(port)], elsewhere)
  expect(onPort).toMatchObject({ code: 1, err: expect.stringContaining(`something listens at port ${port}`) })
  expect(await desk.end('SIGTERM')).toBe(0)
})

it('keeps its key, its people and its sessions when it starts again, and stays where it was', async () => {
  const desk = await start()
  const ada = await new Somebody(origin).join(await desk.firstCode(), 'Ada')
  const fingerprint = /fingerprint (.*)/.exec(desk.said)?.[1]
  await desk.end('SIGTERM')
  const again = await start()
  expect(again.said).toContain(`fingerprint ${fingerprint}`)
  expect(again.said).not.toContain('/join/')
  expect(await ada.send('GET', '/api/session')).toMatchObject({ body: { person: { name: 'Ada' } } })
  await again.end('SIGTERM')
  const moved = await interlock(['desk', '--origin', 'https://desk.example'], env)
  expect(moved).toMatchObject({ code: 1, err: expect.stringContaining(`were made for \`${origin}\``) })
})

it('verifies its ledger beside the desk at work, and finds a changed byte', async () => {
  const desk = await start()
  const ada = await new Somebody(origin).join(await desk.firstCode(), 'Ada')
  const ben = await ada.invite('Ben')
  const guard = new SomeGuard({ origin, clock: { ...systemClock, skip: () => undefined } })
  await guard.enroll(ada, await ada.invite('Dan', ['operator']))
  const asked = filing()
  await guard.file(asked)
  for (const voter of [ada, ben]) await voter.vote(asked.ticket, 'approve')
  await guard.file(asked)
  expect(await interlock(['desk', 'verify'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^intact {2}/) })
  await desk.end('SIGTERM')
  const { code, out } = await interlock(['desk', 'verify'], env)
  expect(out).toMatch(/^intact {2}8 entries in /)
  expect(out).toContain('enrolled: people 3, guards 1\n  holds 1, votes 2: ')
  expect(out).toContain('grants 1: ')
  expect(code).toBe(0)

  const tiles = join(env.INTERLOCK_DESK_HOME, 'ledger/tile/entries')
  const path = join(
    tiles,
    readdirSync(tiles, { recursive: true, encoding: 'utf8' }).find((name) => /p\/8$/.test(name)) ?? '',
  )
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.toString('latin1').replace('looked at it', 'looked at IT'), 'latin1')
  expect(await interlock(['desk', 'verify'], env)).toMatchObject({ code: 1, out: expect.stringMatching(/^broken {2}/) })
  const json = await interlock(['desk', 'verify', '--json'], env)
  expect(JSON.parse(json.out)).toMatchObject({ ledger: { kind: 'broken' } })
  expect(json.code).toBe(1)
})

it('says in its terminal what waits, once, unless it is told not to', async () => {
  const filed = async (): Promise<string> => {
    const desk = await start()
    await guard.file(filing({ because: 'would delete \u001b[2K production' }))
    await ben.vote((await ben.send<Holds>('GET', '/api/holds')).body.holds[0]?.ticket ?? '', 'approve')
    await desk.end('SIGTERM')
    return desk.said
  }
  const first = await start()
  const ada = await new Somebody(origin).join(await first.firstCode(), 'Ada')
  const ben = await ada.invite('Ben')
  const guard = new SomeGuard({ origin, clock: { ...systemClock, skip: () => undefined } })
  await guard.enroll(ada, await ada.invite('Dan', ['operator']))
  await first.end('SIGTERM')
  const lines = (await filed()).split('\n').filter((each) => each.startsWith('waits'))
  expect(lines).toEqual([
    expect.stringMatching(
      /^waits {2}http:\/\/localhost:\d+\/holds\/t-\w+ {2}for 2 people other than Dan: would delete \\u\{1b\}\[2K production$/,
    ),
  ])
  mkdirSync(join(env.XDG_CONFIG_HOME, 'interlock-desk'), { recursive: true })
  const settings = join(env.XDG_CONFIG_HOME, 'interlock-desk/desk.yaml')
  writeFileSync(settings, 'reach:\n  bell: false\n')
  expect(await filed()).not.toContain('waits')
  writeFileSync(settings, 'reach:\n  bells: false\n')
  const { code, err } = await interlock(['desk', '--port', String(port)], env)
  expect(err).toContain('desk.yaml` does not fit: line 2: reach.bells: there is no such key')
  expect(code).toBe(1)
})

it('tries whom it is to tell, under TLS that somebody vouches for, and says who did not take it', async () => {
  const made = selfSigned('localhost')
  const messages: string[] = []
  const server = new SMTPServer({
    secure: true,
    authOptional: true,
    ...made,
    onData: (stream, _session, answer) => {
      stream.setEncoding('utf8').on('data', (text: string) => messages.push(text))
      stream.on('end', () => answer())
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  const smtp = `smtps://localhost:${(server.server.address() as AddressInfo).port}`
  const config = join(env.XDG_CONFIG_HOME, 'interlock-desk')
  mkdirSync(config, { recursive: true })
  const none = await interlock(['desk', 'try-reach'], env)
  expect(none).toMatchObject({ code: 0, out: expect.stringContaining('names nobody who is to be told') })
  writeFileSync(
    join(config, 'desk.yaml'),
    `reach:
  mail: {server: '${smtp}', from: desk@example.org, to: [ada@example.org]}
  slack: {ops: {urlFile: ops.url}}
`,
  )
  writeFileSync(join(config, 'ops.url'), `http://localhost:${port}/closed`, { mode: 0o600 })
  writeFileSync(join(folder, 'ca.pem'), made.cert)
  const vouched = await interlock(['desk', 'try-reach'], { ...env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') })
  expect(vouched.out).toMatch(
    /^ {2}slack\/ops +localhost:\d+ +fetch failed, because .*\n {2}mail ada@example.org +localhost:\d+ +took it\n$/,
  )
  expect(vouched.code).toBe(1)
  expect(messages.join('')).toContain('Subject: Interlock: a test: nothing waits')
  const alone = await interlock(['desk', 'try-reach'], env)
  expect(alone.out).toMatch(/mail ada@example.org .*self.signed certificate/)
  await new Promise<void>((done) => server.close(() => done()))
})

it('answers over TLS with the certificate that it is given', async () => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const tls = ['--origin', `https://localhost:${port}`, '--cert', cert]
  const missing = await interlock(['desk', ...tls], env)
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('`--cert` and `--key` go together') })
  const made = selfSigned('desk')
  writeFileSync(cert, made.cert)
  writeFileSync(key, made.key)
  const desk = await DeskProcess.start([...tls, '--key', key], env)
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    get(
      `https://localhost:${port}/api/session`,
      { ca: made.cert, servername: '', checkServerIdentity: () => undefined },
      resolve,
    ).on('error', reject),
  )
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
  answer.destroy()
  await desk.end('SIGTERM')
})
