import { existsSync } from 'node:fs'
import { line } from '../cli/render.ts'
import { systemClock } from '../core/clock.ts'
import type { LedgerEntry } from '../core/ports.ts'
import { EXIT } from '../core/ruling.ts'
import { openStore } from '../desk/database.ts'
import { type Copied, copyStore, MoveError } from '../desk/move.ts'
import { Sequencer } from '../desk/sequencer.ts'
import type { Store } from '../desk/store.ts'
import { type Entry, type Review, review } from '../desk/verify.ts'
import { type Mirror, openMirror } from '../ledger/mirror.ts'
import { PassingTree } from '../ledger/passing.ts'
import { postgresDatabase, postgresPlace } from '../store/postgres.ts'
import { sqliteDatabase } from '../store/sqlite.ts'
import { agreeOnKey, ledgerIn, sqliteIn } from './desk-state.ts'
import { deskFoldersOf, type Env } from './folders.ts'

/** Brings this desk from its file into the database that `DATABASE_URL` names. */
export async function moveDesk(env: Env): Promise<number> {
  const { state, config } = deskFoldersOf(env)
  const { DATABASE_URL: url = '' } = env
  if (url === '')
    throw new MoveError('desk/nowhere', '`DATABASE_URL` does not name the database to move to', {
      hint: 'set it to postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full',
    })
  const place = postgresPlace(url)
  if (!existsSync(sqliteIn(state))) throw new MoveError('desk/nothing-there', `there is no desk in \`${state}\``)
  const store = await openStore(sqliteDatabase(sqliteIn(state)))
  try {
    // To the same place again it goes on where it was cut off; to another one there would be two of this desk.
    const before = await store.movedTo()
    if (before !== undefined && before !== place)
      throw new MoveError('desk/moved-before', `this desk was moved to the database ${before}`)
    // Its lock is the running desk's.
    const options = { dir: ledgerIn(state), copyDir: config, clock: systemClock }
    const tiles = await openMirror(options, (vkey) => agreeOnKey(store, 'ledger-key', vkey))
    try {
      await move({ store, tiles, state, url, place })
    } finally {
      await tiles.close()
    }
  } finally {
    await store.close()
  }
  return EXIT.done
}

interface Moving {
  readonly store: Store
  readonly tiles: Mirror
  readonly state: string
  readonly url: string
  readonly place: string
}

/**
 * CRASH: the file is marked before the database commits: killed in between, the file is marked and the database empty, no
 * desk starts on either, and the same command does it all again. There is never a time at which both would be taken.
 */
async function move({ store, tiles, state, url, place }: Moving): Promise<void> {
  await signAll(store, tiles)
  const to = await postgresDatabase(url, { self: 'move', isPatient: true })
  await (await openStore(await postgresDatabase(url, { self: 'move' }))).close()
  let judged: Review | undefined
  const copied = await copyStore(sqliteDatabase(sqliteIn(state)), to, {
    judge: async (entries) => {
      judged = await judge(entries, tiles)
    },
    settle: () => store.setMoved(place),
  })
  tell(copied, { judged, tiles, place })
}

/** What a desk that was killed left to be signed. */
async function signAll(store: Store, tiles: Mirror): Promise<void> {
  let fault: unknown
  const sequencer = await Sequencer.start(store, tiles, (error) => {
    fault = error
  })
  await sequencer.stop()
  if (fault !== undefined) throw fault
}

/** Every entry as it stands in the database now: what was signed, and each vote and grant of it judged again. */
async function judge(entries: AsyncIterable<LedgerEntry>, { origin, size, root }: Mirror): Promise<Review> {
  const tree = new PassingTree(origin)
  async function* passing(): AsyncGenerator<Entry> {
    let index = 0
    for await (const entry of entries) {
      tree.add(entry)
      yield { index: index++, entry }
    }
  }
  const judged = await review(passing())
  const head = tree.head()
  if (head.size !== size || head.root !== root)
    throw new MoveError('desk/not-the-same', 'what arrived does not hash to what the ledger signs: nothing was moved')
  const [fault] = judged.faults
  if (fault !== undefined)
    throw new MoveError('desk/not-the-same', `entry ${fault.index}, ${fault.subject}: ${fault.why}`, {
      hint: '`interlock desk verify` says all that is wrong; nothing was moved',
    })
  return judged
}

function tell(
  copied: readonly Copied[],
  { judged, tiles, place }: { judged: Review | undefined; tiles: Mirror; place: string },
): void {
  line(`moved   ${copied.length} tables to ${place}, each read back with the digest that it had`)
  for (const { table, rows, digest } of copied)
    line(`  ${table.padEnd(12)}${String(rows).padStart(8)}  ${digest.slice(0, 16)}`)
  line(`  ledger      ${String(tiles.size).padStart(8)}  ${tiles.root}, as it is signed`)
  if (judged !== undefined)
    line(`  votes ${judged.votes}, grants ${judged.grants}: each judged again, from what is there now`)
  line('The file stays, and no desk starts on it any more. Start this one with the same `DATABASE_URL`.')
}
