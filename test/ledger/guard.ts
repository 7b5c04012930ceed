import { systemClock } from '../../src/core/clock.ts'
import { openLedger } from '../../src/ledger/log.ts'
import { entry } from './support.ts'

/** A process that opens the ledger, says so, and appends until it is killed, printing what was acknowledged. */
const [dir = '', copyDir = '', waiters = '0'] = process.argv.slice(2)

try {
  const ledger = await openLedger({ dir, copyDir, clock: systemClock })
  console.log('open')
  setInterval(() => undefined, 1000)
  const loop = async (lane: number): Promise<void> => {
    for (let n = 0; ; n++) {
      const { index } = await ledger.append({ ...entry(n), id: `${process.pid}-${lane}-${n}` })
      console.log(`${index} ${process.pid}-${lane}-${n}`)
    }
  }
  await Promise.all(Array.from({ length: Number(waiters) }, (_, lane) => loop(lane)))
} catch (error) {
  console.log(error instanceof Error && 'code' in error ? `${error.code} ${error.message}` : String(error))
  process.exitCode = 1
}
