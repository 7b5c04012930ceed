// @ts-check
// Plain JavaScript for any Node from 18 on: it brings the one that runs the rest.
import { spawn } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, symlinkSync, unlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The oldest Node that runs TypeScript as it is. */
const OLDEST = /** @type {const} */ ([22, 18])

/** What npm brings, with what it takes: megabytes of network and of disk. */
const LIBRARIES = { folder: '.', what: 'libraries and checkers', network: 164, disk: 324 }
const NODE = { folder: 'tools/node', what: 'Node 24, as the one of this machine is older', network: 53, disk: 189 }

/** Debian packages of programs that tests use; a test whose program is missing skips and says so. */
const DEBIAN = [
  { package: 'curl', program: 'curl', disk: '2 MB', why: 'the fallback hook of older hosts' },
  { package: 'bubblewrap', program: 'bwrap', disk: '1 MB', why: 'the sandbox in which shells run what was generated' },
  { package: 'dash', program: 'dash', disk: '1 MB', why: 'a shell to hold the reading of commands against' },
  { package: 'zsh', program: 'zsh', disk: '19 MB', why: 'another one' },
  { package: 'chromium', program: 'chromium', disk: '450 MB', why: "the desk's page, as people have it" },
  { package: 'tmux', program: 'tmux', disk: '1 MB', why: 'the questions that a host asks at a terminal' },
]

/** Installs what the lockfiles name and isn't there; answers the Node to go on with. */
export async function installMissing(/** @type {string} */ root) {
  const own = join(root, NODE.folder, 'node_modules', '.bin', 'node')
  const needsOwn = existsSync(own) || !newEnough(process.versions.node)
  if (needsOwn && !Object.values(readLock(join(root, NODE.folder, 'package-lock.json'))).some(isForThisMachine))
    throw new Problem(
      `this machine has Node ${process.versions.node}, and npm has no Node 24 for ${process.platform} on ${process.arch}`,
      `install Node ${OLDEST.join('.')} or newer from nodejs.org, then type the command again`,
    )
  const missing = (needsOwn ? [LIBRARIES, NODE] : [LIBRARIES]).filter((part) => !isComplete(join(root, part.folder)))
  if (missing.length > 0) {
    for (const part of missing)
      console.log(`installing from npm: ${part.what}; ${part.network} MB to fetch, ${part.disk} MB on disk`)
    await showWaiting('installed', () => Promise.all(missing.map((part) => npmCi(join(root, part.folder)))))
    const still = missing.find((part) => !isComplete(join(root, part.folder)))
    if (still)
      throw new Problem(
        `npm left out packages of ${still.folder}/package-lock.json`,
        'type `npm ci` there to see which',
      )
  }
  if (!needsOwn) return process.execPath
  linkNode(root)
  return own
}

/** True where everything that the lockfile names for this machine is installed, as npm itself noted it. */
function isComplete(/** @type {string} */ folder) {
  const wanted = readLock(join(folder, 'package-lock.json'))
  const installed = readLock(join(folder, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || (entry.optional && !isForThisMachine(entry))) return true
    return installed[path]?.version === entry.version && installed[path]?.integrity === entry.integrity
  })
}

/** @typedef {{version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[]}} Locked */

/** @returns {Record<string, Locked>} */
function readLock(/** @type {string} */ path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {}
}

/** Of an optional package: a binary for this system, not what the binaries of others need. */
function isForThisMachine(/** @type {Locked} */ entry) {
  if (!entry.os?.includes(process.platform) || !entry.cpu?.includes(process.arch)) return false
  return !entry.libc || entry.libc.includes(LIBC)
}

const LIBC = existsSync('/etc/alpine-release') ? 'musl' : 'glibc'

/** npm scripts find `node` here before the machine's own. `npm ci` takes the link away with the folder it is in. */
function linkNode(/** @type {string} */ root) {
  const link = join(root, 'node_modules', '.bin', 'node')
  if (existsSync(link)) return
  if (lstatSync(link, { throwIfNoEntry: false })) unlinkSync(link)
  symlinkSync('../../tools/node/node_modules/.bin/node', link)
}

