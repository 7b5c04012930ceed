import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Judges a race from what it left: the ledgers of desks and guards, what ran, and what was answered to the voters.
 * Imports nothing of the project, so that it shares no mistake with it.
 */

export interface Left {
  /** Ledger folders of the desks. */
  readonly desks: readonly string[]
  /** Ledger folders of the guards. */
  readonly guards: readonly string[]
  /** A line for each call that ran: the name of what it deleted. */
  readonly executed: string
  /** Votes that a desk acknowledged. */
  readonly votes: readonly { readonly ticket: string; readonly person: string; readonly decision: string }[]
}

export interface Found {
  readonly faults: readonly string[]
  readonly entries: number
  readonly holds: number
  readonly votes: number
  readonly grants: number
  readonly ran: number
}

interface Entry {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly data: Data
}

/** What stands in the entries that are looked at, each part in some of them. */
interface Data {
  readonly person: { readonly id: string }
  readonly roles: readonly string[]
  readonly passkey: { readonly id: string; readonly publicKey: string }
  readonly envelope: Envelope
  readonly digest: string
  readonly ballot: Readonly<Record<'envelope' | 'person' | 'decision' | 'reason' | 'nonce', string>>
  readonly assertion: {
    readonly id: string
    readonly response: Readonly<Record<'clientDataJSON' | 'authenticatorData' | 'signature', string>>
  }
  readonly receipt: string
}

interface Envelope {
  readonly input: unknown
  readonly operator: { readonly id: string }
  readonly quorum: { readonly count: number }
}

export function check({ desks, guards, executed, votes }: Left): Found {
  const faults: string[] = []
  const ledgers = desks.map(entriesOf)
  const longest = ledgers.reduce((most, each) => (each.length > most.length ? each : most), [])
  for (const [i, ledger] of ledgers.entries())
    for (const [at, { id }] of ledger.entries())
      if (longest[at]?.id !== id) faults.push(`the ledgers of the desks part at entry ${at} (${desks[i]})`)
  if (new Set(longest.map(({ id }) => id)).size !== longest.length) faults.push('an entry stands twice in the ledger')
  const story = readStory(longest, faults)
  for (const { ticket, person, decision } of votes)
    if (!story.votes.some((each) => each.ticket === ticket && each.person === person && each.decision === decision))
      faults.push(`the ${decision} of ${person} on ${ticket} was acknowledged and is lost`)
  const ran = existsSync(executed) ? readFileSync(executed, 'utf8').split('\n').filter(Boolean) : []
  const own = guards.flatMap(entriesOf)
  checkRuns({ ran, own, story, faults })
  return {
    faults,
    entries: longest.length,
    holds: story.holds.size,
    votes: story.votes.length,
    grants: story.grants.length,
    ran: ran.length,
  }
}

interface Story {
  readonly people: Map<string, { readonly roles: readonly string[]; readonly key: string; readonly passkey: string }>
  readonly holds: Map<string, { readonly envelope: Envelope; readonly digest: string; state: string }>
  readonly votes: { readonly ticket: string; readonly person: string; readonly decision: string }[]
  readonly grants: { readonly ticket: string; readonly receipt: string }[]
}

function readStory(entries: readonly Entry[], faults: string[]): Story {
  const story: Story = { people: new Map(), holds: new Map(), votes: [], grants: [] }
  const nonces = new Set<string>()
  for (const { type, subject: ticket, data } of entries) {
    const hold = story.holds.get(ticket)
    switch (type.replace('dev.interlock.', '')) {
      case 'person.enrolled': {
        const { person, roles, passkey } = data
        story.people.set(person.id, { roles, key: passkey.publicKey, passkey: passkey.id })
        break
      }
      case 'hold.filed': {
        const digest = hex(`interlock-envelope/v1\n${canonical(data.envelope)}`)
        if (hold !== undefined) faults.push(`${ticket} was filed twice`)
        if (digest !== data.digest) faults.push(`${ticket} has another digest than was to be signed`)
        story.holds.set(ticket, { ...data, state: 'waits' })
        break
      }
      case 'hold.voted': {
        const why = voteFault(story, ticket, data)
        if (why !== undefined) faults.push(`${ticket}: ${why}`)
        if (nonces.has(data.ballot.nonce)) faults.push(`${ticket}: a vote stands twice`)
        nonces.add(data.ballot.nonce)
        const { person, decision } = data.ballot
        story.votes.push({ ticket, person, decision })
        if (hold !== undefined && decision === 'deny') hold.state = 'denied'
        break
      }
      case 'hold.granted': {
        if (hold?.state !== 'waits') faults.push(`${ticket} was granted while it was ${hold?.state}`)
        const said = story.votes.filter((each) => each.ticket === ticket)
        const yes = new Set(said.filter(({ decision }) => decision === 'approve').map(({ person }) => person))
        if (hold === undefined || yes.size < hold.envelope.quorum.count)
          faults.push(`${ticket} was granted by ${yes.size}`)
        if (hold !== undefined && yes.has(hold.envelope.operator.id))
          faults.push(`${ticket} was granted by its operator`)
        if (hold !== undefined) hold.state = 'granted'
        story.grants.push({ ticket, receipt: data.receipt })
        break
      }
      case 'hold.closed':
        if (hold?.state !== 'granted') faults.push(`${ticket} was closed while it was ${hold?.state}`)
        if (hold !== undefined) hold.state = 'closed'
        break
      case 'hold.ended':
        if (hold !== undefined) hold.state = 'ended'
        break
      default:
    }
  }
  return story
}

