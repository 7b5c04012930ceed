import type { CallReply } from '../wire/api.ts'

/** The bound of an answer. Either the call begins in time, or it was denied and never does. */
export interface Deadline {
  /** True while it is in time: from now on the call may run, and its answer may take as long as that. */
  begin(): boolean
}

/** What `answer` comes to, or, when it has not begun to run after `ms`, what `late` says. */
export function withDeadline(
  ms: number,
  answer: (deadline: Deadline) => Promise<CallReply>,
  late: () => CallReply,
): Promise<CallReply> {
  return new Promise((resolve, reject) => {
    let open = true
    const timer = setTimeout(() => {
      open = false
      resolve(late())
    }, ms)
    const begin = (): boolean => {
      clearTimeout(timer)
      return open
    }
    answer({ begin })
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
