import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { codeOf } from '../core/errors.ts'
import { UndoError } from './error.ts'
import { type Folder, Folders, type Held, hold, holdOpen, inside, release } from './folders.ts'
import { NO_LINK } from './keep.ts'
import type { State } from './manifest.ts'
import type { Content } from './objects.ts'
import type { Step } from './plan.ts'
import { heldState, identical, look } from './state.ts'
import type { Syscalls, Wish } from './syscalls.ts'

/** Names held open at once, and one child process for each as many. */
const BATCH = 200
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
const BLOCK = 4096
const ZEROS = Buffer.alloc(BLOCK)
const DAMAGED = 'its kept content is damaged'
const CHANGED = 'it changed while it was given back'

export interface ExecuteTools {
  readonly clock: Clock
  readonly syscalls: Syscalls
  /** The kept content of a path; undefined where it is lost. */
  readonly content: (path: string) => Content | undefined
}

export interface Executed {
  readonly failed: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

/**
 * Carries steps out, and reports those that could not be. What is written appears whole, under a name of its own until
 * then. CRASH: some steps are done and a hidden `.interlock-…` file may lie about; the same restore can be run again.
 */
export async function execute(steps: readonly Step[], tools: ExecuteTools): Promise<Executed> {
  const executor = new Executor(tools)
  try {
    for (const [index, step] of steps.entries()) {
      // Links need the files they lead to, and folders' times all else done.
      const begins = steps[index - 1]?.do !== step.do && (step.do === 'link' || step.do === 'set folder')
      if (begins) await executor.flush()
      await executor.run(step)
    }
    await executor.flush()
    return executor
  } finally {
    executor.close()
  }
}

/** An inode that gets its attributes with the next batch, and then its place. */
interface Waiting {
  readonly step: Step
  readonly state: State
  readonly held: Held
  /** Its name until then; absent where it is in its place already. */
  readonly staged?: string
}

class Executor {
  readonly failed = new Map<string, string>()
  readonly notes: string[] = []
  readonly #tools: ExecuteTools
  readonly #folders = new Folders()
  readonly #leaders = new Folders()
  /** Inodes of what was put in its place here. */
  readonly #made = new Map<string, string>()
  #waiting: Waiting[] = []

  constructor(tools: ExecuteTools) {
    this.#tools = tools
  }

  close(): void {
    this.#folders.close()
    this.#leaders.close()
  }

