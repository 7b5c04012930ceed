import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { openLedger } from '../../src/ledger/log.ts'
import { copyPath } from '../../src/ledger/places.ts'
import { verifyLedger } from '../../src/ledger/verify.ts'
import { ids, inTemporary } from './support.ts'

interface Guard {
  readonly child: ChildProcess
  readonly lines: string[]
  /** Resolves when it has printed `count` lines, or has ended. */
  printed(count: number): Promise<void>
}

function startGuard(folder: string, waiters = 0): Guard {
  const script = fileURLToPath(new URL('./guard.ts', import.meta.url))
  const child = spawn(process.execPath, [script, join(folder, 'ledger'), join(folder, 'copy'), String(waiters)])
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const printed = async (count: number): Promise<void> => {
    while (lines.length < count && child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return { child, lines, printed }
}

async function kill({ child }: Guard): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined
  child.kill('SIGKILL')
  await ended
}

describe('guards as processes', { timeout: 60_000 }, () => {
  test('kill -9 in the middle of appends loses nothing that was acknowledged, three times in a row', async () => {
    await inTemporary(async (folder) => {
      const acknowledged = new Map<number, string>()
      for (const lines of [40, 1500, 300]) {
        const guard = startGuard(folder, 16)
        await guard.printed(lines)
        await kill(guard)
        expect(guard.lines[0]).toBe('open')
        // The last line may be cut.
        for (const line of guard.lines.slice(1, -1)) {
          const [index = '', id = ''] = line.split(' ')
          expect(acknowledged.has(Number(index)), `index ${index} is used again`).toBe(false)
          acknowledged.set(Number(index), id)
        }
      }
      const [dir, copyDir] = [join(folder, 'ledger'), join(folder, 'copy')]
      const before = await ids(undefined, dir)
      for (const [index, id] of acknowledged) expect(before[index]).toBe(id)
      const ledger = await openLedger({ dir, copyDir, clock: systemClock })
      await ledger.close()
      expect(await ids(undefined, dir)).toEqual(before)
      expect(await verifyLedger(dir, { copy: copyPath(dir, copyDir) })).toMatchObject({ kind: 'intact', copy: 'same' })
    })
  })

  test('a second one refuses and names the first; of many that start after its death exactly one opens', async () => {
    await inTemporary(async (folder) => {
      const first = startGuard(folder)
      await first.printed(1)
      const second = startGuard(folder)
      await second.printed(1)
      expect(second.lines[0]).toContain(
        `ledger/locked the ledger \`${join(folder, 'ledger')}\` is open in process ${first.child.pid}`,
      )
      await kill(first)
      const many = Array.from({ length: 4 }, () => startGuard(folder))
      await Promise.all(many.map((guard) => guard.printed(1)))
      expect(many.filter(({ lines }) => lines[0] === 'open')).toHaveLength(1)
      expect(many.filter(({ lines }) => lines[0]?.startsWith('ledger/locked'))).toHaveLength(3)
      await Promise.all([second, ...many].map(kill))
    })
  })
})
