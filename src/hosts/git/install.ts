import { chmod, lstat, mkdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { sha256 } from '../../core/digest.ts'
import { run } from '../../process/run.ts'
import { nodeFiles, replaceFile } from '../../store/files.ts'
import { ASIDE, HOOK, hookScript, isOurs } from './hook-script.ts'
import { allTrailers, dropTrailers, keepTrailers, TrailerError, type Trailers, trailersAt } from './record.ts'

type Env = Readonly<Record<string, string | undefined>>

export interface Repository {
  /** Root of the working tree. */
  readonly root: string
  /** Where git looks for hooks, `core.hooksPath` of whatever settings included. */
  readonly hooks: string
  /** The hooks serve other repositories too, or are files that the repository shares. */
  readonly notOurs?: TrailerError
}

/** The repository that `cwd` is in, by the person's own git settings; undefined where there is none. */
export async function repositoryAt(cwd: string, env: Env): Promise<Repository | undefined> {
  const git = gitOf(cwd, env)
  const said = await git(['rev-parse', '--show-toplevel', '--git-common-dir', '--git-path', 'hooks'])
  const [root = '', common = '', path = ''] = (said ?? '').split('\n')
  if (root === '' || path === '') return undefined
  const hooks = resolve(cwd, path)
  if (isBelow(hooks, resolve(cwd, common))) return { root, hooks }
  if (!isBelow(hooks, root)) {
    const why = `\`core.hooksPath\` names \`${hooks}\`, whose hooks serve other repositories too`
    return { root, hooks, notOurs: new TrailerError('trailers/shared', why, { hint: BY_HAND }) }
  }
  // As husky 9 has it: a folder that is made on each machine, and that git ignores.
  if ((await git(['check-ignore', '-q', join(hooks, HOOK)])) !== undefined) return { root, hooks }
  const why = `\`core.hooksPath\` names \`${hooks}\`, whose files the repository shares`
  return { root, hooks, notOurs: new TrailerError('trailers/tracked', why, { hint: BY_HAND }) }
}

const BY_HAND = '`interlock log who` also finds commits without a trailer, by what the ledger saw'

function gitOf(cwd: string, env: Env): (args: readonly string[]) => Promise<string | undefined> {
  const known = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_NOSYSTEM', 'GIT_CONFIG_GLOBAL'] as const
  const own = Object.fromEntries(known.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
  return async (args) => {
    const options = { cwd, env: { ...own, LC_ALL: 'C.UTF-8' }, timeoutMs: 10_000, maxBytes: 1 << 20 }
    const { code, stdout } = await run('git', ['-c', 'core.fsmonitor=false', ...args], options)
    return code === 0 ? stdout : undefined
  }
}

/**
 * Puts our hook where git looks for it. One that is there already is kept beside it, and run first.
 * CRASH: the record comes first; between the two moves the repository has no such hook, and `removeTrailers` mends that.
 */
export async function installTrailers(
  { root, hooks, notOurs }: Repository,
  { state, socket }: { readonly state: string; readonly socket: string },
): Promise<void> {
  if (notOurs !== undefined) throw notOurs
  const [path, beside] = [join(hooks, HOOK), join(hooks, ASIDE)]
  const found = await textAt(path)
  const before = await trailersAt(state, path)
  // A link that leads nowhere yet is theirs too.
  const theirs = found === undefined ? await isThere(path) : !isOurs(found)
  if (theirs && (await isThere(beside)))
    throw new TrailerError('trailers/taken', `\`${beside}\` is there already, beside a hook that is not ours`, {
      hint: 'put the two together, or take one away',
    })
  const text = hookScript(socket)
  const madeFolder = before?.madeFolder ?? !(await isThere(hooks))
  await keepTrailers(state, { version: 1, repository: root, path, written: sha256(text), madeFolder })
  if (madeFolder) await mkdir(hooks, { recursive: true })
  if (theirs) await rename(path, beside)
  await replaceFile(nodeFiles, path, Buffer.from(text))
  await chmod(path, 0o755)
}

/** Takes our hook out; what was there before is there again, byte for byte, with its mode and times. */
export async function removeTrailers({ path, madeFolder }: Trailers, state: string): Promise<string> {
  const found = await textAt(path)
  const beside = join(dirname(path), ASIDE)
  const words = await takeOut({ path, beside, madeFolder, found })
  await dropTrailers(state, path)
  return words
}

interface Found {
  readonly path: string
  readonly beside: string
  readonly madeFolder: boolean
  readonly found: string | undefined
}

async function takeOut({ path, beside, madeFolder, found }: Found): Promise<string> {
  if (found !== undefined && !isOurs(found)) {
    const left = (await isThere(beside)) ? `; the hook from before is \`${beside}\`` : ''
    return `\`${path}\` is another hook by now, and was left${left}`
  }
  if (await isThere(beside)) {
    await rename(beside, path)
    return `\`${path}\` is as it was before`
  }
  await rm(path, { force: true })
  // Not empty: others have come to use it.
  if (madeFolder) await rmdir(dirname(path)).catch(() => undefined)
  return `\`${path}\` is gone`
}

/** Where trailers are written, and what keeps them from it. */
export async function trailersInForce(state: string): Promise<readonly { repository: string; broken?: string }[]> {
  return await Promise.all(
    (await allTrailers(state)).map(async ({ repository, path, written }) => {
      const text = await textAt(path)
      if (text !== undefined && sha256(text) === written) return { repository }
      return { repository, broken: text === undefined ? 'its hook is gone' : 'its hook was changed' }
    }),
  )
}

async function textAt(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
