import type { Guard } from '../agent/client.ts'
import type { Team } from './team.ts'
import { heading, type Stage, tell } from './tell.ts'
import { callerIn, type Seen } from './watch.ts'
import type { World } from './world.ts'

type Watched = Stage & Required<Pick<Stage, 'pause'>>

export interface Staying {
  readonly world: World
  readonly guard: Guard
  readonly team: Team
  /** A held call that nobody has answered. */
  readonly seen: Seen
  readonly origin: string
}

/** Lets whoever is there try to approve a held call alone, until he ends the demonstration. */
export async function stay(stage: Watched, { world, guard, team, seen, origin }: Staying): Promise<void> {
  const ticket = seen.reply.ticket ?? ''
  heading(stage, 'Your turn')
  tell(stage, '', 'The agent still wants to delete the backups. Approve that alone, if you can.')
  tell(stage, 'join', await team.invite('You'))
  tell(stage, '', 'You make a passkey, and may approve. It opens once.', 'dim')
  tell(stage, 'hold', `${origin}/holds/${ticket}`)
  tell(stage, 'end', 'Ctrl-C ends desk and guard, and removes their folders.')
  let told = 0
  for (;;) {
    await stage.pause(POLL_MS)
    const { approved, needs, state } = await team.standing(ticket)
    const isOver = state !== 'open'
    if (approved === told && !isOver) continue
    told = approved
    stage.write('')
    tell(stage, 'desk', isOver ? `the hold is ${state}` : `${approved} of ${needs} approved`, 'bold')
    tell(stage, 'shell', seen.what, 'bold')
    const again = await guard.call({ ...callerIn(world), kind: 'shell', input: seen.what, perform: 'guard' })
    const words = again.kind === 'none' ? again.why : `${HEAD[again.reply.ruling]}: ${again.reply.because}`
    tell(stage, 'Interlock', words, 'bold')
    if (isOver) return await forever(stage)
  }
}

const POLL_MS = 500
const HEAD = { allow: 'ran', hold: 'still HELD, nothing ran', deny: 'DENIED, nothing ran' }

/** Until the demonstration is ended from outside. */
async function forever(stage: Watched): Promise<never> {
  for (;;) await stage.pause(60_000)
}
