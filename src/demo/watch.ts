import type { Guard } from '../agent/client.ts'
import { type Event, work } from '../agent/loop.ts'
import { openModel } from '../agent/models.ts'
import { entry, type Look, show } from '../agent/show.ts'
import type { CallReply, CallRequest } from '../wire/api.ts'
import { type Act, ANSWERS, GOAL } from './december.ts'
import type { Voted } from './person.ts'
import type { Team } from './team.ts'
import { type Stage, tell } from './tell.ts'
import type { World } from './world.ts'

/** An answer of the guard to a call of the agent, and what people did about it. */
export interface Seen {
  readonly what: string
  readonly reply: CallReply
  readonly votes: readonly (Act & { readonly voted: Voted })[]
}

export interface Scene {
  readonly world: World
  readonly guard: Guard
  /** Where the scripted model listens. */
  readonly model: string
  /** How many steps have been seen before and are told in one line. */
  readonly known: number
  /** Who answers what is held; undefined where nobody is asked. */
  readonly team?: Team
}

/** In whose name the agent's calls are made. */
export function callerIn(world: World): Pick<CallRequest, 'agent' | 'cwd' | 'home' | 'env'> {
  return { agent: { name: 'interlock', run: 'demo' }, cwd: world.repository, home: world.home, env: world.env }
}

/** Lets the agent work and shows it; people answer what is held before it goes on. */
export async function watch(stage: Stage, scene: Scene): Promise<readonly Seen[]> {
  const { world, guard, model, known, team } = scene
  tell(stage, 'goal', GOAL, 'bold')
  if (known > 0) stage.write('')
  const seen: Seen[] = []
  const events = work({
    goal: GOAL,
    model: openModel({ kind: 'anthropic', key: 'none', model: 'scripted', url: model }),
    guard,
    caller: callerIn(world),
    turns: 30,
    attended: false,
  })
  for await (const event of events) {
    const stopped = event.kind === 'answered' && event.reply.ruling !== 'allow' && event.reply.outcome !== 'done'
    const brief = seen.length < known && !stopped
    for (const line of brief ? inBrief(event, stage.look) : told(event, seen, stage)) stage.write(line)
    await stage.pause?.(brief ? 100 : stopped ? readingMs(event, seen) : PAUSE_MS[event.kind])
    if (event.kind !== 'answered') continue
    const what = whatOf(event)
    const round = seen.filter((before) => before.what === what && before.reply.outcome === 'waiting').length
    const acts = event.reply.outcome === 'waiting' ? (ANSWERS[what]?.[round] ?? []) : []
    const votes = team === undefined ? [] : await answered(stage, team, { acts, ticket: event.reply.ticket ?? '' })
    seen.push({ what, reply: event.reply, votes })
  }
  return seen
}

type Answered = Extract<Event, { kind: 'answered' }>

/** Under a minute in all, and time to read the first ruling of a kind. */
const PAUSE_MS = { said: 500, asked: 150, waiting: 0, answered: 300, ended: 0 }

function readingMs({ reply }: Answered, seen: readonly Seen[]): number {
  return isNew(reply, seen) ? 3500 : 900
}

/** A ruling of this kind was not shown yet. */
function isNew(reply: CallReply, seen: readonly Seen[]): boolean {
  return !seen.some((before) => before.reply.outcome === reply.outcome)
}

/** The first hold and the first denial in full, later ones in a sentence. */
function told(event: Event, seen: readonly Seen[], { look }: Stage): readonly string[] {
  if (event.kind !== 'answered' || isNew(event.reply, seen)) return show(event, look)
  const { reply } = event
  if (reply.outcome === 'refused') return entry('Interlock', `DENIED, nothing ran: ${reply.because}`, look, 'bold')
  if (reply.outcome !== 'waiting') return show(event, look)
  const before = seen.findLast(({ what, reply: { outcome } }) => what === whatOf(event) && outcome === 'waiting')
  const [who, where] = [reply.release?.who ?? 'others', `ticket ${reply.ticket}, ${reply.release?.where}`]
  const head =
    before === undefined
      ? `HELD, nothing ran: ${reply.because}`
      : before.reply.ticket === reply.ticket
        ? 'still HELD, nothing ran: not enough have agreed'
        : `HELD anew, nothing ran: an approval is for one call, and it was used`
  return [...entry('Interlock', head, look, 'bold'), ...entry('release', `${who}, ${where}`, look)]
}

function whatOf({ call }: Answered): string {
  return call.toolName === 'shell' ? call.input.command : call.input.path
}

function inBrief(event: Event, look: Look): readonly string[] {
  if (event.kind !== 'answered') return event.kind === 'ended' ? show(event, look) : []
  const how = event.reply.outcome === 'done' ? '' : ` (${event.reply.outcome})`
  return entry(event.call.toolName, `${whatOf(event)}${how}`, look, 'dim')
}

/** People look at a hold, one after another, and vote. */
async function answered(
  stage: Stage,
  { people }: Team,
  { acts, ticket }: { readonly acts: readonly Act[]; readonly ticket: string },
): Promise<Seen['votes']> {
  const votes: (Act & { readonly voted: Voted })[] = []
  if (acts.length > 0) stage.write('')
  for (const act of acts) {
    tell(stage, act.who, `${act.decision === 'approve' ? 'approves' : 'denies'}: “${act.reason}”`, 'bold')
    const voted = await people[act.who].vote(ticket, act.decision, act.reason)
    tell(stage, 'desk', resultOf(voted), voted.kind === 'counted' && voted.state === 'approved' ? 'green' : 'reset')
    votes.push({ ...act, voted })
    await stage.pause?.(1200)
  }
  return votes
}

function resultOf(voted: Voted): string {
  if (voted.kind === 'refused') return `NOT COUNTED: ${voted.why}`
  if (voted.state === 'denied') return 'signed with a passkey; one No ends it'
  return `signed with a passkey; ${voted.approved} of ${voted.needs} approved`
}
