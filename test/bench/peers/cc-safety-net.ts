import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fromNpm } from '../../npm.ts'
import type { Case } from './cases.ts'

const PACKAGE = 'cc-safety-net'

/** The peer as it is installed, with its own defaults. It knows `allow` and `deny`; it has no question for a person. */
export interface SafetyNet {
  readonly version: string
  /** Its library: `checkCommand`, in a warm process. */
  judge(one: Case): 'allow' | 'deny'
  /** As its Claude Code plugin is called: one process a call, the event on standard input. */
  hook(one: Case): 'allow' | 'deny'
}

/**
 * Installed from npm on demand. It takes the home from the environment and wants folders that exist, so each case is
 * put to it in folders below `home`, which must not be a temporary one: what lies there it lets go.
 */
export async function safetyNet(home: string): Promise<SafetyNet | { readonly why: string }> {
  const found = await fromNpm({ spec: PACKAGE, folder: PACKAGE, find: async (folder) => installed(folder) })
  if ('why' in found) return found
  const { checkCommand } = (await import(pathToFileURL(join(found.root, 'dist/api.js')).href)) as Api
  for (const name of Object.keys(process.env)) if (/SAFETY_NET/.test(name)) delete process.env[name]
  process.env['HOME'] = home
  const env = { PATH: process.env['PATH'] ?? '', HOME: home }
  return {
    version: found.version,
    judge: (one) => checkCommand(moved(one, home)).kind,
    hook: (one) => {
      const { command, cwd } = moved(one, home)
      const event = { session_id: 'bench', cwd, hook_event_name: 'PreToolUse', permission_mode: 'default' }
      const input = JSON.stringify({ ...event, tool_name: 'Bash', tool_input: { command } })
      const words = [join(found.root, 'dist/bin/cc-safety-net.js'), 'hook', '--coding-cli']
      const said = execFileSync(process.execPath, words, { input, env, cwd, encoding: 'utf8', stdio: 'pipe' })
      return said.includes('"permissionDecision":"deny"') ? 'deny' : 'allow'
    },
  }
}

interface Api {
  checkCommand(input: { readonly command: string; readonly cwd: string }): { readonly kind: 'allow' | 'deny' }
}

function installed(folder: string): { readonly root: string; readonly version: string } | undefined {
  const root = join(folder, 'node_modules', PACKAGE)
  if (!existsSync(join(root, 'dist/api.js'))) return undefined
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { root, version }
}

/** The case with its own home and workspace standing below `home`. */
function moved(one: Case, home: string): { readonly command: string; readonly cwd: string } {
  const cwd = one.cwd.startsWith(`${one.home}/`) ? home + one.cwd.slice(one.home.length) : join(home, 'project')
  mkdirSync(cwd, { recursive: true })
  const command = one.command.replaceAll(one.cwd, cwd).replaceAll(new RegExp(`${one.home}(?![\\w-])`, 'g'), home)
  return { command, cwd }
}
