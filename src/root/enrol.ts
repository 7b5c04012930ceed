import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { enrol } from '../approvals/client.ts'
import { DeskError, keepEnrolment, originOf } from '../approvals/enrolment.ts'
import { line } from '../cli/render.ts'
import { systemClock } from '../core/clock.ts'
import { fingerprintOf } from '../core/key.ts'
import { EXIT } from '../core/ruling.ts'
import { makeFolders, nodeFiles } from '../store/files.ts'
import { type Env, foldersOf } from './folders.ts'

interface Enrolling {
  readonly url: string
  readonly code: string
  /** A file of certificates. */
  readonly ca?: string
}

/** Enrols the guard of this state folder with a desk; a guard that runs takes it up by itself. */
export async function enrolHere({ url, code, ca: file }: Enrolling, env: Env): Promise<number> {
  const { state } = foldersOf(env)
  const origin = originOf(url)
  const ca = file === undefined ? undefined : certificates(file)
  await makeFolders(nodeFiles, state, new Set())
  const name = `${userInfo().username}@${hostname()}`.slice(0, 80)
  const { enrolment, key, own } = await enrol({ origin, code, name, clock: systemClock, ...(ca && { ca }) })
  await keepEnrolment(state, enrolment, key)
  line(`enrolled with ${origin} as guard ${enrolment.guard}`)
  line(`  for agents of    ${enrolment.operator.name}, whose own approval does not count`)
  line(`  this guard's key ${fingerprintOf(own)}`)
  line(`  the desk's key   ${fingerprintOf(enrolment.key)}`)
  line('Compare both with what the desk shows. What needs others is held from now on, and asked there.')
  return EXIT.done
}

function certificates(path: string): string {
  const text = readFileSync(path, 'utf8')
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new DeskError('desk/address', `\`${path}\` holds no certificate`, { hint: 'it takes PEM' })
}
