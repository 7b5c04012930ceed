import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import type { Clock } from '../core/clock.ts'
import type { Asker, Guard } from '../gate/guard.ts'
import type { Agents } from '../server/asker.ts'
import { consoleApp } from '../server/console/app.ts'
import { Chronicle } from '../server/console/chronicle.ts'
import { OwnPasskey } from '../server/console/passkey.ts'
import { LINK_MS, Sessions } from '../server/console/sessions.ts'
import type { ConsoleLink, SystemLine, Systems } from '../wire/console.ts'
import { CONSOLE_HOST } from '../wire/console-host.ts'
import { bookOf } from './book.ts'
import { NAME, type Rulebook } from './config.ts'
import type { Feed } from './feed.ts'
import type { Folders } from './folders.ts'
import { entriesIn } from './ledger.ts'
import { pageFolder } from './page.ts'
import { keepPasskey, passkeyIn } from './passkey.ts'

export interface ConsoleGiven {
  readonly guard: Guard
  readonly agents: Agents
  readonly clock: Clock
  readonly folders: Folders
  readonly rulebook: Rulebook
  /** What is written to the ledger from now on, and how much there is. */
  readonly feed: Feed
  readonly port: number
  readonly fault: (error: unknown) => void
}

export interface ConsoleDoor {
  readonly answer: RequestListener
  /** A link that opens it once, for somebody who asked in a terminal. */
  readonly link: (asker: Asker) => ConsoleLink
}

/** The newest entries that it shows runs of. */
const READ_BACK = 20_000

/** Loaded when a person first asks for it: what no console needs, a guard does not carry. */
export async function openConsole(given: ConsoleGiven): Promise<ConsoleDoor> {
  const { folders, feed, clock, port } = given
  const chronicle = new Chronicle()
  // Before what was written until now is read: nothing falls in between, and what comes twice counts once.
  const early: Parameters<Parameters<Feed['listen']>[0]>[0][] = []
  let whole = false
  feed.listen((told) => void (whole ? chronicle.apply(told) : early.push(told)))
  for await (const { index, entry } of entriesIn(folders, Math.max(0, feed.size() - READ_BACK)))
    chronicle.apply({ ...entry, index })
  for (const told of early) chronicle.apply(told)
  whole = true
  const origin = `http://${CONSOLE_HOST}:${port}`
  const sessions = new Sessions(clock)
  const app = consoleApp({
    ...given,
    sessions,
    passkey: new OwnPasskey({
      origin,
      clock,
      webauthn: () => import('../desk/passkeys.ts'),
      read: () => passkeyIn(folders.state),
      record: ({ key, by }) => given.guard.enrolled({ passkey: key, by, forgeable: true }),
      write: (kept) => keepPasskey(folders.state, kept),
      agents: () => given.agents.running(),
    }),
    chronicle,
    book: bookOf(folders, feed.size),
    systems: (workspaces) => systemsOf(given, workspaces),
    listen: (heard) => feed.listen(heard),
    origin,
    web: pageFolder(),
  })
  return {
    answer: getRequestListener(app.fetch),
    link: (asker) => ({ link: `${origin}/open#${sessions.newCode(asker)}`, expiresInMs: LINK_MS }),
  }
}

/** The person's own, and what each workspace adds, as it counts there. */
function systemsOf(
  { rulebook, folders, clock }: ConsoleGiven,
  workspaces: readonly string[],
): Pick<Systems, 'systems' | 'broken'> {
  const systems: SystemLine[] = []
  const broken: Systems['broken'] = []
  const add = (file: string, read: () => Readonly<Record<string, Omit<SystemLine, 'name' | 'file'>>>): void => {
    try {
      for (const [name, system] of Object.entries(read()))
        if (!systems.some((known) => known.name === name && known.file === own)) systems.push({ ...system, name, file })
    } catch (error) {
      broken.push({ file, why: error instanceof Error ? error.message : String(error) })
    }
  }
  const own = join(folders.config, NAME)
  add(own, () => rulebook.own().systems)
  if (broken.length === 0)
    for (const workspace of workspaces)
      add(join(workspace, NAME), () => rulebook.rulesOf(workspace, clock.now()).config.systems)
  return { systems, broken }
}
