import { AGENTS } from './agents.ts'
import { ARCHIVES } from './archives.ts'
import { BUILDS } from './builds.ts'
import { CLOUDS } from './clouds.ts'
import { CMDLETS } from './cmdlets.ts'
import { CONTAINERS } from './containers.ts'
import { COREUTILS } from './coreutils.ts'
import { DATABASES } from './databases.ts'
import { DISKS } from './disks.ts'
import { EDITORS } from './editors.ts'
import { FORGES } from './forges.ts'
import { GIT } from './git.ts'
import type { Family, Program } from './grammar.ts'
import { INFRASTRUCTURE } from './infrastructure.ts'
import { INTERPRETERS } from './interpreters.ts'
import { NETWORK } from './network.ts'
import { PACKAGES } from './packages.ts'
import { PERMISSIONS } from './permissions.ts'
import { PROCESSES } from './processes.ts'
import { SEARCH } from './search.ts'
import { SERVICES } from './services.ts'
import { STORAGE } from './storage.ts'
import { SYSTEMS } from './systems.ts'
import { TEXT } from './text.ts'
import { USERS } from './users.ts'
import { WRAPPERS } from './wrappers.ts'

/** Every family; of two entries for one name the later one counts. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  coreutils: COREUTILS,
  search: SEARCH,
  text: TEXT,
  archives: ARCHIVES,
  git: GIT,
  packages: PACKAGES,
  builds: BUILDS,
  network: NETWORK,
  processes: PROCESSES,
  permissions: PERMISSIONS,
  disks: DISKS,
  services: SERVICES,
  users: USERS,
  containers: CONTAINERS,
  editors: EDITORS,
  databases: DATABASES,
  forges: FORGES,
  clouds: CLOUDS,
  infrastructure: INFRASTRUCTURE,
  storage: STORAGE,
  systems: SYSTEMS,
  interpreters: INTERPRETERS,
  wrappers: WRAPPERS,
  agents: AGENTS,
  cmdlets: CMDLETS,
}

const TABLE: ReadonlyMap<string, Program> = new Map(
  Object.values(FAMILIES).flatMap((family) =>
    Object.entries(family).flatMap(([names, program]) => names.split(' ').map((name) => [name, program] as const)),
  ),
)

/** `python3.12`, `gcc-14`. */
const VERSIONED = /^([a-z][a-z+-]*[a-z+])-?\d+(?:\.\d+)*$/

/** The program that a basename means: `RM.EXE`, `python3.12`, `grm`, `mkfs.ext4` too. */
export function programNamed(name: string): Program | undefined {
  const exact = TABLE.get(name)
  if (exact !== undefined) return exact
  const plain = name.toLowerCase().replace(/\.(?:exe|cmd|bat)$/, '')
  return (
    TABLE.get(plain) ??
    TABLE.get(VERSIONED.exec(plain)?.[1] ?? '') ??
    (/^mkfs\./.test(plain) ? TABLE.get('mkfs') : undefined) ??
    // Homebrew's names of the GNU tools.
    (plain.startsWith('g') && plain.slice(1) in GNU ? TABLE.get(plain.slice(1)) : undefined)
  )
}

const GNU: Readonly<Record<string, true>> = Object.fromEntries(
  Object.keys(COREUTILS)
    .join(' ')
    .split(' ')
    .concat('sed', 'awk', 'find', 'tar', 'xargs', 'timeout', 'nice', 'nohup', 'stdbuf', 'chmod', 'chown', 'env')
    .map((name) => [name, true]),
)
