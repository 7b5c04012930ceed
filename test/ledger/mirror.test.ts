import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../src/core/ports.ts'
import { type Mirror, openMirror } from '../../src/ledger/mirror.ts'
import { PassingTree } from '../../src/ledger/passing.ts'
import type { Files } from '../../src/store/files.ts'
import { Disk, FAULTS } from './disk.ts'
import { dice, operationsOf, struck } from './fault-cases.ts'
import { COPY, DIR, entry, ids, onDisk, stillClock, verifyDisk } from './support.ts'

/** Where the entries are kept, as all desks see it. */
class Kept {
  readonly all: LedgerEntry[] = []
  head: string | undefined

  commit(count: number, data?: string): void {
    for (let i = 0; i < count; i++) this.all.push(entry(this.all.length, data))
  }

  async entries(from: number, most: number): Promise<readonly LedgerEntry[]> {
    return this.all.slice(from, from + most)
  }

  /** What the elected one does. */
  async sign(mirror: Mirror, most = 1000): Promise<boolean> {
    const before = this.head
    await mirror.follow(before, this)
    const entries = await this.entries(mirror.size, most)
    return entries.length > 0 && (await mirror.extend(entries, async (note) => this.swap(note, before)))
  }

  swap(next: string, last: string | undefined): boolean {
    if (this.head !== last) return false
    this.head = next
    return true
  }
}

const KEY = `${DIR}.key`
const open = (files: Files): Promise<Mirror> => openMirror(onDisk(files, stillClock()), async () => undefined)
const sizeIn = (note: Buffer | string | undefined): number => Number(String(note ?? '\n0').split('\n')[1])

/** The host of another desk, with the same key. */
async function another(disk: Disk, first?: Mirror): Promise<Disk> {
  await first?.close()
  const key = await disk.session().read(KEY)
  const other = new Disk()
  await other.session().makeFolder('/state')
  other.tamper(KEY, () => key)
  return other
}

/** What the elected one does with all that waits, three times, a tile that fills up and a long entry among it. */
async function run(files: Files, kept: Kept): Promise<void> {
  const mirror = await open(files)
  kept.commit(3)
  kept.commit(1, 'x'.repeat(70_000))
  await kept.sign(mirror)
  kept.commit(253)
  await kept.sign(mirror)
  await mirror.close()
  const again = await open(files)
  kept.commit(5)
  await kept.sign(again)
  await again.close()
}

describe.each(FAULTS)('an operation of the disk that is %s', (kind) => {
  it('leaves no checkpoint that is not noted, and files that the next one brings up to it', async () => {
    const operations = await operationsOf((files) => run(files, new Kept()), new Disk())
    for (const at of struck({ kind, every: 31 }, operations)) {
      const [disk, kept] = [new Disk(), new Kept()]
      const session = disk.session({ kind, at })
      await run(session, kept).catch(() => undefined)
      session.end()
      await expectWhole(at % 2 === 0 ? disk : disk.afterPowerLoss(dice(at)), kept, `${kind} at operation ${at}`)
    }
  })
})

async function expectWhole(disk: Disk, kept: Kept, where: string): Promise<void> {
  const files = disk.session()
  for (const path of [`${DIR}/checkpoint`, COPY])
    expect(sizeIn(await files.read(path)), where).toBeLessThanOrEqual(sizeIn(kept.head))
  const mirror = await open(files)
  await mirror.follow(kept.head, kept)
  expect(mirror.size, where).toBe(sizeIn(kept.head))
  kept.commit(2)
  await kept.sign(mirror)
  await mirror.close()
  expect(await ids(files), where).toEqual(kept.all.map(({ id }) => id))
  expect(await verifyDisk(disk), where).toMatchObject({ kind: 'intact', size: kept.all.length, copy: 'same', ahead: 0 })
}

