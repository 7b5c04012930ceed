import { peerOf } from '../process/peer.ts'

export type Asker = { readonly by: string; readonly forgeable: boolean } | { readonly refused: string }

/**
 * Who is at the other end of a loopback connection. Refused: one that can't be found, that has no terminal, or that
 * runs below an agent. A process of the same user that detaches itself passes: that is why every yes says forgeable.
 */
export function askerOf(agents: ReadonlySet<number>): (port: number) => Promise<Asker> {
  return async (port) => {
    const peer = peerOf(port)
    if (peer === undefined) return { refused: 'the process that asks could not be found' }
    if (!peer.terminal) return { refused: 'a confirm comes from a terminal, and this process has none' }
    if ([peer.pid, ...peer.above].some((pid) => agents.has(pid)))
      return { refused: 'this process runs below an agent; a person confirms in a terminal of his own' }
    return { by: `process ${peer.pid} (${peer.name}) with a terminal`, forgeable: true }
  }
}
