import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { inject } from 'vitest'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import { Authenticator, type Browser } from '../../src/demo/authenticator.ts'
import { inviteFirst } from '../../src/desk/people.ts'
import { type Entry, review } from '../../src/desk/verify.ts'
import { freePort } from '../../src/process/port.ts'
import { type RunningDesk, startDesk } from '../../src/root/desk.ts'
import type {
  Challenge,
  Decision,
  EnrollReply,
  FileReply,
  Filing,
  HoldPage,
  OneTime,
  Rights,
  Role,
  Session,
} from '../../src/wire/desk.ts'
import type { People } from '../../src/wire/desk-people.ts'
import { newDatabase } from '../postgres/database.ts'

export { freePort }

/** A desk over HTTP, in a folder of its own, with a clock that a test can set. */
export interface World {
  readonly origin: string
  readonly env: DeskEnv
  readonly running: RunningDesk
  readonly clock: Clock & { skip(ms: number): void }
  readonly faults: unknown[]
  /** What its terminal was told. */
  readonly told: string[]
  readonly end: () => Promise<void>
}

export type DeskEnv = Readonly<Record<'INTERLOCK_DESK_HOME' | 'XDG_CONFIG_HOME' | 'DATABASE_URL', string>>

/** Folders for one desk, and a database of this run's kind: a file where `DATABASE_URL` is empty. */
export async function deskEnv(folder: string): Promise<DeskEnv> {
  const lent = inject('deskStore') === 'postgres' ? await newDatabase() : undefined
  return { ...onFile(folder), DATABASE_URL: lent !== undefined && 'url' in lent ? lent.url : '' }
}

/** The same with a file, whatever this run's kind. */
export function onFile(folder: string): DeskEnv {
  return { INTERLOCK_DESK_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config'), DATABASE_URL: '' }
}

/** `settings`: files of its config folder, by name. */
export async function newWorld(
  settings: Readonly<Record<string, string>> = {},
  envOf: (folder: string) => DeskEnv | Promise<DeskEnv> = deskEnv,
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-desk-'))
  const env = await envOf(folder)
  const config = join(env.XDG_CONFIG_HOME, 'interlock-desk')
  mkdirSync(config, { recursive: true })
  for (const [name, text] of Object.entries(settings)) writeFileSync(join(config, name), text, { mode: 0o600 })
  const port = await freePort()
  let skipped = 0
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + skipped,
    skip: (ms: number) => {
      skipped += ms
    },
  }
  const faults: unknown[] = []
  const told: string[] = []
  const running = await startDesk({ port: String(port) }, env, {
    clock,
    fault: (error) => faults.push(error),
    told: (text) => told.push(text),
  })
  const end = async (): Promise<void> => {
    await running.stop()
    rmSync(folder, { recursive: true })
  }
  return { origin: running.desk.origin, env, running, clock, faults, told, end }
}

export interface Answer<T = unknown> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
}

/** A person with a browser and a passkey. */
export class Somebody {
  readonly origin: string
  /** The desk that is asked, where several have one origin. */
  at: string
  passkey = new Authenticator()
  readonly #cookies = new Map<string, string>()
  id = ''

  constructor(origin: string, at = origin) {
    this.origin = origin
    this.at = at
  }

  get cookie(): string {
    return [...this.#cookies].map((pair) => pair.join('=')).join('; ')
  }

  /** All that his browser keeps. */
  set cookie(text: string) {
    this.#cookies.clear()
    for (const each of text.split('; ').filter(Boolean)) this.#keep(each)
  }

  #keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    this.#cookies.set(name, value)
  }

  /** Opens the link and makes a passkey. */
  async join(code: string, name?: string): Promise<this> {
    const started = await this.send<Challenge>(
      'POST',
      `/api/invitations/${code}/start`,
      name === undefined ? {} : { name },
    )
    if (started.status !== 200) throw new Error(JSON.stringify(started.body))
    const response = this.passkey.create(started.body.options, { origin: this.origin })
    const joined = await this.send<Session>('POST', `/api/invitations/${code}`, { nonce: started.body.nonce, response })
    if (joined.status !== 200) throw new Error(JSON.stringify(joined.body))
    this.id = joined.body.person?.id ?? ''
    return this
  }

  async signIn(how: Partial<Browser> = {}): Promise<Answer<Session>> {
    const { body } = await this.send<Challenge>('POST', '/api/session/start', {})
    const response = this.passkey.get(body.options, { origin: this.origin, ...how })
    return await this.send<Session>('POST', '/api/session', { nonce: body.nonce, response })
  }

  async invite(name: string, roles: readonly Role[] = ['approver'], more: Partial<Rights> = {}): Promise<Somebody> {
    const { body } = await this.send<OneTime>('POST', '/api/people/invitations', { name, roles, ...more })
    return await new Somebody(this.origin, this.at).join(body.code)
  }

  /** Signs what waits for two. */
  async agree(proposal: string, how: Partial<Browser> = {}): Promise<Answer<People>> {
    const started = await this.send<Challenge>('POST', `/api/proposals/${proposal}/start`, {})
    if (started.status !== 200) return started as Answer<never>
    const response = this.passkey.get(started.body.options, { origin: this.origin, ...how })
    return await this.send<People>('POST', `/api/proposals/${proposal}`, { nonce: started.body.nonce, response })
  }

