import { matchesGlob } from 'node:path'
import type { Trait } from '../core/effect.ts'
import type { PathFacts, Surroundings } from '../core/study.ts'
import { folded } from './spelling.ts'

/** What a path is besides where it is, by its name alone, however that is spelled; policy decides what follows. */
export function pathTraits(spelled: string, tree: boolean, given: Surroundings): readonly Trait[] {
  const temporary = isTemporary(spelled, given)
  const { home, workspace, guarded } = given
  const path = folded(spelled)
  const around = { home: folded(home), workspace: folded(workspace), guarded: guarded.map(folded), temporary }
  const traits: Trait[] = []
  const inHome = below(path, around.home) ? path.slice(around.home.length + 1) : undefined
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (isSecret(path, name, inHome, tree)) traits.push('secret')
  if (isStartup(path, inHome)) traits.push('startup')
  if (DEVICE.test(path)) traits.push('device')
  if (isSystem(path, around)) traits.push('system')
  if (inHome?.startsWith('.') === true && !below(path, around.workspace)) traits.push('settings')
  const ruin = DISK.test(path) || (tree && isRuin(path, around))
  if (ruin) traits.push('ruin')
  // Above them too; where all is ruined, that says more.
  const guards = around.guarded.some((guarded) => below(path, guarded) || (tree && !ruin && holds(path, guarded)))
  if (guards) traits.push('guard')
  // The token and the key open what the files guard.
  if (guards && (tree || /\.(?:json|key)$/.test(name))) traits.push('secret')
  if (temporary) traits.push('temporary')
  if (/\/\.git(?:\/|$)/.test(path)) traits.push('repository')
  return traits
}

/** As far as names tell, with the names folded. */
interface Around extends Pick<Surroundings, 'home' | 'workspace' | 'guarded'> {
  readonly temporary: boolean
}

export function below(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}

