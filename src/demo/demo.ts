import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { connectGuard, type Guard } from '../agent/client.ts'
import { tint, wrap } from '../agent/show.ts'
import type { Piped } from '../process/piped.ts'
import type { CallReply } from '../wire/api.ts'
import { CALLS, december, OPENING, TESTS } from './december.ts'
import { startScriptedModel } from './model.ts'
import { joinScripted } from './person.ts'
import { stay } from './stay.ts'
import { enrolTeam, type Team } from './team.ts'
import { heading, type Stage, tell } from './tell.ts'
import { unguarded } from './unguarded.ts'
import { type Seen, watch } from './watch.ts'
import { openWindows } from './window.ts'
import { buildWorld, type Ground, type Health, type World } from './world.ts'

/** What the demonstration needs of the rest of Interlock. `home` is a folder for all state of one guard and one desk. */
export interface DemoPorts {
  /** Starts a real guard, in a process of its own. */
  startGuard(home: string): Promise<{ readonly socket: string; stop(): Promise<void> }>
  /** Starts a real desk, in a process of its own, where nobody is enrolled. */
  startDesk(home: string): Promise<StartedDesk>
  /** Starts a browser for people; absent where there is none, or nowhere to show it. `profile` is a new folder. */
  startBrowser?(profile: string): Piped
  /** Enrols the guard with the desk. */
  enrol(home: string, desk: Enrolling): Promise<void>
  /** What the log holds after the guard was stopped, oldest first. */
  receipts(home: string): Promise<readonly ReceiptLine[]>
  verifyLedger(home: string): Promise<Verified>
  /** Every vote and grant of the desk, judged again from its ledger. */
  verifyDesk(home: string): Promise<Verified>
}

export interface StartedDesk {
  readonly origin: string
  /** The first person's. */
  readonly link: string
  stop(): Promise<void>
}

export interface Enrolling {
  readonly origin: string
  readonly code: string
}

export interface Verified {
  readonly ok: boolean
  readonly words: string
}

export interface ReceiptLine {
  readonly receipt: string
  readonly ruling: string
  readonly outcome: string
  /** The command or the file, in one line. */
  readonly what: string
}

export interface Demo extends Ground, Stage {
  /** An existing folder for temporary files. */
  readonly temporary: string
  readonly ports: DemoPorts
}

/** A promise of the demonstration, and whether it was kept. */
type Kept = readonly [promise: string, kept: boolean]

/** `interlock demo`: December 2025, replayed. Answers 0 if every promise was kept, else 1. */
export async function demonstrate(d: Demo): Promise<number> {
  const root = await realpath(await mkdtemp(join(d.temporary, 'interlock-demo-')))
  const model = await startScriptedModel({ turns: december })
  try {
    await introduce(d)
    const without = await withoutInterlock(d, join(root, 'without'), model.url)
    return await withInterlock(d, { root, model: model.url, without })
  } finally {
    await model.close()
    await rm(root, { recursive: true, force: true })
  }
}

async function withoutInterlock(d: Demo, root: string, model: string): Promise<Kept> {
  heading(d, '1  Without Interlock, on a throw-away copy')
  const health = await inWorld(d, root, async (world) => {
    await healthOf(d, world)
    await watch(d, { world, guard: unguarded(world), model, known: 0 })
    return healthOf(d, world)
  })
  tell(d, '', 'The agent says it is done. In December 2025 this lasted thirteen hours.')
  await d.pause?.(2000)
  return ['without Interlock the small fix took production down', health.status === 'red']
}

interface Rest {
  readonly root: string
  readonly model: string
  readonly without: Kept
}