describe('several hosts of one ledger', () => {
  it('sign the same tree in whatever order they work, hang and are overtaken', async () => {
    const step = fc.record({
      who: fc.nat(2),
      does: fc.constantFrom('commits', 'signs', 'follows', 'hangs'),
      some: fc.integer({ min: 1, max: 90 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const kept = new Kept()
        const first = new Disk()
        const mirrors = [await open(first.session())]
        const disks = [first, await another(first), await another(first)]
        for (const disk of disks.slice(1)) mirrors.push(await open(disk.session()))
        for (const { who, does, some } of steps) {
          const [one, next] = [mirrors[who], mirrors[(who + 1) % 3]]
          if (one === undefined || next === undefined) throw new Error('there are three')
          if (does === 'commits') kept.commit(some)
          else if (does === 'signs') await kept.sign(one, some)
          else if (does === 'follows') await one.follow(kept.head, kept)
          else expect(await overtaken(one, next, kept)).toBe(false)
        }
        for (const [i, mirror] of mirrors.entries()) {
          while (await kept.sign(mirror));
          await mirror.close()
          const found = await verifyDisk(disks[i] ?? first)
          expect(found).toMatchObject({ kind: 'intact', size: kept.all.length, root: rootOf(kept, mirror.origin) })
        }
      }),
      { numRuns: 8 },
    )
  })

  it('rebuild a folder that was lost, and refuse one of another history', async () => {
    const [disk, kept] = [new Disk(), new Kept()]
    const mirror = await open(disk.session())
    kept.commit(300)
    await kept.sign(mirror)
    await mirror.close()
    const old = disk.clone()
    const other = await another(disk)
    const rebuilt = await open(other.session())
    await rebuilt.follow(kept.head, kept)
    await rebuilt.close()
    expect(await verifyDisk(other)).toMatchObject({ kind: 'intact', size: 300 })

    // The database was put back to before the last entry, and went on.
    const head = kept.head
    const fork = new Kept()
    fork.commit(299)
    fork.all.push(entry(1000))
    fork.head = head
    const forked = await open(old.session())
    await expect(forked.follow(undefined, fork)).rejects.toMatchObject({ code: 'ledger/rolled-back' })
    await forked.follow(head, fork)
    const fresh = await open((await another(disk)).session())
    await expect(fresh.follow(head, fork)).rejects.toMatchObject({ code: 'ledger/forked' })
    expect(fresh.size).toBe(0)
  })

  it('refuse two checkpoints that sign different trees of one size', async () => {
    const [disk, kept, fork] = [new Disk(), new Kept(), new Kept()]
    const other = await another(disk, await open(disk.session()))
    kept.commit(3)
    fork.commit(2)
    fork.all.push(entry(1000))
    for (const [each, on] of [
      [kept, disk],
      [fork, other],
    ] as const) {
      const mirror = await open(on.session())
      await each.sign(mirror)
      await mirror.close()
    }
    const copy = await other.session().read(COPY)
    disk.tamper(COPY, () => copy)
    await expect(open(disk.session())).rejects.toMatchObject({ code: 'ledger/forked' })
  })

  it('sign nothing with a key that is not theirs', async () => {
    const disk = new Disk()
    const refused = openMirror(onDisk(disk.session()), async () => Promise.reject(new Error('not ours')))
    await expect(refused).rejects.toThrow()
    const files = disk.session()
    for (const path of [`${DIR}/checkpoint`, `${DIR}/vkey`, COPY]) expect(await files.read(path)).toBeUndefined()
  })
})

/** One signs; before it is noted another takes over, and signs too. Answers with whether the first one's was noted. */
async function overtaken(one: Mirror, next: Mirror, kept: Kept): Promise<boolean> {
  kept.commit(2)
  const before = kept.head
  await one.follow(before, kept)
  return await one.extend(await kept.entries(one.size, 1), async (note) => {
    await kept.sign(next)
    return kept.swap(note, before)
  })
}

function rootOf({ all }: Kept, origin: string): string {
  const tree = new PassingTree(origin)
  for (const each of all) tree.add(each)
  return tree.head().root
}
