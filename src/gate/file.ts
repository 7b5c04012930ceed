import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { FileInput } from '../core/action.ts'
import type { Facts } from '../core/study.ts'
import { absoluteIn } from '../kinds/file/predict.ts'
import { openRegular, readUpTo } from '../store/regular.ts'

/** The most that `read` answers with. */
const OUTPUT_BYTES = 1 << 20
/** The most that `edit` takes into memory. */
const LONGEST_EDIT = 64 << 20

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants

export interface Performed {
  readonly text: string
  readonly truncated: boolean
}

/**
 * Does what a file call says, to the paths that were judged: links on the way were resolved when it was, and a last
 * component that became one since is refused. Throws where it can't be done, with the reason.
 */
export function performFile(input: FileInput, facts: Facts, umask: number): Performed {
  const named = absoluteIn(input.path, facts.surroundings)
  // The same finding that prediction took.
  const path = facts.path(named, input.operation === 'read' ? 'place' : 'stake').real
  switch (input.operation) {
    case 'read':
      return read(path)
    case 'write':
      if (input.content === undefined) throw new Error('the call does not say what to write')
      write(path, Buffer.from(input.content), umask)
      return NOTHING
    case 'edit':
      edit(path, input)
      return NOTHING
    case 'delete':
      rmSync(itself(named, facts), { recursive: true })
      return NOTHING
    case 'move':
      renameSync(itself(named, facts), facts.path(absoluteIn(input.to ?? '', facts.surroundings), 'stake').real)
      return NOTHING
  }
}

/** What takes a name away takes a link's own, as it was judged. */
function itself(named: string, facts: Facts): string {
  const { type, real } = facts.path(named, 'stake')
  return type === 'link' ? named : real
}

const NOTHING: Performed = { text: '', truncated: false }

function read(path: string): Performed {
  return withFile(path, O_RDONLY, (file) => {
    const bytes = readUpTo(file, OUTPUT_BYTES + 1)
    return { text: bytes.toString('utf8', 0, OUTPUT_BYTES), truncated: bytes.length > OUTPUT_BYTES }
  })
}

/** An existing file keeps its inode, mode and owner; a new one gets what the caller's umask leaves, not the guard's. */
function write(path: string, bytes: Buffer, umask: number): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) create(path, bytes, umask)
  else
    withFile(path, O_WRONLY, (file) => {
      ftruncateSync(file)
      writeAt(file, bytes)
    })
}

function create(path: string, bytes: Buffer, umask: number): void {
  makeFolders(dirname(path), umask)
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    writeAt(file, bytes)
    fchmodSync(file, 0o666 & ~umask)
  } finally {
    closeSync(file)
  }
}

function makeFolders(folder: string, umask: number): void {
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return
  makeFolders(dirname(folder), umask)
  mkdirSync(folder)
  chmodSync(folder, 0o777 & ~umask)
}

/** On bytes: a file that is not UTF-8 keeps what was not to be changed. */
function edit(path: string, input: FileInput): void {
  withFile(path, O_RDWR, (file) => {
    if (fstatSync(file).size > LONGEST_EDIT) throw new Error(`${path} is too large to edit`)
    const text = readUpTo(file, LONGEST_EDIT)
    const old = Buffer.from(input.old ?? '')
    const times = old.length === 0 ? 0 : occurrences(text, old)
    if (times !== 1) throw new Error(`\`old\` occurs ${times} times in ${path}, not once`)
    const at = text.indexOf(old)
    const edited = Buffer.concat([text.subarray(0, at), Buffer.from(input.new ?? ''), text.subarray(at + old.length)])
    ftruncateSync(file)
    writeAt(file, edited)
  })
}

/** From the start: what was read has moved the file's position. */
function writeAt(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at)
}

function occurrences(text: Buffer, old: Buffer): number {
  let times = 0
  for (let at = text.indexOf(old); at >= 0 && times < 1000; at = text.indexOf(old, at + 1)) times++
  return times
}

/** A link that took the file's place since it was judged is not followed. */
function withFile<T>(path: string, flags: number, use: (file: number) => T): T {
  const file = openRegular(path, flags | O_NOFOLLOW)
  try {
    return use(file)
  } finally {
    closeSync(file)
  }
}
