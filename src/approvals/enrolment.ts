import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { CodedError } from '../core/errors.ts'
import { nodeFiles, replaceFile } from '../store/files.ts'

export class DeskError extends CodedError<'desk/address' | 'desk/not-enrolled' | 'desk/refused' | 'desk/unreadable'> {}

/** What a guard keeps of the desk that it is enrolled with: `desk.json` in its state. */
export const Enrolment = z.strictObject({
  origin: z.string(),
  /** The guard's own id and name there. */
  guard: z.string(),
  name: z.string(),
  operator: z.strictObject({ id: z.string(), name: z.string() }),
  /** The desk's public key, pinned when the guard was enrolled: raw Ed25519, base64url. */
  key: z.string(),
  /** Certificates that are trusted besides the system's, PEM. */
  ca: z.string().optional(),
  enrolledAt: z.int(),
})
export type Enrolment = z.infer<typeof Enrolment>

const file = (state: string): string => join(state, 'desk.json')
const keyFile = (state: string): string => join(state, 'desk-guard.key')

/** Undefined where this guard is enrolled with none; throws `desk/unreadable` where what is there can't be read. */
export function readEnrolment(state: string): Enrolment | undefined {
  if (stampOf(state) === undefined) return undefined
  try {
    return Enrolment.parse(JSON.parse(readFileSync(file(state), 'utf8')))
  } catch (cause) {
    throw new DeskError('desk/unreadable', `\`${file(state)}\` can't be read as an enrolment`, {
      cause,
      hint: 'enrol again: `interlock desk enroll`',
    })
  }
}

/** Changes when the enrolment does; undefined where there is none. */
export function stampOf(state: string): string | undefined {
  const at = statSync(file(state), { throwIfNoEntry: false, bigint: true })
  return at && `${at.mtimeNs} ${at.ino} ${at.size}`
}

export function readKey(state: string): KeyObject {
  return createPrivateKey(readFileSync(keyFile(state)))
}

/** CRASH: between the two the key is not the one of the enrolment; the desk refuses it, and enrolling again mends that. */
export async function keepEnrolment(state: string, enrolment: Enrolment, key: KeyObject): Promise<void> {
  await replaceFile(nodeFiles, keyFile(state), Buffer.from(key.export({ type: 'pkcs8', format: 'pem' })))
  await replaceFile(nodeFiles, file(state), Buffer.from(`${JSON.stringify(enrolment, null, 2)}\n`))
}

/** `https://…`, or `http://localhost` for trying it out; the origin alone. */
export function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const local = url?.protocol === 'http:' && url.hostname === 'localhost'
  if (url === undefined || (url.protocol !== 'https:' && !local))
    throw new DeskError('desk/address', `\`${text}\` is no address of a desk`, {
      hint: 'it begins with `https://`; `http://` only for `localhost`, for trying it out',
    })
  if (url.username !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new DeskError('desk/address', `\`${text}\` says more than the desk's origin`, {
      hint: `leave it at \`${url.origin}\``,
    })
  return url.origin
}

/** CRASH: the key goes last; without the enrolment nothing reads it. */
export async function dropEnrolment(state: string): Promise<void> {
  for (const path of [file(state), keyFile(state)]) await rm(path, { force: true })
}
