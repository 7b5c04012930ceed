import { Worker } from 'node:worker_threads'
import { infeasible } from './budget.ts'

/** In words of CommonJS, so that it needs no file of its own in a bundle. */
const WORK = `
const { linkSync } = require('node:fs')
const { parentPort } = require('node:worker_threads')
parentPort.on('message', ({ from, names, to, first }) => {
  const failed = []
  for (let i = 0; i < names.length; i++) {
    try { linkSync(from + names[i], to + (first + i)) } catch { failed.push(i) }
  }
  parentPort.postMessage(failed)
})`

export interface Links {
  /** What names are put behind, and what their numbers, counted from `first`. */
  readonly from: string
  readonly to: string
  readonly names: readonly string[]
  readonly first: number
}

/**
 * A thread that makes hard links. Half the time of a snapshot goes into them, and nothing waits for one but the end.
 * It starts with the first call, and does not keep the process alive.
 */
export class Linker {
  #worker: Worker | undefined
  #waiting: { done(failed: number[]): void; fail(cause: Error): void }[] = []

  /** Answers with the indexes of names that could not be linked. */
  link(links: Links): Promise<number[]> {
    return new Promise((done, fail) => {
      this.#worker ??= this.#start()
      this.#waiting.push({ done, fail })
      this.#worker.ref()
      this.#worker.postMessage(links)
    })
  }

  #start(): Worker {
    const worker = new Worker(WORK, { eval: true })
    worker.on('message', (failed: number[]) => {
      this.#waiting.shift()?.done(failed)
      if (this.#waiting.length === 0) worker.unref()
    })
    const lost = (): void => {
      this.#worker = undefined
      for (const { fail } of this.#waiting.splice(0)) fail(infeasible('the thread that makes links has ended'))
    }
    worker.on('error', lost)
    worker.on('exit', lost)
    return worker
  }
}
