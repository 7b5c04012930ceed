import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forgive, type History, NO_HISTORY, remember } from '../../src/risk/sequence.ts'
import { BENCH, judged } from '../kinds/bench.ts'

const after = (history: Partial<History>): typeof BENCH => ({ ...BENCH, history: { ...NO_HISTORY, ...history } })
const REFUSED = { refused: [{ verb: 'delete', resource: 'path:/home/dev/notes/**' }] }
const ruling = (command: string, history: Partial<History>): string =>
  judged('shell', command, after(history)).ruling.kind

describe('what was refused in a run', () => {
  it.each([
    'rm -r ~/notes',
    'rm -rf /home/dev/notes',
    'python3 -c \'import shutil; shutil.rmtree("/home/dev/notes")\'',
    'find ~/notes -delete',
    'cd ~ && rm -rf notes',
  ])('is dearer by whatever tool: %s', (command) => {
    expect(ruling(command, {})).toBe('hold')
    const again = judged('shell', command, after(REFUSED)).ruling
    expect([again.kind, again.because]).toEqual(['deny', expect.stringContaining('refused in this run before')])
  })

  it.each(['rm ~/notes/one.txt', 'rm -rf ~/other', 'touch -c ~/notes/x'])(
    'does not make less of it dearer: %s',
    (command) => {
      expect(ruling(command, REFUSED)).toBe(ruling(command, {}))
    },
  )

  it('is a question again once a person said yes to it', () => {
    const history = forgive(remember(NO_HISTORY, REFUSED), REFUSED.refused)
    expect(ruling('rm -r ~/notes', history)).toBe('hold')
  })
})

describe('what the run created', () => {
  const created = ['/srv-data/out', '/home/dev/.tool/new']

  it.each(['rm -rf /srv-data/out', 'rm /srv-data/out/a', 'echo x > ~/.tool/new/config'])(
    'it may change and take away: %s',
    (command) => {
      expect(ruling(command, {})).toBe('hold')
      const { ruling: own } = judged('shell', command, after({ created }))
      expect([own.kind, own.kind === 'allow' ? own.under : []]).toEqual(['allow', ['snapshot']])
    },
  )

  it.each(['rm -rf /srv-data', 'rm -rf /srv-data/*', 'rm -rf /srv-data/out2'])(
    'says nothing of what lies around it: %s',
    (command) => {
      expect(ruling(command, { created })).toBe('hold')
    },
  )

  it('stays what starts by itself', () => {
    expect(ruling('echo x >> ~/.bashrc', { created: ['/home/dev/.bashrc'] })).toBe('hold')
  })
})

it('a history stays within its bounds', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 2_000 }), (names) => {
      const refused = names.map((resource) => ({ verb: 'delete', resource }))
      const history = remember(NO_HISTORY, { deleted: names, created: names, refused })
      expect(Math.max(history.deleted.length, history.created.length, history.refused.length)).toBeLessThanOrEqual(256)
    }),
    { numRuns: 20 },
  )
})