function newEnough(/** @type {string} */ version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** Packages with install scripts are known (package.json, `allowScripts`), and none needs its own. */
function npmCi(/** @type {string} */ folder) {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    child.on('error', (error) =>
      reject(new Problem(`npm could not be started: ${error.message}`, 'install npm 10 or newer')),
    )
    child.on('close', (code) => (code === 0 ? resolve(undefined) : reject(explain(said))))
  })
}

/** What npm's error codes mean to a person. */
const REASONS = [
  {
    seen: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/,
    what: 'the npm registry could not be reached',
    todo: 'check the network, and the proxy and registry that `npm config list` shows, then type the command again',
  },
  {
    seen: /CERT|self.signed/,
    what: 'the npm registry showed a certificate that is not trusted',
    todo: 'set `cafile` with `npm config set cafile FILE`, then type the command again',
  },
  { seen: /ENOSPC/, what: 'the disk is full', todo: 'free about 600 MB, then type the command again' },
  {
    seen: /EACCES|EPERM|EROFS/,
    what: 'a folder can not be written',
    todo: 'run as the user who owns this clone and the npm cache (`npm config get cache`)',
  },
  {
    seen: /EINTEGRITY/,
    what: 'a package is not the one that package-lock.json names',
    todo: 'do not go on: it was altered in the registry or in the npm cache, which `npm cache verify` checks',
  },
  {
    seen: /E404/,
    what: 'the npm registry lacks a package that package-lock.json names',
    todo: 'see which registry `npm config list` shows',
  },
]

function explain(/** @type {string} */ said) {
  const lines = said
    .split('\n')
    .filter((line) => line.startsWith('npm error') && !/complete log|^npm error +at /.test(line))
  const reason = REASONS.find(({ seen }) => seen.test(said))
  const { what, todo } = reason ?? { what: 'npm failed', todo: 'type `npm ci` to see all that it says' }
  return new Problem(what, todo, lines.slice(0, 6))
}

/** Brings the Debian packages that tests need where that can be done without asking; says what to type elsewhere. */
export async function installDebian() {
  const missing = DEBIAN.filter(({ program }) => !onPath(program))
  if (missing.length === 0) return
  const names = missing.map((one) => one.package)
  const why = missing.map((one) => `${one.package} (${one.disk}: ${one.why})`).join(', ')
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    console.log(
      `some tests will be skipped for want of ${why}; to have them:\n  sudo apt-get install ${names.join(' ')}`,
    )
    return
  }
  console.log(`installing Debian packages for tests: ${why}`)
  const install = ['install', '-y', '--no-install-recommends', ...names]
  // Lists of packages are fetched only where the ones at hand don't do.
  const failed = await showWaiting('installed', async () =>
    (await aptGet(install)) === 0 || ((await aptGet(['update'])) === 0 && (await aptGet(install)) === 0)
      ? ''
      : 'failed',
  )
  if (failed)
    console.log(`that failed; tests that need them will be skipped. To see why: apt-get install ${names.join(' ')}`)
}

/** @returns {Promise<number | null>} */
function aptGet(/** @type {string[]} */ args) {
  return new Promise((resolve) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const child = spawn('apt-get', ['-qq', ...args], { env, stdio: 'ignore' })
    child.on('error', () => resolve(null))
    child.on('close', resolve)
  })
}

function onPath(/** @type {string} */ program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
}

/**
 * Shows that long work goes on: seconds on a terminal, a line now and then elsewhere.
 * @template T
 * @param {string} done
 * @param {() => Promise<T>} work
 */
async function showWaiting(done, work) {
  const since = Date.now()
  const seconds = () => Math.round((Date.now() - since) / 1000)
  const timer = process.stdout.isTTY
    ? setInterval(() => process.stdout.write(`\r  ${seconds()} s `), 1000)
    : setInterval(() => console.log(`  still at it after ${seconds()} s`), 15_000)
  try {
    const result = await work()
    console.log(`${process.stdout.isTTY ? '\r' : ''}  ${done} in ${seconds()} s`)
    return result
  } finally {
    clearInterval(timer)
  }
}

/** Something that a person can mend: what, what to do, and what the tool said. */
export class Problem extends Error {
  /**
   * @param {string} what
   * @param {string} todo
   * @param {string[]} said
   */
  constructor(what, todo, said = []) {
    super(what)
    this.todo = todo
    this.said = said
  }
}
