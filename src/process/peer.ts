import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Peer {
  readonly pid: number
  /** Its program's name. */
  readonly name: string
  /** It has a controlling terminal. */
  readonly terminal: boolean
  /** Process ids from its parent up to the first one. */
  readonly above: readonly number[]
}

/**
 * The process at the other end of a loopback connection, by the port it connected from; Linux only.
 * Undefined where it can't be found: the caller must refuse then.
 */
export function peerOf(port: number, proc = '/proc'): Peer | undefined {
  const inode = inodeOf(port, proc)
  const pid = inode === undefined ? undefined : holderOf(inode, proc)
  return pid === undefined ? undefined : processOf(pid, proc)
}

function inodeOf(port: number, proc: string): string | undefined {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const line of readFileSync(`${proc}/net/tcp`, 'utf8').split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    // Field 1 is the local address, 9 the inode; a connection that is closing has inode 0.
    if (fields[1] === local && fields[9] !== '0') return fields[9]
  }
  return undefined
}

function holderOf(inode: string, proc: string): number | undefined {
  for (const pid of readdirSync(proc)) {
    if (!/^\d+$/.test(pid)) continue
    for (const fd of list(`${proc}/${pid}/fd`))
      if (link(`${proc}/${pid}/fd/${fd}`) === `socket:[${inode}]`) return Number(pid)
  }
  return undefined
}

export function processOf(pid: number, proc = '/proc'): Peer | undefined {
  const stat = statOf(pid, proc)
  if (stat === undefined) return undefined
  const above: number[] = []
  for (let at = stat.parent; at > 0 && above.length < 64; at = statOf(at, proc)?.parent ?? 0) above.push(at)
  return { pid, name: stat.name, terminal: stat.terminal, above }
}

function statOf(pid: number, proc: string): { name: string; parent: number; terminal: boolean } | undefined {
  const text = read(`${proc}/${pid}/stat`)
  // The name is whatever the process chose, brackets included: the fields start behind the last one.
  const end = text?.lastIndexOf(')') ?? -1
  if (text === undefined || end < 0) return undefined
  const fields = text.slice(end + 2).split(' ')
  return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(fields[1]), terminal: fields[4] !== '0' }
}

// Processes come and go, and others' can't be looked into: what is gone or closed is not the one.
function list(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
