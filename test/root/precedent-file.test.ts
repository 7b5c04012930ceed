import { describe, expect, it } from 'vitest'
import { digestOfPrecedent, type File, readPrecedents, type Told } from '../../src/root/precedent-file.ts'
import { OwnPrecedent } from '../../src/wire/precedents.ts'

const HEAD = 'precedents:'
const FIELDS = [
  '  - id: ORG-1',
  '    when: 2026-03-14',
  '    what: the shop was deleted',
  '    lesson: ask first',
  '    like: { verbs: [delete], systems: [aws] }',
]
const DIGEST = digestOfPrecedent(
  OwnPrecedent.parse({
    id: 'ORG-1',
    when: '2026-03-14',
    what: 'the shop was deleted',
    lesson: 'ask first',
    like: { verbs: ['delete'], systems: ['aws'] },
  }),
)
const REVIEW = `    reviewed: ${DIGEST}`
const LINES = [HEAD, ...FIELDS, REVIEW]

const by = (name: string): { name: string; mail: string; commit: string } => ({
  name,
  mail: `<${name}@x>`,
  commit: `commit of ${name}`,
})
const [ADA, BEN] = [by('ada'), by('ben')]
const ALL_ADA = [ADA, ADA, ADA, ADA, ADA, ADA]

function only(file: File): Told {
  if (file.kind !== 'read' || file.told[0] === undefined) throw new Error(JSON.stringify(file))
  return file.told[0]
}

describe('a precedent of the organisation', () => {
  it('counts when another person reviewed exactly this text', () => {
    expect(only(readPrecedents(LINES.join('\n'), [...ALL_ADA, BEN], new Set()))).toMatchObject({
      reviewedBy: 'ben',
      authors: ['<ada@x>'],
    })
  })

  const changed = LINES.map((line) => line.replace('ask first', 'ask later'))
  const oneLine = [
    'precedents:',
    `  - {${FIELDS.map((line) => line.replace(/^[ -]+/, '')).join(', ')}, reviewed: ${DIGEST}}`,
  ]
  it.for([
    ['its author reviewed it', LINES, [...ALL_ADA, ADA], /wrote it/],
    ['one of its authors reviewed it', LINES, [ADA, ADA, ADA, BEN, ADA, ADA, BEN], /wrote it/],
    ['it was changed since', changed, [...ALL_ADA, BEN], /changed after/],
    ['the review is not committed', LINES, [...ALL_ADA, undefined], /committed/],
    ['it is not committed', LINES, [], /committed/],
    ['a line of it is not committed', LINES, [ADA, ADA, undefined, ADA, ADA, ADA, BEN], /committed/],
    ['all of it stands on one line', oneLine, [ADA, BEN], /committed|line of its own/],
    ['an agent committed the review', LINES, [...ALL_ADA, by('agent')], /an agent/],
  ] as const)('does not count where %s', ([, lines, authors, why]) => {
    const told = only(readPrecedents(lines.join('\n'), authors, new Set(['commit of agent'])))
    expect(told.reviewedBy).toBeUndefined()
    expect(told.unreviewed).toMatch(why)
  })

  it('is proposed where nobody reviewed it', () => {
    const told = only(readPrecedents(LINES.slice(0, -1).join('\n'), ALL_ADA, new Set()))
    expect(told).not.toHaveProperty('reviewedBy')
    expect(told).not.toHaveProperty('unreviewed')
  })
})

describe('a file of precedents', () => {
  const entry = (more: string): string =>
    [HEAD, ...FIELDS].join('\n').replace('like: { verbs: [delete], systems: [aws] }', more)

  it.for([
    [
      'what: two\\nlines',
      entry('like: { verbs: [delete], systems: [aws] }').replace('what: the shop was deleted', 'what: "a\\nb"'),
    ],
    [
      'a character that hides',
      entry('like: { verbs: [delete], systems: [aws] }').replace('the shop', 'the \u202Eshop'),
    ],
    ['verbs alone', entry('like: { verbs: [delete] }')],
    ['an unknown field', entry('like: { verbs: [delete], systems: [aws] }\n    ruling: allow')],
    ['an unknown verb', entry('like: { verbs: [destroy], systems: [aws] }')],
    ['words without end', entry('like: { verbs: [delete], systems: [aws] }').replace('the shop', 'x'.repeat(400))],
    ['a link that runs', entry('like: { verbs: [delete], systems: [aws] }\n    link: javascript:alert(1)')],
  ])('takes no entry with %s, and says which', ([, text = '']) => {
    const file = readPrecedents(text, [], new Set())
    expect(file).toMatchObject({ kind: 'read', told: [], faults: [expect.stringContaining('number 1')] })
  })

  it('keeps the others beside one that does not fit', () => {
    const second = FIELDS.join('\n').replace('ORG-1', 'ORG-2')
    const file = readPrecedents(`${HEAD}\n  - id: broken\n${second}\n`, [], new Set())
    expect(file).toMatchObject({
      told: [{ precedent: { id: 'ORG-2' } }],
      faults: [expect.stringContaining('number 1')],
    })
  })

  it.for([
    ['no YAML', '{['],
    ['no list', 'precedents: 7'],
    ['nothing', ''],
    ['an alias', 'precedents: &a [*a]'],
    ['too many', `precedents: [${'{},'.repeat(201)}]`],
    ['too long', `precedents: []\n${'#'.repeat(200_000)}`],
    ['something else', 'other: []'],
  ])('that is %s is not read', ([, text = '']) => {
    expect(readPrecedents(text, [], new Set()).kind).toBe('unreadable')
  })
})
