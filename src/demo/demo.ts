import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { connectGuard, type Guard } from '../agent/client.ts'
import { type Event, work } from '../agent/loop.ts'
import { openModel } from '../agent/models.ts'
import { entry, type Look, type Paint, show, tint } from '../agent/show.ts'
import type { CallReply } from '../wire/api.ts'
import { december, GOAL, OPENING, TESTS } from './december.ts'
import { startScriptedModel } from './model.ts'
import { unguarded } from './unguarded.ts'
import { buildWorld, type Ground, type World } from './world.ts'

/** What the demonstration needs of the rest of Interlock. `home` is a state folder of its own. */
export interface DemoPorts {
  /** Starts a real guard, in a process of its own. */
  startGuard(home: string): Promise<{ readonly socket: string; stop(): Promise<void> }>
  /** What the log holds after the guard was stopped, oldest first. */
  receipts(home: string): Promise<readonly ReceiptLine[]>
  verifyLedger(home: string): Promise<{ readonly ok: boolean; readonly words: string }>
}

export interface ReceiptLine {
  readonly receipt: string
  readonly ruling: string
  readonly outcome: string
  /** The command or the file, in one line. */
  readonly what: string
}

export interface Demo extends Ground {
  /** An existing folder for temporary files. */
  readonly temporary: string
  readonly ports: DemoPorts
  readonly look: Look
  write(line: string): void
  /** Lets a person read. Absent in scripts, which wait for nothing. */
  readonly pause?: (ms: number) => Promise<void>
  /** Lets a person look around before the folders go. */
  readonly stay?: () => Promise<void>
}

/** A promise of the demonstration, and whether it was kept. */
type Kept = readonly [promise: string, kept: boolean]