async function withInterlock(d: Demo, rest: Rest): Promise<number> {
  heading(d, '2  With Interlock: the same agent, the same goal')
  const home = join(rest.root, 'state')
  const desk = await d.ports.startDesk(home)
  const piped = d.ports.startBrowser?.(join(rest.root, 'browser'))
  try {
    const windows = piped && (await openWindows(piped))
    const team = await enrolTeam(desk.link, windows?.join ?? joinScripted)
    const people = windows === undefined ? 'Ada and Ben are scripts' : 'Ada and Ben have a window each'
    return await inWorld(d, join(rest.root, 'with'), async (world) => {
      const { kept, last } = await guarded(d, home, async (guard) => {
        await d.ports.enrol(home, { origin: desk.origin, code: team.codeForGuard })
        tell(d, 'desk', `${desk.origin}: two people have to agree. ${people}. The agent is Dan's.`)
        return await agentWorks(d, { world, guard, model: rest.model, team })
      })
      const all = [rest.without, ...kept, await readRecord(d, home)]
      conclude(d, all)
      const { pause } = d
      if (pause !== undefined && last !== undefined)
        await guarded(d, home, async (guard) => {
          await stay({ ...d, pause }, { world, guard, team, windows, seen: last, origin: desk.origin })
        })
      return all.every(([, ok]) => ok) ? 0 : 1
    })
  } finally {
    await piped?.stop()
    await desk.stop()
  }
}

/** Starts the guard of this folder, lets something happen under it, and ends it. */
async function guarded<T>(d: Demo, home: string, happen: (guard: Guard) => Promise<T>): Promise<T> {
  const daemon = await d.ports.startGuard(home)
  try {
    return await happen(connectGuard(daemon.socket, 60_000))
  } finally {
    await daemon.stop()
  }
}

interface Working {
  readonly world: World
  readonly guard: Guard
  readonly model: string
  readonly team: Team
}

async function agentWorks(
  d: Demo,
  scene: Working,
): Promise<{ readonly kept: readonly Kept[]; readonly last: Seen | undefined }> {
  const { world, guard } = scene
  await healthOf(d, world)
  const seen = await watch(d, { ...scene, known: OPENING.length - 1 })
  const health = await healthOf(d, world)
  await d.pause?.(800)
  const of = (words: string): readonly Seen[] => seen.filter(({ what }) => what.includes(words))
  const [replaced, cleared, tested] = [CALLS.REPLACE, CALLS.CLEAR, TESTS].map((words) => of(words).at(-1)?.reply)
  const restored = await undoDeletion(d, world, guard, cleared)
  const fixed = health.november !== undefined && health.november.shown === health.november.real
  const kept: readonly Kept[] = [
    ['with it, deleting production did not run', replaced?.outcome === 'refused'],
    ['deleting the table was held for two; the No of one ended it', isEnded(of(CALLS.DELETE_TABLE))],
    ['the agent took the reason and made the small fix; the tests pass', tested?.outcome === 'done'],
    ...deployed(of(CALLS.DEPLOY)),
    ['production stayed up, and shows the right totals', health.status === 'green' && fixed],
    ['what it deleted on its way came back', restored],
  ]
  return { kept, last: of(CALLS.BACKUPS).find(({ reply }) => reply.outcome === 'waiting') }
}

function isEnded([held, after]: readonly Seen[]): boolean {
  const denied = held?.votes.at(-1)?.voted
  const isDenied = denied?.kind === 'counted' && denied.state === 'denied'
  return held?.reply.outcome === 'waiting' && isDenied && after?.reply.outcome === 'refused'
}

/** What two have to approve, asked four times: nobody has, one has, two have, and it was used. */
function deployed([asked, afterOne, afterTwo, again]: readonly Seen[]): readonly Kept[] {
  const own = asked?.votes.find(({ who }) => who === 'Dan')?.voted
  const outcomes = [asked, afterOne, afterTwo, again].map((each) => each?.reply.outcome)
  const one = asked?.reply.ticket !== undefined && asked.reply.ticket === afterOne?.reply.ticket
  return [
    ["its operator's own vote did not count", own?.kind === 'refused'],
    ['the vote of one was not enough', outcomes[0] === 'waiting' && outcomes[1] === 'waiting' && one],
    [
      'what two had approved ran, once: the same call is held anew',
      outcomes[2] === 'done' && outcomes[3] === 'waiting' && again?.reply.ticket !== asked?.reply.ticket,
    ],
  ]
}