  async vote(ticket: string, decision: Decision, how: Partial<Browser> = {}): Promise<Answer<HoldPage>> {
    const started = await this.startVote(ticket, decision)
    if (started.status !== 200) return started as Answer<never>
    const response = this.passkey.get(started.body.options, { origin: this.origin, ...how })
    return await this.send<HoldPage>('POST', `/api/holds/${ticket}/votes`, { nonce: started.body.nonce, response })
  }

  async startVote(ticket: string, decision: Decision, reason = 'looked at it'): Promise<Answer<Challenge>> {
    const { body } = await this.send<HoldPage>('GET', `/api/holds/${ticket}`)
    const asked = { decision, reason, digest: body.digest }
    return await this.send<Challenge>('POST', `/api/holds/${ticket}/votes/start`, asked)
  }

  /** As the desk's own page asks. */
  async send<T = unknown>(method: string, path: string, body?: unknown, headers: object = {}): Promise<Answer<T>> {
    const answer = await fetch(this.at + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.cookie !== '' && { cookie: this.cookie }),
        ...(method !== 'GET' && { 'content-type': 'application/json', origin: this.origin }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    for (const each of answer.headers.getSetCookie()) this.#keep(each)
    return await answerOf<T>(answer)
  }
}

/** A guard with its key. */
export class SomeGuard {
  readonly origin: string
  /** The desk that is asked, where several have one origin. */
  at: string
  readonly clock: Clock
  readonly key: KeyObject
  readonly public: string
  id = ''
  enrolled: EnrollReply | undefined

  constructor({ origin, clock }: Pick<World, 'origin' | 'clock'>, at = origin) {
    const pair = generateKeyPairSync('ed25519')
    this.origin = origin
    this.at = at
    this.clock = clock
    this.key = pair.privateKey
    this.public = pair.publicKey.export({ format: 'jwk' }).x ?? ''
  }

  async enroll(admin: Somebody, operator: Somebody, name = 'laptop'): Promise<this> {
    const { body } = await admin.send<OneTime>('POST', '/api/guards/codes', { name, operator: operator.id })
    const asked = { code: body.code, name: 'host', key: this.public }
    const reply = await plain<EnrollReply>(this.at, 'POST', '/v1/guards', { body: JSON.stringify(asked) })
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body))
    this.enrolled = reply.body
    this.id = reply.body.guard
    return this
  }

  async file(filing: Filing, receipt = `r-${filing.ticket.slice(2)}`): Promise<Answer<FileReply>> {
    return await this.send<FileReply>('POST', '/v1/holds', { filing, receipt })
  }

  async send<T = unknown>(method: string, path: string, body?: unknown, claims: object = {}): Promise<Answer<T>> {
    const text = body === undefined ? '' : JSON.stringify(body)
    const authorization = `Bearer ${await this.token(method, path, text, claims)}`
    return await plain<T>(this.at, method, path, { headers: { authorization }, ...(text !== '' && { body: text }) })
  }

  async token(method: string, path: string, text: string, claims: object = {}): Promise<string> {
    const iat = Math.floor(this.clock.now() / 1000)
    const bh = createHash('sha256').update(text).digest('base64url')
    const htu = path.split('?')[0]
    const all = { iss: this.id, aud: this.origin, iat, exp: iat + 60, htm: method, htu, bh, ...claims }
    return await new SignJWT(all).setProtectedHeader({ alg: 'EdDSA' }).sign(this.key)
  }
}

export async function plain<T = unknown>(
  origin: string,
  method: string,
  path: string,
  how: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answer<T>> {
  return await answerOf<T>(await fetch(origin + path, { method, ...how }))
}

async function answerOf<T>(answer: Response): Promise<Answer<T>> {
  const text = await answer.text()
  const isJson = (answer.headers.get('content-type') ?? '').includes('json')
  return { status: answer.status, body: (isJson ? JSON.parse(text) : text) as T, headers: answer.headers }
}

export async function firstPerson({ running, origin }: World, name = 'Ada'): Promise<Somebody> {
  const first = await inviteFirst(running.desk)
  return await new Somebody(origin).join(first?.code ?? '', name)
}

/** An admin, two who approve, an operator, and his guard. */
export async function team(world: World): Promise<{
  ada: Somebody
  ben: Somebody
  cho: Somebody
  dan: Somebody
  guard: SomeGuard
}> {
  const ada = await firstPerson(world)
  const ben = await ada.invite('Ben')
  const cho = await ada.invite('Cho')
  const dan = await ada.invite('Dan', ['operator', 'approver'])
  const guard = await new SomeGuard(world).enroll(ada, dan)
  return { ada, ben, cho, dan, guard }
}

/** All that a desk at work has put on record. */
export async function entriesOf({ running }: World): Promise<readonly Entry[]> {
  return (await running.desk.store.entries(0, 100_000)).map((entry, index) => ({ index, entry }))
}

/** What `interlock desk verify` finds wrong with these. */
export async function faultsIn(entries: readonly Entry[]): Promise<readonly string[]> {
  async function* all(): AsyncGenerator<Entry> {
    yield* entries
  }
  return (await review(all())).faults.map(({ why }) => why)
}