  async run(step: Step): Promise<void> {
    if (this.#waiting.length >= BATCH) await this.flush()
    try {
      await this.#do(step)
    } catch (first) {
      try {
        if (codeOf(first) !== 'EACCES') throw first
        // The folder's own mode comes back with its `set folder` at the end.
        openUp(dirname(step.path), this.#folders)
        await this.#do(step)
      } catch (cause) {
        this.#fail(step, cause)
      }
    }
  }

  /** Attributes for all that waits, then its place: nobody sees a file before it is whole. */
  async flush(): Promise<void> {
    const dressed = this.#waiting.filter((one) => this.#try(one, () => this.#dress(one)))
    const wishes = dressed.map(
      ({ step: { path }, held: { forChild, follows }, state: { atimeNs, mtimeNs, attributes } }): Wish => ({
        ...{ path, forChild, follows, atimeNs, mtimeNs, attributes },
      }),
    )
    if (wishes.length > 0) this.notes.push(...(await this.#tools.syscalls.dress(wishes)))
    // Folders may have been moved while we waited.
    this.#folders.close()
    for (const one of dressed) {
      const { step, staged } = one
      if (staged !== undefined) this.#try(one, () => this.#place(step, staged))
    }
    for (const { held } of this.#waiting) release(held)
    this.#waiting = []
  }

  async #do(step: Step): Promise<void> {
    const { folder, at } = reach(this.#folders, step.path)
    const staged = `.${this.#tools.clock.id('interlock')}`
    const temporary = inside(folder, staged)
    switch (step.do) {
      case 'remove':
        mustBe(step.now, look(at))
        return unlinkSync(at)
      case 'remove folder':
        return rmdirSync(at)
      case 'make folder':
        return this.#makeFolder(step, staged, temporary)
      case 'link':
        return this.#link(step, staged, temporary)
      case 'point':
        symlinkSync(step.before.target ?? '', temporary)
        return this.#wait({ step, staged, state: step.before, held: hold(temporary) })
      case 'write':
        return this.#wait({
          step,
          staged,
          state: step.before,
          held: await this.#write(step.path, step.before, temporary),
        })
      case 'set':
        mustBe(step.now, look(at))
        return this.#wait({ step, state: step.before, held: hold(at) })
      case 'set folder':
        return this.#wait({ step, state: step.before, held: hold(at) })
    }
  }

  #wait(one: Waiting): void {
    this.#waiting.push(one)
  }

  /** At once, as others go into it; with owner and mode, so that a restore that dies here can be run again. */
  #makeFolder(step: Step & { do: 'make folder' }, staged: string, temporary: string): void {
    mkdirSync(temporary, { mode: 0o700 })
    const held = hold(temporary)
    try {
      this.#dress({ step, staged, held, state: step.before })
      this.#place(step, staged)
    } catch (cause) {
      rmdirSync(temporary)
      throw cause
    } finally {
      release(held)
    }
  }

  #link(step: Step & { do: 'link' }, staged: string, temporary: string): void {
    linkSync(reach(this.#leaders, step.to).at, temporary)
    try {
      // Somebody may have put another file in its place since it was looked at.
      if (look(temporary)?.inode !== (step.inode ?? this.#made.get(step.to)))
        throw refusal(`\`${step.to}\` is another file`)
      this.#place(step, staged)
    } catch (cause) {
      unlinkSync(temporary)
      throw cause
    }
  }

  async #write(path: string, before: State, temporary: string): Promise<Held> {
    const content = this.#tools.content(path)
    if (content === undefined) throw refusal('its content is lost')
    const fd = openSync(temporary, NEW_FILE, 0o600)
    try {
      const hash = createHash('sha256')
      let at = 0
      for await (const piece of content) {
        hash.update(piece)
        writePiece(fd, piece, { at, sparse: before.sparse === true })
        at += piece.length
      }
      ftruncateSync(fd, at)
      const sha256 = hash.digest('hex')
      if (at !== before.size || (before.sha256 ?? sha256) !== sha256) throw refusal(DAMAGED)
      return holdOpen(fd, temporary)
    } catch (cause) {
      closeSync(fd)
      unlinkSync(temporary)
      throw cause
    }
  }

  /** The owner first, since a new one clears set-id bits. */
  #dress({ step, held, state }: Waiting): void {
    const now = heldState(held)
    if (now.kind !== state.kind) throw refusal('it is another thing by now')
    if (step.do === 'set' && now.inode !== step.now.inode) throw refusal(CHANGED)
    if (now.uid !== state.uid || now.gid !== state.gid) {
      try {
        if (held.follows) chownSync(held.at, state.uid, state.gid)
        else lchownSync(held.at, state.uid, state.gid)
      } catch (cause) {
        if (codeOf(cause) !== 'EPERM') throw cause
        this.notes.push(`\`${step.path}\`: its owner ${state.uid}:${state.gid} can't be given back by this user`)
      }
    }
    if (state.kind !== 'link') chmodSync(held.at, state.mode)
  }

  /** INVARIANT: puts nothing in the place of anything but what the plan saw there. */
  #place(step: Step, staged: string): void {
    const { folder, at } = reach(this.#folders, step.path)
    const temporary = inside(folder, staged)
    const expected = 'now' in step ? step.now : null
    mustBe(expected, look(at))
    const inode = look(temporary)?.inode
    // A link, unlike a rename, fails where somebody made the name in this very moment.
    if (expected === null && linked(temporary, at)) unlinkSync(temporary)
    else renameSync(temporary, at)
    if (inode !== undefined) this.#made.set(step.path, inode)
  }

  #try(one: Waiting, work: () => void): boolean {
    try {
      work()
      return true
    } catch (cause) {
      this.#fail(one.step, cause)
      const reached = this.#folders.reach(one.step.path)
      if (one.staged !== undefined && reached.kind === 'here')
        rmSync(inside(reached.folder, one.staged), { force: true })
      return false
    }
  }

  /** What the system refuses is an answer; anything else is a bug. */
  #fail(step: Step, cause: unknown): void {
    const code = codeOf(cause)
    if (cause instanceof UndoError) this.failed.set(step.path, cause.message)
    else if (code === 'EEXIST' || code === 'ENOTEMPTY' || code === 'ENOENT') this.failed.set(step.path, CHANGED)
    else if (/^(ZSTD|Z)_/.test(code)) this.failed.set(step.path, DAMAGED)
    else if (/^E[A-Z0-9]+$/.test(code)) this.failed.set(step.path, `the system refuses it (${code})`)
    else throw cause
  }
}

function refusal(why: string): UndoError {
  return new UndoError('undo/refused', why)
}

function reach(folders: Folders, path: string): { folder: Folder; at: string } {
  const reached = folders.reach(path)
  if (reached.kind === 'here') return reached
  throw refusal(
    reached.kind === 'closed' ? `\`${reached.stop}\` may not be searched` : `\`${reached.stop}\` is no folder`,
  )
}

/** Other names of an inode move its ctime when we take them away or add them. */
function mustBe(expected: State | null, found: State | null): void {
  if (expected === null || found === null) {
    if (expected !== found) throw refusal(CHANGED)
    return
  }
  const shared = expected.nlink > 1 || found.nlink > 1
  if (!identical(shared ? { ...expected, ctimeNs: found.ctimeNs } : expected, found)) throw refusal(CHANGED)
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (cause) {
    if (!NO_LINK.includes(codeOf(cause))) throw cause
    return false
  }
}

function openUp(path: string, folders: Folders): void {
  const held = hold(reach(folders, path).at)
  try {
    chmodSync(held.at, heldState(held).mode | 0o700)
  } finally {
    release(held)
  }
}

function writePiece(fd: number, piece: Buffer, { at, sparse }: { at: number; sparse: boolean }): void {
  const step = sparse ? BLOCK : piece.length
  for (let from = 0; from < piece.length; from += step) {
    const part = piece.subarray(from, from + step)
    if (sparse && part.equals(ZEROS.subarray(0, part.length))) continue
    for (let done = 0; done < part.length; ) done += writeSync(fd, part, done, part.length - done, at + from + done)
  }
}
