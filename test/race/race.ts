import { type ChildProcess, execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeskProcess } from '../desk/desk-process.ts'
import { freePort, Somebody } from '../desk/world.ts'
import { makePlace, type Place } from '../integration/place.ts'
import { Balancer } from './balancer.ts'
import type { Left } from './check.ts'

export interface Size {
  readonly holds: number
  readonly voters: number
  readonly guards: number
  /** How often something is killed. */
  readonly killEachMs: number
  readonly forMs: number
}

export interface Raced extends Left {
  readonly kills: number
  /** Calls that were answered for good: they ran, or were denied. */
  readonly ended: number
  remove(): Promise<void>
}

/** How many calls of one guard are under way at a time; a desk takes a hundred that wait. */
const WINDOW = 12
/** Of a hundred votes. */
const NOES = 6

/** Two desks, guards and people, while desks and guards are killed at random. */
export async function race(url: string, size: Size): Promise<Raced> {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-race-'))
  const scene = await new Scene(folder, url).open(size)
  const kills = await scene.run(size)
  const desks = await scene.close()
  return {
    desks,
    guards: scene.places.map(({ state }) => join(state, 'ledger')),
    executed: scene.executed,
    votes: scene.votes,
    kills,
    ended: scene.ended,
    remove: async () => {
      for (const place of scene.places) await place.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

class Scene {
  readonly places: Place[] = []
  readonly votes: Left['votes'][number][] = []
  readonly executed: string
  ended = 0
  readonly #folder: string
  readonly #url: string
  readonly #ports: number[] = []
  readonly #desks: (DeskProcess | undefined)[] = []
  readonly #guards: (ChildProcess | undefined)[] = []
  readonly #voters: Somebody[] = []
  readonly #waiting = new Set<string>()
  readonly #random = numbers(20261124)
  #origin = ''
  #balancer: Balancer | undefined
  #isOver = false

  constructor(folder: string, url: string) {
    this.#folder = folder
    this.#url = url
    this.executed = join(folder, 'executed')
  }

  async open({ voters, guards }: Size): Promise<this> {
    const port = await freePort()
    this.#origin = `https://localhost:${port}`
    this.#ports.push(await freePort(), await freePort())
    const ca = certificate(this.#folder)
    this.#balancer = new Balancer(
      { cert: readFileSync(ca, 'utf8'), key: readFileSync(`${ca}.key`, 'utf8') },
      this.#ports,
    )
    await this.#balancer.listen(port)
    const first = await this.#startDesk(0)
    const ada = await new Somebody(this.#origin, this.#doorOf(0)).join(await first.firstCode(), 'Ada')
    mkdirSync(this.#stateOf(1), { recursive: true, mode: 0o700 })
    for (const key of ['desk.key', 'ledger.key']) copyFileSync(join(this.#stateOf(0), key), join(this.#stateOf(1), key))
    await this.#startDesk(1)
    for (let i = 0; i < voters; i++) {
      ada.at = this.#doorOf(i % 2)
      this.#voters.push(await ada.invite(`Voter ${i}`))
    }
    for (let i = 0; i < guards; i++) await this.#enroll(ada, i, ca)
    return this
  }

  /** Until every call has ended, or the time is over. Answers with how many were killed. */
  async run({ holds, killEachMs, forMs }: Size): Promise<number> {
    const names = Array.from({ length: holds }, (_, i) => `stack-${i}`)
    const shares = this.places.map((_, i) => names.filter((_, at) => at % this.places.length === i))
    const calling = Promise.all(shares.map((share, i) => this.#agent(i, share)))
    const voting = Promise.all(this.#voters.map((voter) => this.#vote(voter)))
    const killing = this.#kill(killEachMs)
    await Promise.race([calling, sleep(forMs, undefined, { ref: false })])
    this.#isOver = true
    await Promise.all([calling, voting])
    return await killing
  }

  /** Ends everything as it should be ended. Answers with the ledgers of the desks. */
  async close(): Promise<string[]> {
    for (const place of this.places) await place.ask('POST', '/v1/shutdown', {})
    for (const child of this.#guards)
      if (child !== undefined && child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => child.once('exit', resolve))
    for (const desk of this.#desks) await desk?.end('SIGTERM')
    // One after the other: the second one takes up what the first signed at its end.
    for (const at of [0, 1]) await (await this.#startDesk(at)).end('SIGTERM')
    this.#balancer?.close()
    return [0, 1].map((at) => join(this.#stateOf(at), 'ledger'))
  }

  async #enroll(ada: Somebody, at: number, ca: string): Promise<void> {
    const bin = join(this.#folder, 'bin')
    mkdirSync(bin, { recursive: true })
    // What the calls reach in the end.
    writeFileSync(join(bin, 'aws'), `#!/bin/sh\necho "$4" >> ${this.executed}\n`)
    chmodSync(join(bin, 'aws'), 0o755)
    const place = await makePlace()
    this.places.push(place)
    const operator = await ada.invite(`Operator ${at}`, ['operator'])
    const { body } = await ada.send<{ code: string }>('POST', '/api/guards/codes', {
      name: `g${at}`,
      operator: operator.id,
    })
    const enrolled = await place.interlock('desk', 'enroll', this.#origin, body.code, '--ca', ca)
    if (enrolled.code !== 0) throw new Error(enrolled.stderr)
    this.#guards[at] = await place.serve()
  }

  /** Calls each of these until it ran or was denied. */
  async #agent(at: number, names: readonly string[]): Promise<void> {
    const queue = [...names]
    const one = async (): Promise<void> => {
      for (let name = queue.shift(); name !== undefined && !this.#isOver; name = queue.shift())
        await this.#insist(at, name)
    }
    await Promise.all(Array.from({ length: WINDOW }, one))
  }

  async #insist(at: number, name: string): Promise<void> {
    const place = this.places[at]
    while (!this.#isOver && place !== undefined) {
      const env = { PATH: `${join(this.#folder, 'bin')}:/usr/bin:/bin` }
      const command = `aws cloudformation delete-stack --stack-name ${name}`
      const reply = await place.call(command, 'guard', { env }).catch(() => undefined)
      // The guard died under way, or no desk answered it: nobody told us, so we ask again.
      if (reply === undefined) await sleep(200)
      else if (reply.outcome === 'done' || reply.outcome === 'failed' || reply.text.includes('said No')) break
      else if (reply.ticket !== undefined) await this.#answered(reply.ticket)
    }
    if (!this.#isOver) this.ended += 1
  }

  /** As an agent that waits: it asks again when people have answered, and now and then. */
  async #answered(ticket: string): Promise<void> {
    this.#waiting.add(ticket)
    for (let left = 30; left > 0 && this.#waiting.has(ticket) && !this.#isOver; left -= 1)
      await sleep(200 + 100 * this.#random())
  }

  async #vote(voter: Somebody): Promise<void> {
    while (!this.#isOver) {
      await sleep(100 + 900 * this.#random())
      const tickets = [...this.#waiting]
      const ticket = tickets[Math.floor(this.#random() * Math.min(tickets.length, 8))]
      if (ticket === undefined) continue
      const decision = this.#random() * 100 < NOES ? 'deny' : 'approve'
      voter.at = this.#doorOf(this.#random() < 0.5 ? 0 : 1)
      const answer = await voter.vote(ticket, decision).catch(() => undefined)
      if (answer?.status === 200) this.votes.push({ ticket, person: voter.id, decision })
      // Whoever has enough, or is over, is nobody's to look at any more.
      if (answer?.status === 200 && answer.body.state !== 'open') this.#waiting.delete(ticket)
      if (answer?.status === 409) this.#waiting.delete(ticket)
    }
  }

  async #kill(eachMs: number): Promise<number> {
    let kills = 0
    while (!this.#isOver) {
      await sleep(eachMs * (0.5 + this.#random()))
      if (this.#isOver) break
      const at = Math.floor(this.#random() * (2 + this.places.length))
      await (at < 2 ? this.#killDesk(at) : this.#killGuard(at - 2))
      kills += 1
    }
    return kills
  }

  async #killDesk(at: number): Promise<void> {
    await this.#desks[at]?.end('SIGKILL')
    await this.#startDesk(at)
  }

  async #killGuard(at: number): Promise<void> {
    const child = this.#guards[at]
    const ended = new Promise((resolve) => child?.once('exit', resolve))
    child?.kill('SIGKILL')
    await ended
    this.#guards[at] = await this.places[at]?.serve()
  }

  async #startDesk(at: number): Promise<DeskProcess> {
    const env = {
      INTERLOCK_DESK_HOME: this.#stateOf(at),
      XDG_CONFIG_HOME: join(this.#folder, `desk-${at}`, 'config'),
      DATABASE_URL: this.#url,
    }
    const desk = await DeskProcess.start(['--origin', this.#origin, '--port', String(this.#ports[at])], env)
    this.#desks[at] = desk
    return desk
  }

  #stateOf(at: number): string {
    return join(this.#folder, `desk-${at}`, 'state')
  }

  #doorOf(at: number): string {
    return `http://127.0.0.1:${this.#ports[at]}`
  }
}

/** For `localhost`; its key lies beside it. */
function certificate(folder: string): string {
  const path = join(folder, 'tls.pem')
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout ${path}.key -out ${path}`
  execFileSync('openssl', words.split(' '), { stdio: 'ignore' })
  return path
}

/** The same ones in each run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
