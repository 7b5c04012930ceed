import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Peer {
  /** Process id and when it began: an id alone is given again to others. */
  readonly id: string
  readonly pid: number
  /** Its program's name. */
  readonly name: string
  /** It has a controlling terminal. */
  readonly terminal: boolean
  /** Ids from its parent up to the first one. */
  readonly above: readonly string[]
}

/** A loopback connection as the asked side sees it. */
export interface Connection {
  readonly remotePort: number
  readonly localPort: number
}

/**
 * The processes that hold the other end of a loopback connection; Linux only.
 * None where they can't be found, as those of other users can't: the caller must refuse then.
 */
export function peersOf(connection: Connection, proc = '/proc'): readonly Peer[] {
  const inode = inodeOf(connection, proc)
  const pids = inode === undefined ? [] : holdersOf(inode, proc)
  return pids.flatMap((pid) => processOf(pid, proc) ?? [])
}

/** Loopback in `/proc/net/tcp`, and as a socket of the other family has it in `tcp6`. */
const TABLES = [
  ['tcp', '0100007F'],
  ['tcp6', '0000000000000000FFFF00000100007F'],
] as const

function inodeOf({ remotePort, localPort }: Connection, proc: string): string | undefined {
  for (const [table, loopback] of TABLES) {
    const [local, remote] = [remotePort, localPort].map((port) => `${loopback}:${hexadecimal(port)}`)
    for (const line of (read(`${proc}/net/${table}`) ?? '').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      // Field 1 is the local address, 2 the remote one, 9 the inode; a connection that is closing has inode 0.
      if (fields[1] === local && fields[2] === remote && fields[9] !== '0') return fields[9]
    }
  }
  return undefined
}

function hexadecimal(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

function holdersOf(inode: string, proc: string): readonly number[] {
  const holds = (pid: string): boolean =>
    list(`${proc}/${pid}/fd`).some((fd) => link(`${proc}/${pid}/fd/${fd}`) === `socket:[${inode}]`)
  return list(proc)
    .filter((pid) => /^\d+$/.test(pid) && holds(pid))
    .map(Number)
}

/** Undefined where not all that is above can be told: an agent could hide behind a long row of processes. */
export function processOf(pid: number, proc = '/proc'): Peer | undefined {
  const stat = statOf(pid, proc)
  if (stat === undefined) return undefined
  const above: string[] = []
  for (let at = stat.parent; at > 0; ) {
    const next = statOf(at, proc)
    // Some systems hide the processes of other users, the first one too: what of ours is above them is not below us.
    if (next === undefined && statOf(1, proc) === undefined) break
    if (next === undefined || above.length === MOST_ABOVE) return undefined
    above.push(next.id)
    at = next.parent
  }
  return { id: stat.id, pid, name: stat.name, terminal: stat.terminal, above }
}

const MOST_ABOVE = 1000

interface Stat {
  readonly id: string
  readonly name: string
  readonly parent: number
  readonly terminal: boolean
}

function statOf(pid: number, proc: string): Stat | undefined {
  const text = read(`${proc}/${pid}/stat`)
  // The name is whatever the process chose, brackets included: the fields start behind the last one.
  const end = text?.lastIndexOf(')') ?? -1
  if (text === undefined || end < 0) return undefined
  const fields = text.slice(end + 2).split(' ')
  const name = text.slice(text.indexOf('(') + 1, end)
  return { id: `${pid}:${fields[19]}`, name, parent: Number(fields[1]), terminal: fields[4] !== '0' }
}

/** Process id and when it began. */
export function idOf(pid: number, proc = '/proc'): string | undefined {
  return statOf(pid, proc)?.id
}

/** What a process was started with. */
export function argvOf(pid: number, proc = '/proc'): readonly string[] | undefined {
  return read(`${proc}/${pid}/cmdline`)?.split('\0').filter(Boolean)
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
