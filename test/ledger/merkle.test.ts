import { existsSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkConsistency, checkInclusion, EMPTY_ROOT, leafHash, nodeHash, rootOf } from '../../src/ledger/merkle.ts'

const VECTORS = new URL('../../../shared/vectors/', import.meta.url)

/** The leaves of the Certificate Transparency reference tree, in hexadecimal. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const hashes = LEAVES.map((leaf) => leafHash(Buffer.from(leaf, 'hex')))
const root = (size: number): Buffer => rootOf(Buffer.concat(hashes.slice(0, size)))

describe('RFC 6962 hashing', () => {
  test('the reference tree has the published roots', () => {
    expect(EMPTY_ROOT.toString('base64')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
    expect(root(0)).toEqual(EMPTY_ROOT)
    expect(root(1).toString('hex')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
    expect(root(8).toString('hex')).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
  })

  test('every size splits at the largest power of two below it', () => {
    const split = (from: number, to: number): Buffer => {
      if (to - from === 1) return hashes[from] ?? EMPTY_ROOT
      let half = 1
      while (half * 2 < to - from) half *= 2
      return nodeHash(split(from, from + half), split(from + half, to))
    }
    for (let size = 1; size <= 8; size++) expect(root(size)).toEqual(split(0, size))
  })
})

describe('proofs', () => {
  /** RFC 6962 section 2.1.1, word for word. */
  const path = (index: number, of: readonly Buffer[]): Buffer[] => {
    if (of.length <= 1) return []
    let half = 1
    while (half * 2 < of.length) half *= 2
    const [left, right] = [of.slice(0, half), of.slice(half)]
    return index < half
      ? [...path(index, left), rootOf(Buffer.concat(right))]
      : [...path(index - half, right), rootOf(Buffer.concat(left))]
  }

  test('every entry of every tree is proved by its path and by no other', () => {
    for (let size = 1; size <= 8; size++) {
      for (let index = 0; index < size; index++) {
        const proof = path(index, hashes.slice(0, size))
        const leaf = hashes[index] ?? EMPTY_ROOT
        const check = (at: number, of: number, by: Buffer[]): string =>
          checkInclusion({ index: at, size: of, root: root(size) }, leaf, by).kind
        expect(check(index, size, proof)).toBe('proved')
        expect(check(index, size, [...proof, EMPTY_ROOT])).toBe('refused')
        if (proof.length > 0) expect(check(index, size, proof.slice(1))).toBe('refused')
        if (size > 1) expect(check((index + 1) % size, size, proof)).toBe('refused')
        expect(check(index, 0, proof)).toBe('refused')
      }
    }
  })

  test('every tree is consistent with the empty one, by the empty proof', () => {
    const empty = { size: 0, root: EMPTY_ROOT }
    expect(checkConsistency(empty, { size: 8, root: root(8) }, []).kind).toBe('proved')
    expect(checkConsistency(empty, empty, []).kind).toBe('proved')
    expect(checkConsistency(empty, { size: 8, root: root(8) }, [root(1)]).kind).toBe('refused')
    expect(checkConsistency({ size: 0, root: root(1) }, { size: 8, root: root(8) }, []).kind).toBe('refused')
  })

  test('two roots of one size are never consistent', () => {
    expect(checkConsistency({ size: 3, root: root(3) }, { size: 3, root: root(4) }, []).kind).toBe('refused')
  })
})

const Vector = z.looseObject({ name: z.string(), proof: z.array(z.string()).nullable(), wantErr: z.boolean() })
const Inclusion = Vector.extend({ leafIdx: z.number(), treeSize: z.number(), root: z.string(), leafHash: z.string() })
const Consistency = Vector.extend({ size1: z.number(), size2: z.number(), root1: z.string(), root2: z.string() })

function vectors<T>(name: string, schema: z.ZodType<T>): T[] {
  const lines = readFileSync(new URL(name, VECTORS), 'utf8').trimEnd().split('\n')
  // Sizes beyond 2^53 lose digits here; they are refused all the same.
  return lines.map((line) => schema.parse(JSON.parse(line)))
}

const bytes = (text: string): Buffer => Buffer.from(text, 'base64')

describe('shared vectors', () => {
  beforeEach((context) => {
    if (!existsSync(VECTORS)) context.skip('the vectors are not beside this clone')
  })

  test('98 of inclusion', () => {
    const all = vectors('merkle_inclusion.jsonl', Inclusion)
    for (const { name, leafIdx: index, treeSize: size, root, leafHash: leaf, proof, wantErr } of all) {
      const got = checkInclusion({ index, size, root: bytes(root) }, bytes(leaf), (proof ?? []).map(bytes))
      expect({ name, refused: got.kind === 'refused' }).toEqual({ name, refused: wantErr })
    }
    expect(all).toHaveLength(98)
  })

  test('98 of consistency, those from size 0 too, all of which have malformed roots', () => {
    const all = vectors('merkle_consistency.jsonl', Consistency)
    for (const { name, size1, size2, root1, root2, proof, wantErr } of all) {
      const got = checkConsistency(
        { size: size1, root: bytes(root1) },
        { size: size2, root: bytes(root2) },
        (proof ?? []).map(bytes),
      )
      expect({ name, refused: got.kind === 'refused' }).toEqual({ name, refused: wantErr })
    }
    expect(all).toHaveLength(98)
  })
})