/** Whether a folder or pattern, with all below it, holds this path. */
function holds(pattern: string, path: string): boolean {
  if (!/[*?[]/.test(pattern)) return below(path, pattern)
  for (let at = path; at !== '/'; at = at.slice(0, at.lastIndexOf('/')) || '/')
    if (matchesGlob(at, pattern)) return true
  return false
}

/** Of a pattern, the folder that all its matches are in. */
export function literalPart(path: string): string {
  const at = path.search(/[*?[]/)
  return at < 0 ? path : path.slice(0, path.lastIndexOf('/', at)) || '/'
}

/** Files in a home that open something else. Folders end in `/`. */
const HOME_SECRETS = [
  '.ssh/',
  '.gnupg/',
  '.aws/',
  '.azure/',
  '.config/gcloud/',
  '.kube/',
  '.docker/config.json',
  '.config/gh/',
  '.netrc',
  '.pgpass',
  '.my.cnf',
  '.npmrc',
  '.pypirc',
  '.config/containers/auth.json',
  '.git-credentials',
  '.config/git/credentials',
  '.cargo/credentials',
  '.gem/credentials',
  '.terraform.d/credentials',
  '.vault-token',
  '.password-store/',
  '.local/share/keyrings/',
  'library/keychains/',
  '.bash_history',
  '.zsh_history',
  '.config/rclone/',
  '.mozilla/',
  '.config/google-chrome/',
  '.claude/.credentials.json',
  '.codex/auth.json',
  '.config/op/',
]
const HOME_OPEN = /^\.ssh\/(?:known_hosts|config|[^/]*\.pub|authorized_keys)$|^\.aws\/config$/
/** Listing such a folder tells names; all below it, the keys. */
const HOME_LISTED = /^\.(?:ssh|gnupg|aws|kube)$/
const HOST_SECRETS =
  /^\/etc\/(?:shadow|gshadow|sudoers|security\/opasswd|ssl\/private|ssh\/ssh_host_[^/]*_key)(?:-|\/|$)|^\/proc\/[^/]+\/(?:environ|mem)$|^\/(?:run|var\/run)\/secrets\//
const SECRET_NAMES =
  /^\.env(?:\.(?!example|sample|template|dist|test|schema|defaults)[\w.-]+)?$|^(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.pypirc|\.htpasswd|\.git-credentials)$|^.+\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)$|^(?:credentials|secrets?|service[-_]account[\w-]*|client_secret[\w.-]*)\.(?:json|ya?ml|toml|ini|env)$|^credentials$/i

function isSecret(path: string, name: string, inHome: string | undefined, tree: boolean): boolean {
  const home = inHome ?? otherHome(path)
  if (home !== undefined && homeSecret(home, tree)) return true
  return (
    HOST_SECRETS.test(path) ||
    (SECRET_NAMES.test(name) && !/\/(?:node_modules|site-packages|fixtures|testdata)\//.test(path))
  )
}

function homeSecret(inHome: string, tree: boolean): boolean {
  if (HOME_OPEN.test(inHome) || (!tree && HOME_LISTED.test(inHome))) return false
  return HOME_SECRETS.some((each) =>
    each.endsWith('/')
      ? inHome.startsWith(each) || inHome === each.slice(0, -1)
      : inHome === each || inHome.startsWith(`${each}.`),
  )
}

/** A path in somebody's home, without the home. */
function otherHome(path: string): string | undefined {
  return /^\/(?:home\/[^/]+|root|users\/[^/]+)\/(.+)$/.exec(path)?.[1]
}

const HOME_STARTUP =
  /^\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|zlogout|inputrc|gitconfig|xinitrc|xprofile|vimrc|tmux\.conf|pam_environment)$|^\.ssh\/(?:config|authorized_keys|rc)$|^\.config\/(?:autostart|systemd|fish|git|environment\.d)(?:\/|$)|^library\/launch(?:agents|daemons)(?:\/|$)|^\.local\/bin\/|^bin\//
const HOST_STARTUP =
  /^\/etc\/(?:cron|profile|bash|zsh|systemd|init|rc|ld\.so\.preload|environment|crontab|xdg\/autostart|sudoers|pam\.d|udev)|^\/var\/spool\/cron|^\/(?:usr\/)?lib\/systemd\/system/
/** Git hooks and settings, and the settings of agents, wherever they are. */
const ANY_STARTUP =
  /\/\.git\/(?:hooks(?:\/|$)|config$)|\/\.(?:envrc|mcp\.json)$|\/\.(?:claude|codex|cursor|gemini|kiro|copilot)\/(?:settings[\w.]*\.json$|hooks(?:\/|\.json|$)|config\.toml$|mcp\.json$|permissions\.ya?ml$)/

function isStartup(path: string, inHome: string | undefined): boolean {
  const home = inHome ?? otherHome(path)
  return (home !== undefined && HOME_STARTUP.test(home)) || HOST_STARTUP.test(path) || ANY_STARTUP.test(path)
}

const HARMLESS = String.raw`null$|zero$|full$|u?random$|tty$|std(?:in|out|err)$|fd(?:\/|$)|ptmx$|pts\/`
const HARMLESS_DEVICE = new RegExp(`^/dev/(?:${HARMLESS})`)
const DEVICE = new RegExp(`^/dev/(?!${HARMLESS}|shm/)[^*]`)

const DISK =
  /^\/dev\/(?:[shv]d[a-z]+\d*|nvme\d+n\d+(?:p\d+)?|mmcblk\d+(?:p\d+)?|r?disk\d+(?:s\d+)?|md\d+|dm-\d+|mapper\/.+)$/

/** Writing to these changes nothing; reading them tells nothing. */
export function isHarmlessDevice(path: string): boolean {
  return HARMLESS_DEVICE.test(path)
}

const TOP =
  /^\/(?:bin|boot|dev|etc|lib|lib32|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|usr|var|applications|library|system|volumes|private)$/
const SYSTEM =
  /^\/(?:etc|usr|bin|sbin|lib|lib32|lib64|boot|var|opt|sys|proc|dev|srv|root|run|system|library|applications|private\/etc|private\/var)(?:\/|$)/

function isSystem(path: string, { home, workspace, temporary }: Around): boolean {
  return SYSTEM.test(path) && !below(path, home) && !below(path, workspace) && !temporary
}

/** What nobody wants gone as a whole: the root, the folders right below it, homes. */
function isRuin(path: string, around: Around): boolean {
  const folder = path.replace(/\/(?:\*|\.\*|\.\[?[^/]*\*)$/, '') || '/'
  if (folder === '/' || folder === around.home || /^\/(?:home|users)(?:\/[^/]+)?$/.test(folder))
    return folder !== around.workspace
  if (around.temporary) return false
  return TOP.test(folder) || /^\/(?:usr|var)\/(?:bin|lib|sbin|local|share|log)$/.test(folder)
}

/** Nothing but installed packages and caches has these names. */
const REBUILDABLE =
  /\/(?:node_modules|__pycache__|\.venv|\.next|\.nuxt|\.turbo|\.parcel-cache|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.tox|\.nyc_output|\.gradle|\.eggs|\.svelte-kit|\.angular|\.dart_tool|DerivedData|[\w.-]+\.egg-info)(?:\/|$)|\.(?:pyc|pyo|tsbuildinfo)$/
/** Build output by custom: only where git ignores it is it surely that. */
const BUILD_OUTPUT =
  /\/(?:dist|build|out|target|coverage|venv|\.cache|htmlcov|Pods|cmake-build-[\w-]+|bazel-[\w-]+)(?:\/|$)|\.(?:o|obj|class)$/

/** Whether a path can be made again, as far as its name inside the workspace or the home and git tell. */
export function isRebuildable(path: string, version: PathFacts['version'], around: Surroundings): boolean {
  if (version === 'tracked' || version === 'modified') return false
  // Where the workspace itself lies says nothing: one below `build` or `.cache` is no build output.
  const root = [around.workspace, around.home].find((each) => below(path, each))
  const inside = root === undefined ? '' : path.slice(root.length)
  return REBUILDABLE.test(inside) || (version === 'ignored' && BUILD_OUTPUT.test(inside))
}

function isTemporary(path: string, { temporary, workspace, home }: Surroundings): boolean {
  if (below(path, workspace)) return false
  return (
    temporary.some((folder) => {
      // All of a temporary folder is not one's own: others' sockets and files are in it, too. Nor is a home in it.
      const all = /^\/?(?:[*.?]+\/?)*$/.test(path.slice(folder.length))
      return below(path, folder) && !all && !(below(path, home) && below(home, folder))
    }) || /\/AppData\/Local\/Temp\//.test(path)
  )
}