/** Why it is not what that person's passkey signed on what was filed. */
function voteFault({ people, holds }: Story, ticket: string, { ballot, assertion }: Data): string | undefined {
  const hold = holds.get(ticket)
  const person = people.get(ballot.person)
  if (hold?.state !== 'waits') return `a vote was taken while it was ${hold?.state}`
  if (ballot.envelope !== hold.digest) return 'a vote is on something else'
  if (person === undefined || !person.roles.includes('approver')) return 'a vote is of no approver'
  if (ballot.person === hold.envelope.operator.id) return 'a vote is of the operator'
  if (assertion.id !== person.passkey) return 'a vote is by another passkey'
  const { envelope, person: id, decision, reason, nonce } = ballot
  const signed = `interlock-vote/v1\n${canonical({ envelope, person: id, decision, reason, nonce })}`
  const client = Buffer.from(assertion.response.clientDataJSON, 'base64url')
  if (JSON.parse(client.toString()).challenge !== createHash('sha256').update(signed).digest('base64url'))
    return 'a vote signs something else'
  const bytes = Buffer.concat([
    Buffer.from(assertion.response.authenticatorData, 'base64url'),
    createHash('sha256').update(client).digest(),
  ])
  const key = createPublicKey({ key: jwkOf(person.key), format: 'jwk' })
  const good = verify('sha256', bytes, key, Buffer.from(assertion.response.signature, 'base64url'))
  return good ? undefined : 'the signature of a vote is wrong'
}

/** Nothing ran but on a grant of its own. */
function checkRuns({
  ran,
  own,
  story,
  faults,
}: {
  ran: readonly string[]
  own: readonly Entry[]
  story: Story
  faults: string[]
}): void {
  const receipts = story.grants.map(({ receipt }) => receipt)
  if (new Set(receipts).size !== receipts.length) faults.push('two grants are for one receipt')
  if (new Set(story.grants.map(({ ticket }) => ticket)).size !== story.grants.length)
    faults.push('two grants are of one hold')
  const taken = own.filter(({ type }) => type === 'dev.interlock.ticket.granted')
  if (new Set(taken.map(({ subject }) => subject)).size !== taken.length) faults.push('a guard took a grant twice')
  const grantsOf = (name: string): number =>
    story.grants.filter(({ ticket }) => nameIn(story.holds.get(ticket)?.envelope.input) === name).length
  for (const name of new Set(ran)) {
    const times = ran.filter((each) => each === name).length
    if (times > grantsOf(name)) faults.push(`\`${name}\` ran ${times} times on ${grantsOf(name)} grants`)
  }
}

const nameIn = (input: unknown): string | undefined => /--stack-name (\S+)/.exec(String(input))?.[1]

/** Of a tlog-tiles folder: bundles of entries, each after its length in two bytes. */
function entriesOf(folder: string): Entry[] {
  const size = Number(readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n')[1])
  const entries: Entry[] = []
  for (let index = 0; entries.length < size; index++) {
    const path = join(folder, 'tile/entries', groups(index))
    const width = Math.min(256, size - entries.length)
    const partial = join(`${path}.p`, String(width))
    const bytes = readFileSync(existsSync(path) ? path : partial)
    for (let at = 0, i = 0; i < width; i++) {
      const length = bytes.readUInt16BE(at)
      entries.push(JSON.parse(bytes.toString('utf8', at + 2, at + 2 + length)))
      at += 2 + length
    }
  }
  return entries
}

function groups(index: number): string {
  const last = String(index % 1000).padStart(3, '0')
  return index < 1000 ? last : `x${groups(Math.floor(index / 1000)).replace(/^x?/, '')}/${last}`
}

/** RFC 8785, for what has plain numbers and well-formed text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`
}

const hex = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A COSE key of P-256: the last two members of its map are the coordinates, 32 bytes each. */
function jwkOf(cose: string): JsonWebKey {
  const bytes = Buffer.from(cose, 'base64url')
  const part = (label: number): string => {
    const at = bytes.indexOf(Buffer.of(label, 0x58, 0x20))
    return bytes.subarray(at + 3, at + 35).toString('base64url')
  }
  return { kty: 'EC', crv: 'P-256', x: part(0x21), y: part(0x22) }
}

/** For use by hand: the path of a JSON file that has what `Left` says. */
const [, self, file] = process.argv
if (self === import.meta.filename && file !== undefined) {
  const found = check(JSON.parse(readFileSync(file, 'utf8')))
  console.log(JSON.stringify(found, undefined, 2))
  process.exitCode = found.faults.length === 0 ? 0 : 1
}
