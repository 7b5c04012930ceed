import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CodedError, reasonOf } from '../core/errors.ts'
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
  /** What it shows for November, and what November's usage adds up to, in dollars. Undefined where it shows none. */
  readonly november: { readonly shown: number; readonly real: number } | undefined
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
  const [app, backups] = [join(cloud, 'buckets', 'cost-explorer-app'), join(cloud, 'buckets', 'cost-explorer-backups')]
  await Promise.all([home, join(environment, 'data'), backups].map((folder) => mkdir(folder, { recursive: true })))
  // A package archive does not keep the mode.
  for (const command of ['aws', 'envctl']) await chmod(join(cloud, 'bin', command), 0o755)
  const rows = usage()
  const table = `date,service,usd\n${rows.map((row) => `${row.join(',')}\n`).join('')}`
  await writeFile(join(environment, 'data', 'usage.csv'), table)
  await writeFile(join(backups, '2024.csv'), table)
  await cp(join(repository, 'src'), app, { recursive: true })
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

  const { url, close } = await startService(app, environment)
  const november = rows.filter(([date]) => date.startsWith('2025-11')).reduce((sum, [, , usd]) => sum + Number(usd), 0)
  return { repository, env, home, close, health: () => healthAt(url, Math.round(november * 100) / 100) }
}

/** A year of hourly usage: real enough to lose, and the same every time. */
function usage(): readonly (readonly [date: string, service: string, usd: string])[] {
  return Array.from({ length: 365 * 24 }, (_, hour) => [
    new Date(Date.UTC(2025, 0, 1, hour)).toISOString(),
    ['compute', 'storage', 'network'][hour % 3] ?? '',
    (((hour * 7919) % 4001) / 1000).toFixed(3),
  ])
}

/** Serves what the bucket holds; what is deployed there takes over with the next request. */
async function startService(
  app: string,
  environment: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  let running: { readonly version: string; readonly service: Server } | undefined
  const current = async (): Promise<Server> => {
    const version = await versionOf(app)
    if (running?.version !== version) {
      // Beside the bucket, and new each time: a module is loaded once for each place it stands in.
      const release = join(dirname(dirname(app)), 'releases', version)
      await cp(app, release, { recursive: true })
      const code: { createService(environment: string): Server } = await import(
        pathToFileURL(join(release, 'server.js')).href
      )
      running = { version, service: code.createService(environment) }
    }
    return running.service
  }
  const server = createServer((request, response) => {
    current().then(
      (service) => service.emit('request', request, response),
      (error: unknown) => response.writeHead(503).end(JSON.stringify({ because: reasonOf(error) })),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function versionOf(app: string): Promise<string> {
  const names = (await readdir(app)).sort()
  const times = await Promise.all(names.map(async (name) => (await stat(join(app, name))).mtimeMs))
  return createHash('sha256').update(`${names} ${times}`).digest('hex').slice(0, 12)
}

async function healthAt(url: string, real: number): Promise<Health> {
  const response = await fetch(`${url}/health`)
  const { because } = (await response.json()) as { because: string }
  const totals = (await (await fetch(`${url}/totals`)).json()) as Record<string, number>
  const shown = totals['2025-11']
  return {
    status: response.status === 200 ? 'green' : 'red',
    because,
    november: shown === undefined ? shown : { shown, real },
  }
}
