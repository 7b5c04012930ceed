import type { Guard } from '../agent/client.ts'
import type { CallReply } from '../wire/api.ts'
import type { Team } from './team.ts'
import { heading, type Stage, tell } from './tell.ts'
import { callerIn, type Seen } from './watch.ts'
import type { Windows } from './window.ts'
import type { World } from './world.ts'

type Watched = Stage & Required<Pick<Stage, 'pause'>>

export interface Staying {
  readonly world: World
  readonly guard: Guard
  readonly team: Team
  /** Where people are watched; undefined where they are scripts. */
  readonly windows: Windows | undefined
  /** A held call that nobody has answered. */
  readonly seen: Seen
  readonly origin: string
}

/** Lets whoever is there try to approve a held call alone, until he ends the demonstration. */
export async function stay(stage: Watched, { world, guard, team, windows, seen, origin }: Staying): Promise<void> {
  const ticket = seen.reply.ticket ?? ''
  const link = await team.invite('You')
  heading(stage, 'Your turn')
  tell(stage, '', 'The agent still wants to delete the backups. Approve that alone, if you can.')
  if (windows === undefined) {
    tell(stage, 'join', link)
    tell(stage, '', 'You make a passkey, and may approve. It opens once.', 'dim')
  } else await windows.leaveTo(link, `/holds/${ticket}`)
  tell(stage, 'hold', `${origin}/holds/${ticket}`)
  if (windows !== undefined) tell(stage, '', 'Open in a window, where you may approve: press a.', 'dim')
  tell(stage, 'end', 'Ctrl-C ends desk and guard, and removes their folders.')
  for (let told = 0, isOver = false; !isOver; ) {
    await stage.pause(POLL_MS)
    const { approved, needs, state } = await team.standing(ticket)
    isOver = state !== 'open'
    if (approved === told && !isOver) continue
    told = approved
    stage.write('')
    tell(stage, 'desk', isOver ? `the hold is ${state}` : `you have approved: ${approved} of ${needs}`, 'bold')
    tell(stage, 'shell', seen.what, 'bold')
    const again = await guard.call({ ...callerIn(world), kind: 'shell', input: seen.what, perform: 'guard' })
    tell(stage, 'Interlock', again.kind === 'none' ? again.why : wordsOf(again.reply), 'bold')
  }
  for (;;) await stage.pause(60_000)
}

function wordsOf({ ruling, outcome, because }: CallReply): string {
  if (outcome === 'waiting') return 'still HELD, nothing ran: Ada or Ben would have to agree too'
  return ruling === 'deny' ? `DENIED, nothing ran: ${because}` : `${outcome}: ${because}`
}

const POLL_MS = 500
