import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/core/key.ts'
import { rootOf } from '../../src/ledger/merkle.ts'
import { nodeFiles } from '../../src/store/files.ts'
import type { Bytes } from '../../web/ledger/bytes.ts'
import { type Files, openLog, proveEntry, type Seen } from '../../web/ledger/log.ts'
import {
  checkConsistency,
  checkInclusion,
  consistencyPath,
  inclusionPath,
  leafHash,
  type Nodes,
  nodeHash,
} from '../../web/ledger/tree.ts'
import { fill, stillClock } from '../ledger/support.ts'

/** The leaves of the Certificate Transparency reference tree, in hexadecimal, and its roots. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const ROOTS: Readonly<Record<number, string>> = {
  1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
}
const bytes = (hex: string): Bytes => new Uint8Array(Buffer.from(hex, 'hex'))
const hexOf = (found: Bytes): string => Buffer.from(found).toString('hex')

describe('the reference tree of RFC 6962', () => {
  let leaves: Bytes[]
  const root = (size: number): Bytes => new Uint8Array(rootOf(Buffer.concat(leaves.slice(0, size))))
  const nodes: Nodes = async (height, index) =>
    height === 0
      ? (leaves[index] ?? bytes(''))
      : await nodeHash(await nodes(height - 1, 2 * index), await nodes(height - 1, 2 * index + 1))
  beforeAll(async () => {
    leaves = await Promise.all(LEAVES.map((leaf) => leafHash(bytes(leaf))))
  })

  it('has the published roots', () => {
    for (const [size, published] of Object.entries(ROOTS)) expect(hexOf(root(Number(size)))).toBe(published)
  })

  it('proves every entry of every size by its path, as published, and by no other', async () => {
    // RFC 6962 section 2.1.3, by the reference tree: the path of entry 0 in a tree of 8.
    expect((await inclusionPath(nodes, 0, 8)).map(hexOf)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ])
    for (let size = 1; size <= 8; size++)
      for (let index = 0; index < size; index++) {
        const path = await inclusionPath(nodes, index, size)
        const check = async (at: number, proof: readonly Bytes[]): Promise<string> =>
          (await checkInclusion({ size, root: root(size) }, { index: at, hash: leaves[index] ?? bytes('') }, proof))
            .kind
        expect(await check(index, path)).toBe('proved')
        expect(await check(index, [...path, root(1)])).toBe('refused')
        if (path.length > 0) expect(await check(index, path.slice(1))).toBe('refused')
        if (size > 1) expect(await check((index + 1) % size, path)).toBe('refused')
      }
  })

  it('is consistent with each of its beginnings, and with no other tree', async () => {
    for (let size = 1; size <= 8; size++)
      for (let old = 1; old <= size; old++) {
        const path = await consistencyPath(nodes, old, size)
        const check = async (from: Bytes): Promise<string> =>
          (await checkConsistency({ size: old, root: from }, { size, root: root(size) }, path)).kind
        expect(await check(root(old))).toBe('proved')
        expect(await check(leaves[3] ?? bytes(''))).toBe('refused')
      }
  })
})

describe('a ledger on disk, as the page checks it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-page-ledger-'))
  const dir = join(folder, 'ledger')
  const options = { dir, copyDir: join(folder, 'copy'), clock: stillClock() }
  const onDisk: Files = async (name) => {
    const found = await nodeFiles.read(join(dir, name))
    return found && new Uint8Array(found)
  }
  let early: Seen | undefined
  let late: Seen | undefined
  beforeAll(async () => {
    await fill(options, 300)
    const first = await openLog(onDisk, undefined, 1)
    early = first.kind === 'signed' ? first.head.seen : undefined
    await fill(options, 450, 300)
    const second = await openLog(onDisk, early, 2)
    late = second.kind === 'signed' ? second.head.seen : undefined
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is known by its key from the first time on, with the fingerprint that the terminal shows', async () => {
    const opened = await openLog(onDisk, undefined, 5)
    const typed = Buffer.from(
      readFileSync(join(dir, 'vkey'), 'utf8')
        .trim()
        .replace(/^[^+]+\+[^+]+\+/, ''),
      'base64',
    )
    expect(opened).toMatchObject({
      kind: 'signed',
      head: { size: 750, fingerprint: fingerprintOf(typed.subarray(1).toString('base64url')), seen: { since: 5 } },
    })
    expect([early?.size, late?.size, late?.since]).toEqual([300, 750, 1])
  })

  it('proves each entry that its checkpoint signs', async () => {
    const opened = await openLog(onDisk, early, 3)
    if (opened.kind !== 'signed') throw new Error(opened.why)
    for (const index of [0, 1, 254, 255, 256, 257, 300, 511, 512, 513, 748, 749]) {
      const proved = await proveEntry(onDisk, opened.head, index)
      if (proved.kind !== 'proved') throw new Error(`${index}: ${proved.why}`)
      expect(JSON.parse(proved.text)).toMatchObject({ id: `entry-${index}` })
    }
    expect(await proveEntry(onDisk, opened.head, 750)).toMatchObject({ kind: 'refused' })
  })

  it('is refused where any byte that a proof rests on is another one', async () => {
    const opened = await openLog(onDisk, early, 3)
    if (opened.kind !== 'signed') throw new Error(opened.why)
    const files = ['tile/0/002.p/238', 'tile/entries/002.p/238', 'tile/1/000.p/2', 'checkpoint', 'vkey']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, at, by) => {
        const changed: Files = async (name) => {
          const found = await onDisk(name)
          if (found === undefined || name !== file) return found
          const copy = found.slice()
          copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ by
          return copy
        }
        const again = await openLog(changed, late, 4).catch(() => undefined)
        if (again?.kind !== 'signed') return
        // Not all of a bundle is one entry: those whose bytes were changed are not believed.
        const honest = await proveEntry(onDisk, opened.head, 600)
        const proved = await proveEntry(changed, again.head, 600).catch(() => undefined)
        if (proved?.kind === 'proved') expect(proved.text).toBe(honest.kind === 'proved' ? honest.text : '')
        if (file === 'checkpoint' || file === 'vkey')
          expect(Buffer.from(again.head.root)).toEqual(Buffer.from(opened.head.root))
      }),
      { numRuns: 200 },
    )
  })

  it('is loud about another key, about fewer entries, and about others in their place', async () => {
    const other = { ...options, dir: join(folder, 'other'), copyDir: join(folder, 'other-copy') }
    await fill(other, 900)
    const elsewhere: Files = async (name) => {
      const found = await nodeFiles.read(join(other.dir, name))
      return found && new Uint8Array(found)
    }
    expect(await openLog(elsewhere, late, 9)).toMatchObject({ kind: 'broken', what: 'key' })
    const future = late && { ...late, size: 751 }
    expect(await openLog(onDisk, future, 9)).toMatchObject({ kind: 'broken', what: 'contents' })
    const forked = early && { ...early, root: late?.root ?? '' }
    expect(await openLog(onDisk, forked, 9)).toMatchObject({
      kind: 'broken',
      why: expect.stringContaining('contradicts what this browser saw'),
    })
  })
})
