import { afterEach, describe, expect, it } from 'vitest'
import type { Restored } from '../../src/core/ports.ts'
import { record } from '../../src/gate/record.ts'
import { undo } from '../../src/gate/undo.ts'
import { told, type World, worldOf } from './world.ts'

const worlds: World[] = []
const asked: string[] = []
afterEach(() => {
  for (const w of worlds.splice(0)) w.remove()
  asked.splice(0)
})

/** A world in which receipts of one run changed a path each; `restore` is what the store answers. */
async function changedBy(ids: readonly string[], restore: (id: string, dryRun: boolean) => Restored): Promise<World> {
  const w = worldOf()
  worlds.push(w)
  Object.assign(w.snapshots, {
    restore: async (id: string, { dryRun }: { dryRun: boolean }) => restore(id, dryRun),
  })
  for (const id of ids) {
    const ruled = {
      run: 'run',
      agent: 'a',
      kind: 'shell',
      input: `do ${id}`,
      cwd: '/w',
      workspace: '/w',
      level: 'advised',
    }
    const more = {
      digest: '',
      policy: '',
      preconditions: '',
      ruling: 'allow',
      rule: 'r',
      because: 'b',
      perform: 'host',
    } as const
    await record(w, { type: 'ruled', subject: id, data: { ...ruled, ...more, safeguards: [], effects: [] } })
    const changes = [{ path: `/w/${id}`, change: 'changed' as const, predicted: true }]
    const closed = { outcome: 'done', changes, diverged: false, snapshot: true } as const
    await record(w, { type: 'closed', subject: id, data: { ...closed, overlaps: [], lost: [] } })
  }
  w.entries.splice(0)
  return w
}

const back = (path: string): Restored => ({ restored: [{ path, did: 'restored' }], refused: [], notes: [] })
const noting = (id: string): Restored => {
  asked.push(id)
  return back(`/w/${id}`)
}

describe('what is given back', () => {
  it('of a run: all that it changed, the newest first, each with a receipt of its own', async () => {
    const w = await changedBy(['r-a', 'r-b'], noting)
    const reply = await undo({ what: 'run', dryRun: false }, w)
    expect(asked).toEqual(['r-b', 'r-a'])
    expect(reply.receipts).toHaveLength(2)
    expect(told(w)).toEqual(['ruled allow', 'closed done', 'ruled allow', 'closed done'])
  })

  it('with --last: the last action that changed something, then the one before it, never the undo', async () => {
    const w = await changedBy(['r-a', 'r-b'], noting)
    await undo({ what: '--last', dryRun: false }, w)
    await undo({ what: '--last', dryRun: false }, w)
    expect(asked).toEqual(['r-b', 'r-a'])
    await expect(undo({ what: '--last', dryRun: false }, w)).rejects.toThrow('nothing is kept')
  })

  it('with --last: never an older one than the action of which nothing was kept', async () => {
    const w = await changedBy(['r-a'], noting)
    const deleted = { resource: 'path:/w/build/**', place: 'workspace', undo: 'U2', certainty: 'known' } as const
    const ruled = { run: 'run', agent: 'a', kind: 'shell', input: 'rm -rf build', cwd: '/w', workspace: '/w' }
    const more = { digest: '', policy: '', preconditions: '', rule: 'r', because: 'b', level: 'advised' }
    const given = { ruling: 'allow', perform: 'host' } as const
    const effects = [{ verb: 'delete', ...deleted }]
    await record(w, { type: 'ruled', subject: 'r-b', data: { ...ruled, ...more, ...given, safeguards: [], effects } })
    const closed = { outcome: 'done', diverged: false, snapshot: false } as const
    await record(w, { type: 'closed', subject: 'r-b', data: { ...closed, changes: [], overlaps: [], lost: [] } })
    await expect(undo({ what: '--last', dryRun: false }, w)).rejects.toMatchObject({
      message: expect.stringContaining('`rm -rf build`'),
      hint: expect.stringContaining('interlock undo r-a'),
    })
    expect(asked).toEqual([])
  })

  it('of an undo: the undoing, and then the action can be undone again', async () => {
    const w = await changedBy(['r-a'], noting)
    const [receipt = ''] = (await undo({ what: 'r-a', dryRun: false }, w)).receipts
    await undo({ what: receipt, dryRun: false }, w)
    await undo({ what: 'run', dryRun: false }, w)
    expect(asked).toEqual(['r-a', receipt, 'r-a'])
  })

  it('in a dry run: nothing is changed and nothing recorded', async () => {
    const w = await changedBy(['r-a'], noting)
    expect(await undo({ what: 'r-a', dryRun: true }, w)).toMatchObject({ receipts: [], restored: [{ path: '/w/r-a' }] })
    expect(told(w)).toEqual([])
  })
})

it('a dry run of a run takes no offence at an older change that a newer one hides', async () => {
  const w = await changedBy(['r-a', 'r-b'], (id, dryRun) =>
    id === 'r-a' && dryRun
      ? { restored: [], refused: [{ path: '/w/x', why: 'somebody changed it since' }], notes: [] }
      : back('/w/x'),
  )
  expect(await undo({ what: 'run', dryRun: true }, w)).toMatchObject({ restored: [{ path: '/w/x' }], refused: [] })
})

it('one that can’t be given back does not keep the others from it, and is on record as unknown', async () => {
  const w = await changedBy(['r-a', 'r-b'], (id) => {
    if (id === 'r-b') throw new Error('pruned')
    return noting(id)
  })
  const reply = await undo({ what: 'run', dryRun: false }, w)
  expect(reply).toMatchObject({ restored: [{ path: '/w/r-a' }], refused: [{ path: 'r-b', why: 'pruned' }] })
  expect(told(w)).toEqual(['ruled allow', 'closed unknown', 'ruled allow', 'closed done'])
})

it('what went with age is not offered, and says so where it is asked for', async () => {
  const w = await changedBy(['r-a', 'r-b'], noting)
  Object.assign(w.snapshots, { has: (id: string) => id !== 'r-b' })
  await undo({ what: 'run', dryRun: false }, w)
  expect(asked).toEqual(['r-a'])
  await expect(undo({ what: 'r-b', dryRun: false }, w)).rejects.toThrow('went with age or size')
})

it('where nothing was kept, it says why', async () => {
  const w = await changedBy([], noting)
  await expect(undo({ what: 'r-none', dryRun: false }, w)).rejects.toThrow('nothing is kept that `r-none` changed')
})
