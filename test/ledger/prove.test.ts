import { describe, expect, it } from 'vitest'
import { checkInclusion } from '../../src/ledger/merkle.ts'
import { prover } from '../../src/ledger/prove.ts'
import { Disk } from './disk.ts'
import { DIR, fill, onDisk, verifyDisk } from './support.ts'

describe('a proof of one entry', () => {
  it.for([1, 2, 3, 7, 8, 255, 256, 257, 700])(
    'leads from it to the root of %i entries, and to no other',
    async (size) => {
      const disk = new Disk()
      await fill(onDisk(disk.session()), size)
      const head = await verifyDisk(disk)
      if (head.kind !== 'intact') throw new Error(head.why)
      const root = Buffer.from(head.root, 'base64')
      const prove = prover(DIR, size, disk.session())
      for (const index of new Set([0, 1, size >> 1, size - 2, size - 1].filter((each) => each >= 0 && each < size))) {
        const { bytes, leaf, hashes } = await prove(index)
        expect(JSON.parse(bytes.toString('utf8')).id).toBe(`entry-${index}`)
        expect(checkInclusion({ index, size, root }, leaf, hashes)).toEqual({ kind: 'proved' })
        const wrong = Buffer.from(leaf)
        wrong[0] = (wrong[0] ?? 0) ^ 1
        expect(checkInclusion({ index, size, root }, wrong, hashes).kind).toBe('refused')
        if (size > 1)
          expect(checkInclusion({ index: index === 0 ? 1 : 0, size, root }, leaf, hashes).kind).toBe('refused')
      }
    },
  )
})
