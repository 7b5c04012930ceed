import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { peersOf } from '../../src/process/peer.ts'
import { Agents } from '../../src/server/asker.ts'

let proc: string
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'interlock-proc-'))
  mkdirSync(join(proc, 'net'))
  add(1, { tty: 0 })
  tcp('tcp', ['0100007F:1388', '0100007F:0FA0', '77'])
})
afterEach(() => rmSync(proc, { recursive: true }))

/** Connections of a table: the local address, the remote one, the inode. */
function tcp(table: string, ...lines: readonly (readonly [string, string, string])[]): void {
  const text = lines.map(([local, remote, inode], i) => `  ${i}: ${local} ${remote} 01 0:0 0:0 0 0 0 ${inode} 1`)
  writeFileSync(join(proc, 'net', table), ['  sl  local_address …', ...text, ''].join('\n'))
}

interface Entry {
  readonly parent?: number
  readonly tty?: number
  readonly since?: number
  readonly name?: string
  readonly sockets?: readonly string[]
}

function add(
  pid: number,
  { parent = pid === 1 ? 0 : 1, tty = 34816, since = 1000, name = 'sh', sockets = [] }: Entry = {},
): void {
  mkdirSync(join(proc, String(pid), 'fd'), { recursive: true })
  const middle = Array.from({ length: 14 }, () => '0').join(' ')
  writeFileSync(join(proc, String(pid), 'stat'), `${pid} (${name}) S ${parent} 1 1 ${tty} ${middle} ${since} 0`)
  for (const [fd, inode] of sockets.entries())
    symlinkSync(`socket:[${inode}]`, join(proc, String(pid), 'fd', String(fd)))
}

const CONNECTION = { remotePort: 5000, localPort: 4000 }

describe('who is at the other end', () => {
  it('is who holds the socket, with all who are above', () => {
    add(10)
    add(20, { parent: 10, name: 'a (strange) name', sockets: ['1', '77'] })
    expect(peersOf(CONNECTION, proc)).toEqual([
      { id: '20:1000', pid: 20, name: 'a (strange) name', terminal: true, above: ['10:1000', '1:1000'] },
    ])
  })
  it('is looked for by both ends of the connection', () => {
    tcp('tcp', ['0100007F:1388', '0100007F:1F90', '66'], ['0100007F:1388', '0100007F:0FA0', '77'])
    add(20, { sockets: ['66'] })
    add(21, { sockets: ['77'] })
    expect(peersOf(CONNECTION, proc).map(({ pid }) => pid)).toEqual([21])
  })
  it('may have a socket of the other family', () => {
    rmSync(join(proc, 'net/tcp'))
    const loopback = '0000000000000000FFFF00000100007F'
    tcp('tcp6', [`${loopback}:1388`, `${loopback}:0FA0`, '88'])
    add(20, { sockets: ['88'] })
    expect(peersOf(CONNECTION, proc).map(({ pid }) => pid)).toEqual([20])
  })
  it.for(['no table', 'a connection that closes', 'no holder'])('is nobody with %s', (what) => {
    if (what === 'no table') rmSync(join(proc, 'net'), { recursive: true })
    if (what === 'a connection that closes') tcp('tcp', ['0100007F:1388', '0100007F:0FA0', '0'])
    add(20, { sockets: what === 'no holder' ? [] : ['0', '77'] })
    expect(peersOf(CONNECTION, proc)).toEqual([])
  })
})

describe('who is believed to be a person', () => {
  const asker = (setUp: (agents: Agents) => void = () => undefined): object => {
    const agents = new Agents(2, proc)
    setUp(agents)
    return agents.asker(CONNECTION)
  }
  beforeEach(() => {
    add(2, { tty: 0, name: 'guard' })
    add(10, { name: 'bash' })
  })

  it('has a terminal and runs below no agent; his yes is forgeable all the same', () => {
    add(20, { parent: 10, name: 'node', sockets: ['77'] })
    expect(asker()).toEqual({ by: 'process 20 (node) with a terminal', forgeable: true })
  })
  it('is at a browser without a terminal, if that runs below no agent; another process is another one', () => {
    const holder = (agents = new Agents(2, proc)): object => agents.holder(CONNECTION)
    expect(holder()).toEqual({ refused: 'the process that asks could not be found' })
    add(20, { parent: 10, name: 'chromium', tty: 0, sockets: ['77'] })
    expect(holder()).toEqual({ id: expect.stringMatching(/^20:/), says: 'process 20 (chromium)' })
    const seen = new Agents(2, proc)
    seen.see(10)
    expect(holder(seen)).toEqual({ refused: expect.stringContaining('below an agent') })
    add(21, { parent: 10, name: 'chromium', tty: 0, sockets: ['77'] })
    expect(holder()).toMatchObject({ id: expect.stringMatching(/^20:\S+ 21:/) })
  })
  it('can be found', () => {
    expect(asker()).toEqual({ refused: 'the process that asks could not be found' })
  })
  it('has a terminal', () => {
    add(20, { parent: 10, tty: 0, sockets: ['77'] })
    expect(asker()).toEqual({ refused: expect.stringContaining('terminal') })
  })
  it('is not an agent, nor below one, at whatever depth', () => {
    for (const agent of [20, 10]) {
      add(15, { parent: 10 })
      add(20, { parent: 15, sockets: agent === 20 ? ['77'] : [] })
      rmSync(join(proc, '20'), { recursive: true })
      add(20, { parent: 15, sockets: ['77'] })
      expect(asker((agents) => agents.see(agent))).toEqual({ refused: expect.stringContaining('below an agent') })
    }
  })
  it('is not below the guard itself, whose children are an agent’s wish', () => {
    add(20, { parent: 2, sockets: ['77'] })
    expect(asker()).toEqual({ refused: expect.stringContaining('below an agent') })
  })
  it('does not hide an agent behind a long row of processes, or one that has ended', () => {
    for (let pid = 100; pid < 1200; pid++) add(pid, { parent: pid - 1, sockets: pid === 1199 ? ['77'] : [] })
    expect(asker()).toEqual({ refused: 'the process that asks could not be found' })
    rmSync(join(proc, '1000'), { recursive: true })
    expect(asker()).toEqual({ refused: 'the process that asks could not be found' })
  })
  it('may be where other users’ processes are hidden, the first one too', () => {
    rmSync(join(proc, '1'), { recursive: true })
    add(20, { parent: 10, sockets: ['77'] })
    expect(asker()).toMatchObject({ forgeable: true })
  })
  it('does not share the connection with one who is not', () => {
    add(20, { parent: 10, sockets: ['77'] })
    add(30, { parent: 2, sockets: ['77'] })
    expect(asker()).toEqual({ refused: expect.stringContaining('below an agent') })
  })
  it('may have the id of an agent that has ended', () => {
    add(20, { parent: 10, since: 1 })
    const agents = new Agents(2, proc)
    agents.see(20)
    rmSync(join(proc, '20'), { recursive: true })
    add(20, { parent: 10, since: 5000, sockets: ['77'] })
    expect(agents.asker(CONNECTION)).toMatchObject({ forgeable: true })
  })
})
