import type { Agree } from '../cli/guard.ts'
import { line, note, table } from '../cli/render.ts'
import { reasonOf } from '../core/errors.ts'
import { HOOK, TRAILER } from '../hosts/git/hook-script.ts'
import { installTrailers, removeTrailers, repositoryAt, trailersInForce } from '../hosts/git/install.ts'
import { allTrailers } from '../hosts/git/record.ts'
import { type Env, foldersOf, socketIn } from './folders.ts'

export interface TrailerOptions {
  readonly yes?: boolean
  /** Said on the command line; undefined where it is to be asked. */
  readonly trailers?: boolean
}

interface Place {
  readonly env: Env
  readonly cwd: string
  readonly agree: Agree
}

/**
 * Offers receipts in the messages of commits. A repository's hooks run for everybody who commits in it, and are no part
 * of guarding a host: with `--yes`, which asks nothing, they are left alone unless `--trailers` names them.
 */
export async function offerTrailers(options: TrailerOptions, { env, cwd, agree }: Place): Promise<void> {
  if (options.trailers === false || (options.yes === true && options.trailers !== true)) return
  const repository = await repositoryAt(cwd, env)
  if (repository === undefined) {
    if (options.trailers === true) note('interlock: no trailers: this folder is in no git repository')
    return
  }
  const { root, notOurs } = repository
  const installed = (await allTrailers(foldersOf(env).state)).some(({ path }) => path === `${repository.hooks}/${HOOK}`)
  if (options.trailers !== true && (installed || notOurs !== undefined)) return
  const question = `Commits that agents make in ${root} can name their receipt (\`${TRAILER}:\`), by a git hook. Install it?`
  if (options.trailers !== true && (await agree(question)) !== 'yes') return
  try {
    const { state } = foldersOf(env)
    await installTrailers(repository, { state, socket: socketIn(state) })
    line(`commits of agents in ${root} name their receipt; \`interlock log who COMMIT\` tells who allowed it`)
  } catch (error) {
    note(`interlock: no trailers: ${reasonOf(error)}`)
    const { hint } = error as { hint?: string }
    if (hint !== undefined) note(`  ${hint}`)
  }
}

/** Takes our hook out of the repository of this folder; false where there is none. */
export async function withdrawTrailers({ env, cwd }: Omit<Place, 'agree'>): Promise<boolean> {
  const { state } = foldersOf(env)
  const repository = await repositoryAt(cwd, env)
  const here = (await allTrailers(state)).find(({ path }) => path === `${repository?.hooks}/${HOOK}`)
  if (here !== undefined) line(`  ${await removeTrailers(here, state)}`)
  return here !== undefined
}

export async function showTrailers(env: Env): Promise<void> {
  const all = await trailersInForce(foldersOf(env).state)
  if (all.length === 0) return
  line('commits      of agents name their receipt in')
  table(
    all.map(({ repository, broken }) =>
      broken === undefined ? [repository] : [repository, `NOT IN FORCE: ${broken}`],
    ),
  )
}