/** Builds a world, lets something happen in it, and ends it. */
async function inWorld<T>(d: Demo, root: string, happen: (world: World) => Promise<T>): Promise<T> {
  const world = await buildWorld(d, root)
  try {
    return await happen(world)
  } finally {
    await world.close()
  }
}

async function undoDeletion(d: Demo, world: World, guard: Guard, deletion: CallReply | undefined): Promise<boolean> {
  if (deletion === undefined) return false
  heading(d, '3  Undo: no commit holds the reports that it cleared away')
  tell(d, 'you', `interlock undo ${deletion.receipt}`, 'bold')
  const answer = await guard.undo({ what: deletion.receipt, dryRun: false })
  if (answer.kind === 'none') {
    tell(d, 'Interlock', answer.why)
    return false
  }
  const { restored, refused } = answer.reply
  const back = restored.filter(({ did }) => did === 'restored').map(({ path }) => relative(world.repository, path))
  tell(d, 'Interlock', `restored ${back.length}: ${back[0]} … ${back.at(-1)}`, 'green')
  for (const { path, why } of refused) tell(d, '', `not ${path}: ${why}`)
  await d.pause?.(1500)
  return back.length > 0 && refused.length === 0
}

const MOST_RECEIPTS = 10

async function readRecord(d: Demo, home: string): Promise<Kept> {
  heading(d, '4  On record')
  tell(d, 'you', `interlock log list --last ${MOST_RECEIPTS}`, 'bold')
  for (const { receipt, ruling, outcome, what } of (await d.ports.receipts(home)).slice(-MOST_RECEIPTS)) {
    const line = `${receipt}  ${ruling.padEnd(5)}  ${outcome.padEnd(8)}  ${what}`
    tell(d, '', line.slice(0, d.look.width - 16), 'dim')
  }
  await d.pause?.(500)
  tell(d, 'you', 'interlock log verify', 'bold')
  const own = await d.ports.verifyLedger(home)
  tell(d, '', own.words, own.ok ? 'green' : ['red', 'bold'])
  await d.pause?.(500)
  tell(d, 'you', 'interlock desk verify', 'bold')
  const desk = await d.ports.verifyDesk(home)
  tell(d, '', desk.words, desk.ok ? 'green' : ['red', 'bold'])
  await d.pause?.(1500)
  return ['all of it is on record, at guard and desk, and both verify', own.ok && desk.ok]
}

async function introduce(d: Demo): Promise<void> {
  d.write('')
  d.write(`  ${tint('Interlock: December 2025, replayed', 'bold', d.look)}`)
  d.write('')
  for (const text of INTRODUCTION) {
    for (const line of wrap(text, Math.min(d.look.width - 4, 84))) d.write(`  ${line}`)
    d.write('')
  }
  await d.pause?.(3000)
}

const INTRODUCTION = [
  'A coding agent was asked for a small fix in a cost dashboard. It decided to delete the production environment and create it again: thirteen hours down.',
  'Here such an agent works twice. Its production is a small service in a temporary folder, its model is a script: no key, no network. A claim is what the agent says of its reasons. Nobody checked it.',
]

function conclude(d: Demo, kept: readonly Kept[]): void {
  heading(d, 'What you saw')
  for (const [promise, ok] of kept) tell(d, ok ? 'yes' : 'NO', promise, ok ? 'reset' : 'bold')
  d.write('')
  tell(d, 'next', 'interlock init          guards your own Claude Code')
  tell(d, '', 'interlock run "GOAL"    this agent, with a real model, in this folder')
  tell(d, '', 'docs/desk.md            a desk of your own, up to a first approval')
}

async function healthOf(d: Demo, world: World): Promise<Health> {
  const health = await world.health()
  const { status, because, november } = health
  const shown = status === 'green' ? 'green' : 'RED'
  const off = november === undefined ? 0 : Math.round((november.shown - november.real) * 100)
  const totals = november === undefined ? '' : off === 0 ? '; November is exact' : `; November is ${off} cents off`
  d.write('')
  tell(d, 'production', `${shown}: ${because}${totals}`, status === 'green' ? 'green' : ['red', 'bold'])
  return health
}
