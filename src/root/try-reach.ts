import { columns, line } from '../cli/render.ts'
import { systemClock } from '../core/clock.ts'
import { reasonOf } from '../core/errors.ts'
import { EXIT } from '../core/ruling.ts'
import { eventOf } from '../desk/reach/notify.ts'
import type { Receiver } from '../desk/reach/receiver.ts'
import { readDeskConfig } from './desk-config.ts'
import { deskFoldersOf, type Env } from './folders.ts'
import { receiversOf } from './receivers.ts'

const SEND_MS = 15_000
/** No hold has it. */
const NO_TICKET = 't-0000000000'

/** Sends a test to each receiver of `desk.yaml`, whether or not the desk runs. */
export async function tryReach(options: { origin?: string }, env: Env): Promise<number> {
  const { config: folder } = deskFoldersOf(env)
  const receivers = receiversOf(readDeskConfig(folder), folder, systemClock)
  if (receivers.length === 0) {
    line(`\`desk.yaml\` in ${folder} names nobody who is to be told`)
    return EXIT.done
  }
  const origin = options.origin ?? 'http://localhost:4180'
  const tried = await Promise.all(receivers.flatMap((receiver) => attempts(receiver, origin)))
  for (const text of columns(tried.map(({ why, ...each }) => [each.name, each.host, why ?? 'took it']))) line(text)
  return tried.some(({ why }) => why !== undefined) ? EXIT.fault : EXIT.done
}

interface Tried {
  readonly name: string
  readonly host: string
  readonly why: string | undefined
}

function attempts(receiver: Receiver, origin: string): Promise<Tried>[] {
  const at = systemClock.now()
  const data = {
    ticket: NO_TICKET,
    page: origin,
    sentence: 'This is how the desk will tell that a call waits for people. Nobody has to do anything.',
    systems: [{ system: 'nothing', environment: 'production' }],
    agent: 'nobody',
    operator: 'nobody',
    needs: 2,
    approved: 0,
    approveBy: new Date(at).toISOString(),
  }
  const event = eventOf(data, { id: systemClock.id('n'), source: origin, type: 'dev.interlock.test', at })
  const addresses = receiver.to.length === 0 ? [undefined] : receiver.to
  return addresses.map(async (to) => {
    const why = await receiver.send(event, { to, signal: AbortSignal.timeout(SEND_MS) }).then(
      () => undefined,
      (error: unknown) => reasonOf(error),
    )
    return { name: to === undefined ? receiver.name : `${receiver.name} ${to}`, host: receiver.host, why }
  })
}
