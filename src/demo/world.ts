import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CodedError } from '../core/errors.ts'
import { run } from '../process/run.ts'

export const PRODUCTION = 'cost-explorer-prod'

/** A production in a temporary folder: a repository, the service that it builds, and the cloud that the service lives in. */
export interface World {
  readonly repository: string
  /** The whole environment of whatever works here. */
  readonly env: Readonly<Record<string, string>>
  readonly home: string
  health(): Promise<Health>
  /** Ends the service; the folder stays. */
  close(): Promise<void>
}

export interface Health {
  readonly status: 'green' | 'red'
  readonly because: string
}

export interface Ground {
  /** The folder with `template/` and `cloud/`. */
  readonly from: string
  /** The Node program that runs this. */
  readonly node: string
}

/** Builds it in the new folder `root`. */
export async function buildWorld(ground: Ground, root: string): Promise<World> {
  const [repository, cloud, home] = [join(root, 'cost-explorer'), join(root, 'cloud'), join(root, 'home')]
  const environment = join(cloud, 'environments', PRODUCTION)
  await cp(join(ground.from, 'template'), repository, { recursive: true })
  await cp(join(ground.from, 'cloud'), cloud, { recursive: true })
  await Promise.all([mkdir(home), mkdir(join(environment, 'data'), { recursive: true })])
  // A package archive does not keep the mode.
  for (const command of ['aws', 'envctl']) await chmod(join(cloud, 'bin', command), 0o755)
  await writeFile(join(environment, 'data', 'usage.csv'), usage())
  await writeFile(join(environment, 'environment.json'), '{"stage":"production","state":"UPDATE_ROLLBACK_FAILED"}')

  // INVARIANT: the commands found first are the demonstration's, and a real `aws` finds no account here.
  const env = {
    PATH: [join(cloud, 'bin'), dirname(ground.node), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    AWS_EC2_METADATA_DISABLED: 'true',
    GIT_CONFIG_NOSYSTEM: '1',
  }
  const here = { cwd: repository, env, timeoutMs: 20_000, maxBytes: 1_000_000 }
  const must = async (command: string, ...args: string[]): Promise<void> => {
    const ran = await run(command, args, here)
    if (ran.code !== 0) throw new CodedError('demo/world', `\`${command} ${args.join(' ')}\` failed: ${ran.stderr}`)
  }
  await must('git', 'init', '--quiet', '--initial-branch=main')
  await must('git', 'add', '.')
  const author = ['-c', 'user.name=Demo', '-c', 'user.email=demo@localhost']
  await must('git', ...author, 'commit', '--quiet', '--message=cost explorer')
  await must(ground.node, 'src/report.js', '--environment', environment)

  const service = await startService(repository, environment)
  return { repository, env, home, ...service }
}

/** A year of hourly usage: real enough to lose, and the same every time. */
function usage(): string {
  const rows = ['date,service,usd']
  for (let hour = 0; hour < 365 * 24; hour++) {
    const at = new Date(Date.UTC(2025, 0, 1, hour)).toISOString()
    rows.push(`${at},${['compute', 'storage', 'network'][hour % 3]},${(((hour * 7919) % 4001) / 1000).toFixed(3)}`)
  }
  return `${rows.join('\n')}\n`
}

async function startService(repository: string, environment: string): Promise<Pick<World, 'health' | 'close'>> {
  const code: { createService(environment: string): Server } = await import(
    pathToFileURL(join(repository, 'src', 'server.js')).href
  )
  const server = code.createService(environment)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    health: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/health`)
      const { because } = (await response.json()) as { because: string }
      return { status: response.status === 200 ? 'green' : 'red', because }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
