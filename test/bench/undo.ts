import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '../../src/core/clock.ts'
import { run } from '../../src/process/run.ts'
import { openSnapshots } from '../../src/undo/snapshots.ts'
import { Bounds } from '../../src/wire/config.ts'

const FOLDERS = 100
const FILES = 100
const TURNS = 7
const BUDGET_MICROS = 12e6
const GOAL = 1.5

/** Both end with ten thousand links on one file system. The snapshot also looks at each file, and syncs what it noted. */
export async function undoRows(): Promise<{ what: string; value: string; goal: string; ok: boolean }[]> {
  const root = mkdtempSync(join(tmpdir(), 'interlock-bench-'))
  const tree = join(root, 'tree')
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    mkdirSync(join(tree, String(folder)), { recursive: true })
    for (let file = 0; file < FILES; file += 1)
      writeFileSync(join(tree, String(folder), String(file)), `${folder}-${file}`)
  }
  const child = { cwd: '/', env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, timeoutMs: 60_000, maxBytes: 10_000 }
  await run('sync', ['-f', root], child)
  const store = join(root, 'store')
  const snapshots = openSnapshots({ dir: store, bounds: Bounds.parse({ snapshotMs: 60_000 }), clock: systemClock, run })
  try {
    const [ours, theirs]: [number[], number[]] = [[], []]
    const started = systemClock.micros()
    // The first turn warms: the guard is a daemon.
    for (let turn = 0; turn <= TURNS && systemClock.micros() - started < BUDGET_MICROS; turn += 1) {
      const id = `turn-${turn}`
      const target = { path: tree, tree: true, glob: false, unlinkOnly: true }
      const taken = await micros(() => snapshots.take(id, [target]))
      await snapshots.close(id, [])
      // Links that are still being removed make the files look shared.
      while (readdirSync(join(store, 'making')).length > 0) await setTimeout(10)
      const copied = await micros(() => run('cp', ['-al', tree, join(root, 'copy')], child))
      rmSync(join(root, 'copy'), { recursive: true })
      if (turn > 0) {
        ours.push(taken)
        theirs.push(copied)
      }
    }
    // Others' work only ever adds: the quickest turn of each is the nearest to its cost.
    const [mine, cp] = [Math.min(...ours), Math.min(...theirs)]
    const what = `snapshot of ${FOLDERS * FILES} files to be deleted (${ms(mine)}) against \`cp -al\` (${ms(cp)})`
    return [{ what, value: `${(mine / cp).toFixed(2)}×`, goal: `≤ ${GOAL}×`, ok: mine / cp <= GOAL }]
  } finally {
    rmSync(root, { recursive: true, maxRetries: 5 })
  }
}

async function micros(work: () => Promise<unknown>): Promise<number> {
  const before = systemClock.micros()
  await work()
  return systemClock.micros() - before
}

function ms(time: number): string {
  return `${Math.round(time / 1000)} ms`
}
