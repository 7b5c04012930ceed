import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leafHash, rootOf } from '../../src/ledger/merkle.ts'
import { checkpointText, parseSigningKey, signNote } from '../../src/ledger/note.ts'
import {
  type Edge,
  EMPTY_EDGE,
  type Entries,
  edgeRoot,
  entryEnds,
  grow,
  hashed,
  tilePath,
  tileWidth,
} from '../../src/ledger/tiles.ts'

function bundleOf(entries: readonly string[]): Entries {
  const parts = entries.flatMap((text) => [Buffer.of(text.length >> 8, text.length & 0xff), Buffer.from(text)])
  const found = hashed(Buffer.concat(parts))
  if (found === undefined) throw new Error('the bundle is malformed')
  return found
}

const texts = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `entry ${from + i}`)

describe('tile paths', () => {
  test.each([
    ['tile/0/000', 0, 0, 256],
    ['tile/0/000.p/255', 0, 0, 255],
    ['tile/entries/000.p/8', 'entries', 0, 8],
    ['tile/entries/x123/x456/789', 'entries', 123456789, 256],
    ['tile/15/x455/667', 15, 455667, 256],
    ['tile/15/x123/x456/789.p/41', 15, 123456789, 41],
    ['tile/0/x001/x234/067', 0, 1234067, 256],
    ['tile/0/x001/000', 0, 1000, 256],
    ['tile/63/999', 63, 999, 256],
  ] as const)('%s', (path, level, index, width) => {
    expect(tilePath(level, index, width)).toBe(path)
  })

  test('a tree of 70,000 has the tiles that the specification says', () => {
    const widths = (level: number): number[] => [0, 1, 272, 273, 274].map((index) => tileWidth(level, index, 70_000))
    expect(widths(0)).toEqual([256, 256, 256, 112, 0])
    expect(widths(1)).toEqual([256, 17, 0, 0, 0])
    expect(widths(2)).toEqual([1, 0, 0, 0, 0])
    expect(widths(3)).toEqual([0, 0, 0, 0, 0])
  })
})

describe('growing', () => {
  test('by parts gives the same files and root as at once, and the root is that of all leaves', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 6 }), (parts) => {
        let edge: Edge = EMPTY_EDGE
        const files = new Map<string, Buffer>()
        for (const part of parts) {
          const grown = grow(edge, [bundleOf(texts(edge.size, edge.size + part))])
          for (const { path, bytes } of grown.files) files.set(path, Buffer.from(bytes))
          edge = grown.edge
        }
        const whole = grow(EMPTY_EDGE, [bundleOf(texts(0, edge.size))])
        for (const { path, bytes } of whole.files) expect(files.get(path)).toEqual(Buffer.from(bytes))
        expect(edge).toEqual({ ...whole.edge, levels: edge.levels })
        expect(edgeRoot(edge)).toEqual(
          rootOf(Buffer.concat(texts(0, edge.size).map((text) => leafHash(Buffer.from(text))))),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('past two levels of full tiles the root is still that of all leaves', () => {
    const size = 256 * 256 + 256 + 3
    const entries = bundleOf(texts(0, size))
    const { edge, files } = grow(EMPTY_EDGE, [entries])
    expect(edgeRoot(edge)).toEqual(rootOf(entries.leaves))
    expect(files.map(({ path }) => path).filter((path) => !/^tile\/(0|entries)\/\d{3}$/.test(path))).toEqual([
      'tile/entries/257.p/3',
      'tile/0/257.p/3',
      'tile/1/000',
      'tile/1/001.p/1',
      'tile/2/000.p/1',
    ])
  })

  test('the log of Tessera’s test data comes out byte for byte, its signature too', () => {
    const key = parseSigningKey(
      'PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg',
    )
    if (key === undefined) throw new Error('the published key does not parse')
    const leaves = 'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'.split(' ')
    const { edge } = grow(EMPTY_EDGE, [bundleOf(leaves)])
    expect(
      signNote(checkpointText({ origin: key.name, size: 15, root: edgeRoot(edge) }), key),
    ).toBe(`example.com/log/testdata
15
rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=

— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=
`)
  })
})

describe('bundles', () => {
  test('no bytes make the reader throw, and what it reads as whole ends where the bytes end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const ends = entryEnds(Buffer.from(bytes))
        if (ends !== undefined) expect(ends.at(-1) ?? 0).toBe(bytes.length)
      }),
    )
  })
})
