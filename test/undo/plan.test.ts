import { describe, expect, it } from 'vitest'
import type { State } from '../../src/undo/manifest.ts'
import { planRestore, type View } from '../../src/undo/plan.ts'

const HASH = { a: 'a'.repeat(64), b: 'b'.repeat(64), c: 'c'.repeat(64) } as const

function file(content: keyof typeof HASH, more: Partial<State> = {}): State {
  return {
    ...{ kind: 'file', mode: 0o644, uid: 0, gid: 0, size: 1, nlink: 1, inode: `1:${content}` },
    ...{ mtimeNs: '1', atimeNs: '1', ctimeNs: '1', sha256: HASH[content] as State['sha256'] },
    ...more,
  } as State
}

function folder(more: Partial<State> = {}): State {
  const { sha256: _, ...rest } = file('a')
  return { ...rest, kind: 'folder', mode: 0o755, inode: '1:folder', ...more }
}

function view(path: string, more: Partial<View>): View {
  return { path, before: null, after: null, now: null, predicted: true, wanted: true, near: true, ...more }
}

const root = view('/', { before: folder(), after: folder(), now: folder(), wanted: false })

describe('a restore is planned', () => {
  it.each([
    ['as it was', { before: file('a'), after: file('b'), now: file('a') }, 'nothing to do'],
    ['as the action left it', { before: file('a'), after: file('b'), now: file('b') }, 'restored'],
    ['gone, as the action left it', { before: file('a'), after: null, now: null }, 'restored'],
    ['made by the action', { before: null, after: file('b'), now: file('b') }, 'removed'],
    ['made by the action and gone since', { before: null, after: file('b'), now: null }, 'nothing to do'],
    ['changed since', { before: file('a'), after: file('b'), now: file('c') }, 'somebody changed it since'],
    [
      'touched since',
      { before: file('a'), after: file('b'), now: file('b', { mtimeNs: '2' }) },
      'somebody changed it since',
    ],
    ['made again since', { before: file('a'), after: null, now: file('c') }, 'somebody changed it since'],
    [
      'made by the action and changed since',
      { before: null, after: file('b'), now: file('c') },
      'somebody changed it since',
    ],
    ['without a pre-image', { before: undefined, after: undefined, now: file('b') }, /nothing was kept/],
    [
      'new beside the targets',
      { before: null, after: file('b'), now: file('b'), predicted: false },
      /somebody else may have made it/,
    ],
    ['lost', { before: file('a'), after: file('b'), now: file('b'), lost: 'it was written to' }, 'it was written to'],
    [
      'hidden',
      { before: file('a'), after: file('b'), now: null, blocked: 'it may not be searched' },
      'it may not be searched',
    ],
    ['without a close, changed', { before: file('a'), after: undefined, now: file('b') }, 'restored'],
    ['without a close, new', { before: null, after: undefined, now: file('b') }, /not known who made this/],
    ['unhashed and untouched', { before: file('a'), after: bare('9'), now: bare('9') }, 'restored'],
    ['unhashed and touched', { before: file('a'), after: bare('8'), now: bare('9') }, 'somebody changed it since'],
  ] as const)('for a path that is %s', (_, states, answer) => {
    const plan = planRestore([root, view('/x', states)])
    const refused = plan.refused.map(({ why }) => why)
    const found = plan.did.get('/x') ?? refused[0]
    if (typeof answer === 'string') expect(found).toBe(answer)
    else expect(found).toMatch(answer)
    // What is refused or needs nothing is not touched.
    const steps = plan.steps.filter(({ path }) => path === '/x')
    expect(steps.length > 0).toBe(found === 'restored' || found === 'removed')
  })

  it('removing a folder only with all that is in it', () => {
    const made = { before: null, after: folder(), now: folder({ inode: '1:2' }) }
    const inner = view('/d/x', { after: file('a'), now: file('a') })
    const whole = planRestore([root, view('/d', { ...made, names: ['x'] }), inner])
    expect(whole.steps.map((step) => `${step.do} ${step.path}`)).toEqual([
      'remove /d/x',
      'remove folder /d',
      'set folder /',
    ])
    const shared = planRestore([root, view('/d', { ...made, names: ['x', 'mine'] }), inner])
    expect(shared.refused).toEqual([{ path: '/d', why: 'it holds `mine`, which stays' }])
    expect(shared.steps.map((step) => `${step.do} ${step.path}`)).toContain('remove /d/x')
  })

  it('leaving what the action made, where something went of which nothing was kept', () => {
    const made = view('/new', { after: file('b'), now: file('b') })
    const gone = view('/old', { before: undefined, after: null, now: null })
    const lost = view('/old', { before: file('b'), after: null, now: null, lost: 'it was changed before it was kept' })
    for (const old of [gone, lost]) {
      const plan = planRestore([root, made, old])
      expect(plan.steps).toEqual([])
      expect(plan.refused).toContainEqual({ path: '/new', why: expect.stringContaining('all that is left of `/old`') })
    }
    expect(planRestore([root, made, view('/old', { before: file('c'), after: null, now: null })]).did.get('/new')).toBe(
      'removed',
    )
  })

  it('making missing folders again, and nothing below a folder that became something else', () => {
    const gone = view('/d', { before: folder(), after: folder(), now: null, wanted: false })
    const inner = view('/d/x', { before: file('a') })
    const again = planRestore([root, gone, inner])
    expect(again.steps.map((step) => `${step.do} ${step.path}`)).toEqual([
      ...['make folder /d', 'write /d/x', 'set folder /d', 'set folder /'],
    ])
    const link = { ...gone, now: { ...file('a'), kind: 'link', target: '/etc' } as State }
    expect(planRestore([root, link, inner])).toMatchObject({
      steps: [],
      refused: [{ path: '/d/x', why: 'its folder `/d` is no folder any more' }],
    })
  })

  it('linking names that shared an inode, to one that is still there where there is one', () => {
    const pair = file('a', { nlink: 2, inode: '1:pair' })
    const left = view('/left', { before: pair, after: pair, now: { ...pair, nlink: 1, ctimeNs: '2' }, wanted: false })
    const plan = planRestore([root, left, view('/gone', { before: pair })])
    expect(plan.steps).toMatchObject([
      { do: 'link', path: '/gone', to: '/left', inode: '1:pair' },
      { do: 'set folder' },
    ])
    const both = planRestore([root, view('/left', { before: pair }), view('/gone', { before: pair })])
    expect(both.steps.map((step) => `${step.do} ${step.path}`)).toEqual(['write /left', 'link /gone', 'set folder /'])
  })

  it('leaving times that somebody else moved', () => {
    const before = folder({ mtimeNs: '1' })
    const moved = view('/d', { before, after: folder({ mtimeNs: '2' }), now: folder({ mtimeNs: '3' }), wanted: false })
    expect(planRestore([root, moved]).steps).toEqual([])
    const ours = { ...moved, now: folder({ mtimeNs: '2' }) }
    expect(planRestore([root, ours]).steps).toMatchObject([{ do: 'set folder', path: '/d', before: { mtimeNs: '1' } }])
    expect(planRestore([root, { ...ours, near: false }]).steps).toEqual([])
  })
})

function bare(ctimeNs: string): State {
  const { sha256: _, ...rest } = file('b', { ctimeNs })
  return rest
}