/** `interlock demo`: December 2025, replayed. Answers 0 if every promise was kept, else 1. */
export async function demonstrate(d: Demo): Promise<number> {
  const root = await realpath(await mkdtemp(join(d.temporary, 'interlock-demo-')))
  const model = await startScriptedModel({ turns: december })
  try {
    await introduce(d)
    const kept = [
      await withoutInterlock(d, join(root, 'without'), model.url),
      ...(await withInterlock(d, join(root, 'with'), join(root, 'state'), model.url)),
    ]
    conclude(d, kept)
    if (d.stay !== undefined) {
      tell(d, 'look', `${join(root, 'with')}\nINTERLOCK_HOME=${join(root, 'state')} interlock log list`)
      await d.stay()
    }
    return kept.every(([, ok]) => ok) ? 0 : 1
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
  await d.pause?.(3000)
  return ['without Interlock the small fix took production down', health === 'red']
}

async function withInterlock(d: Demo, root: string, home: string, model: string): Promise<readonly Kept[]> {
  heading(d, '2  With Interlock: the same agent, the same goal')
  const daemon = await d.ports.startGuard(home)
  const kept: Kept[] = []
  try {
    const guard = connectGuard(daemon.socket, 60_000)
    kept.push(...(await inWorld(d, root, (world) => guarded(d, world, guard, model))))
  } finally {
    await daemon.stop()
  }
  return [...kept, ['all of it is on record, and the record verifies', await readRecord(d, home)]]
}

async function guarded(d: Demo, world: World, guard: Guard, model: string): Promise<readonly Kept[]> {
  await healthOf(d, world)
  const answers = await watch(d, { world, guard, model, known: OPENING.length - 1 })
  const health = await healthOf(d, world)
  await d.pause?.(1500)
  const replaced = answerTo(answers, 'delete-stack')
  const restored = await undoDeletion(d, world, guard, answerTo(answers, 'rm -rf'))
  return [
    ['with it, deleting production did not run', replaced?.outcome === 'refused'],
    ['the agent took the reason and made the small fix; the tests pass', answerTo(answers, TESTS)?.outcome === 'done'],
    ['production stayed up', health === 'green'],
    ['what it deleted on its way came back', restored],
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

type Answered = Extract<Event, { kind: 'answered' }>

interface Scene {
  readonly world: World
  readonly guard: Guard
  /** Where the scripted model listens. */
  readonly model: string
  /** How many steps have been seen before and are told in one line. */
  readonly known: number
}

/** Lets the agent work and shows it. */
async function watch(d: Demo, { world, guard, model, known }: Scene): Promise<readonly Answered[]> {
  tell(d, 'goal', GOAL, 'bold')
  if (known > 0) d.write('')
  const answers: Answered[] = []
  const events = work({
    goal: GOAL,
    model: openModel({ kind: 'anthropic', key: 'none', model: 'scripted', url: model }),
    guard,
    caller: { agent: { name: 'interlock', run: 'demo' }, cwd: world.repository, home: world.home, env: world.env },
    turns: 20,
    attended: false,
  })
  for await (const event of events) {
    const stopped = event.kind === 'answered' && event.reply.ruling !== 'allow'
    const brief = answers.length < known && !stopped
    if (event.kind === 'answered') answers.push(event)
    for (const line of brief ? inBrief(event, d.look) : show(event, d.look)) d.write(line)
    await d.pause?.(stopped ? 5000 : brief ? 150 : PAUSE_MS[event.kind])
  }
  return answers
}

/** Under a minute in all, and time to read the ruling. */
const PAUSE_MS = { said: 1000, asked: 300, waiting: 0, answered: 700, ended: 0 }

function inBrief(event: Event, look: Look): readonly string[] {
  if (event.kind !== 'answered') return event.kind === 'ended' ? show(event, look) : []
  const { call, reply } = event
  const what = call.toolName === 'shell' ? call.input.command : call.input.path
  const how = reply.outcome === 'done' ? '' : ` (${reply.outcome})`
  return entry(call.toolName, `${what}${how}`, look, 'dim')
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
  await d.pause?.(3000)
  return back.length > 0 && refused.length === 0
}

async function readRecord(d: Demo, home: string): Promise<boolean> {
  heading(d, '4  On record')
  tell(d, 'you', 'interlock log list', 'bold')
  for (const { receipt, ruling, outcome, what } of await d.ports.receipts(home)) {
    const line = `${receipt}  ${ruling.padEnd(5)}  ${outcome.padEnd(8)}  ${what}`
    tell(d, '', line.slice(0, d.look.width - 16))
  }
  tell(d, 'you', 'interlock log verify', 'bold')
  const { ok, words } = await d.ports.verifyLedger(home)
  tell(d, '', words)
  await d.pause?.(1500)
  return ok
}

/** The last answer to a command with these words. */
function answerTo(answers: readonly Answered[], words: string): CallReply | undefined {
  return answers.findLast(({ call }) => call.toolName === 'shell' && call.input.command.includes(words))?.reply
}

async function introduce(d: Demo): Promise<void> {
  d.write('')
  d.write(`  ${tint('Interlock: December 2025, replayed', 'bold', d.look)}`)
  d.write('')
  for (const line of INTRODUCTION) d.write(line === '' ? '' : `  ${line}`)
  await d.pause?.(4000)
}

const INTRODUCTION = [
  'A coding agent was asked for a small fix in a cost dashboard. It decided to delete',
  'the production environment and create it again: thirteen hours down.',
  '',
  'Here such an agent works twice. Its production is a small service in a temporary',
  'folder, its model is a script: no key, no network. A claim is what the agent says',
  'of its reasons. Nobody checked it.',
]

function conclude(d: Demo, kept: readonly Kept[]): void {
  heading(d, 'What you saw')
  for (const [promise, ok] of kept) tell(d, ok ? 'yes' : 'NO', promise, ok ? 'reset' : 'bold')
  d.write('')
  tell(d, 'next', 'interlock init          guards your own Claude Code')
  tell(d, '', 'interlock run "GOAL"    this agent, with a real model, in the folder you are in')
}

async function healthOf(d: Demo, world: World): Promise<'green' | 'red'> {
  const { status, because } = await world.health()
  const shown = status === 'green' ? 'green' : 'RED'
  d.write('')
  tell(d, 'production', `${shown}: ${because}`, status === 'green' ? 'green' : ['red', 'bold'])
  return status
}

function heading(d: Demo, text: string): void {
  d.write('')
  d.write(`  ${tint(`── ${text} `.padEnd(Math.min(d.look.width, 100) - 4, '─'), 'bold', d.look)}`)
}

function tell(d: Demo, label: string, text: string, paint: Paint = 'reset'): void {
  for (const line of entry(label, text, d.look, paint)) d.write(line)
}
