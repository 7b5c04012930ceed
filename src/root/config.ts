import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { sha256 } from '../core/digest.ts'
import { CodedError } from '../core/errors.ts'
import { DEFAULT_MANDATE, type Mandate } from '../core/mandate.ts'
import { misfit } from '../core/misfit.ts'
import type { Rules } from '../gate/gate.ts'
import { nodeFiles, replaceFile } from '../store/files.ts'
import { readRegular } from '../store/regular.ts'
import { Config } from '../wire/config.ts'

export class ConfigError extends CodedError<'config/invalid'> {}

export const NAME = 'interlock.yaml'
export const LONGEST = 1 << 20

/** A file as a person or a repository has it now. */
interface Read {
  readonly config: Config
  readonly sha256: string
}

/** What people wrote, for one workspace after another; a file is read again when it changed. */
export interface Rulebook {
  /** For a workspace, at this time; throws `config/invalid`, and then nothing is allowed there. */
  rulesOf(workspace: string, now: number): Rules
  /** The person's own alone. */
  own(): Config
}

/**
 * The person's own file, and the repository's. An agent can write the latter: what narrows in it counts at once, what
 * widens only where `confirmed` in the state folder holds its hash.
 */
export function rulebookOf({ config: folder, state }: { readonly config: string; readonly state: string }): Rulebook {
  const kept = new Map<string, { readonly stamp: string; readonly read: Read }>()
  const readKept = (path: string): Read | undefined => {
    const stamp = stampOf(path)
    if (stamp === undefined) return undefined
    const before = kept.get(path)
    if (before?.stamp === stamp) return before.read
    const read = readOne(path)
    // Bounded: a run through many workspaces would keep them all.
    if (kept.size > 100) kept.clear()
    kept.set(path, { stamp, read })
    return read
  }
  const own = (): Config => readKept(join(folder, NAME))?.config ?? NONE
  return {
    own,
    rulesOf: (workspace, now) => {
      const theirs = readKept(join(workspace, NAME))
      if (theirs === undefined) return whole(rules(own(), NONE, now))
      const trusted = confirmedIn(state).has(theirs.sha256)
      return whole(rules(own(), trusted ? theirs.config : narrowed(theirs.config), now))
    },
  }
}

const NONE = Config.parse({})

/** Changes with the file: its inode, size and time of change, which nobody can set. */
function stampOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev} ${stat.ino} ${stat.size} ${stat.ctimeNs}`
}

/** An agent can put anything there, a pipe or gigabytes. */
function readOne(path: string): Read {
  const bytes = readRegular(path, LONGEST + 1)
  if (bytes.length > LONGEST)
    throw new ConfigError('config/invalid', `\`${path}\` is longer than 1 MiB`, { hint: MEND })
  return { config: parseConfig(path, bytes.toString('utf8')), sha256: sha256(bytes) }
}

export function parseConfig(path: string, text: string): Config {
  const parsed = Config.safeParse(yaml(path, text) ?? {})
  if (parsed.success) return parsed.data
  throw new ConfigError('config/invalid', `\`${path}\` does not fit: ${misfit(parsed.error, 'the file')}`, {
    hint: MEND,
  })
}

const MEND = 'mend the file; until then nothing is allowed here'

function yaml(path: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 16 })
  } catch (cause) {
    throw new ConfigError('config/invalid', `\`${path}\` is not valid YAML`, { cause, hint: MEND })
  }
}

/** What an agent could have written: every system as critical as can be, nothing given. */
function narrowed({ systems, mandate }: Config): Config {
  const all = Object.entries(systems).map(([name, system]) => {
    return [name, { ...system, environment: 'production' as const, tier: 1, stateful: true }] as const
  })
  return {
    ...NONE,
    systems: Object.fromEntries(all),
    ...(mandate && { mandate: { ...mandate, systems: [], may: [] } }),
  }
}

/** The person's own first; of two modes the narrower. */
function rules(own: Config, theirs: Config, now: number): Rules {
  const systems = { ...theirs.systems, ...own.systems }
  const config: Config = { systems, bounds: own.bounds }
  const mandate = own.mandate ?? theirs.mandate
  if (mandate === undefined) return { config, mandate: DEFAULT_MANDATE }
  const modes = [own.mandate?.mode, theirs.mandate?.mode]
  const mode = (['read', 'plan'] as const).find((each) => modes.includes(each)) ?? 'act'
  return { config, mandate: { ...mandateOf(mandate, now), mode } }
}

/** INVARIANT: a dependent that is misspelt makes nothing count for less. */
function whole(all: Rules): Rules {
  const { systems } = all.config
  for (const [name, { dependsOn }] of Object.entries(systems))
    for (const needed of dependsOn)
      if (!Object.hasOwn(systems, needed))
        throw new ConfigError(
          'config/invalid',
          `system \`${name}\` depends on \`${needed}\`, which is no system here`,
          {
            hint: MEND,
          },
        )
  return all
}

/** One that has expired gives nothing; what it forbids stays. */
function mandateOf({ mode, systems, may, expires }: NonNullable<Config['mandate']>, now: number): Mandate {
  const over = expires !== undefined && Date.parse(expires) <= now
  return { mode, systems: over ? [] : systems, may: over ? [] : may, written: true }
}

/** Hashes of repository files that a person confirmed, one a line. */
export function confirmedIn(state: string): ReadonlySet<string> {
  const path = join(state, 'confirmed')
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? new Set() : new Set(readFileSync(path, 'utf8').split('\n').filter(Boolean))
}

/** Durable when it resolves. */
export async function keepConfirmed(state: string, hash: string): Promise<void> {
  const all = new Set([...confirmedIn(state), hash])
  await replaceFile(nodeFiles, join(state, 'confirmed'), Buffer.from([...all, ''].join('\n')))
}
