import { nodeFiles } from '../../store/files.ts'
import type { Enforcement } from './canary.ts'
import type { Installation } from './record.ts'
import { whatIsMissing } from './settings.ts'

/** What `status` says of this host: what holds, at which level, and which doors stay open. */
export interface Description {
  readonly host: 'claude-code'
  /** A hook is asked; the host runs the call itself. */
  readonly level: 'advised'
  readonly enforcement: Enforcement
  readonly installed: readonly {
    readonly path: string
    readonly by: 'http hook' | 'shell hook'
    readonly takeOver: boolean
    /** Why its hooks are not asked, where they aren't. */
    readonly broken?: string
  }[]
  readonly holds: readonly string[]
  readonly doors: readonly string[]
}

const HOLDS = [
  'every call of a tool, of MCP servers and of subagents too, in every permission mode, is judged before it runs',
  'with the guard dead, silent or talking nonsense no call runs',
  'settings that would remove the hooks do not reach a running session',
  'a hold is asked at the terminal for Bash, WebFetch, Agent and MCP tools, and by a ticket everywhere else',
]

const DOORS = [
  'commands that the person types with `!` are not put to any hook',
  '`--bare` and `--safe-mode` start without hooks',
  '`disableAllHooks` and an emptied settings file take the hooks from the next session',
  'another hook can rewrite a call after it was judged; the receipt then says so',
  'software of this user can change the installation, and can listen at the guard’s address while it is dead',
]

/** Our record says what was installed; the settings, what still is. */
async function whyBroken({ target, added }: Installation): Promise<string | undefined> {
  const text = (await nodeFiles.read(target))?.toString('utf8')
  return text === undefined ? 'the file is gone' : whatIsMissing(text, added.groups)
}

export async function describeHost(
  installations: readonly Installation[],
  enforcement: Enforcement,
): Promise<Description> {
  const broken = await Promise.all(installations.map(whyBroken))
  const project = installations.some(({ path }) => path.endsWith('settings.local.json'))
  const shell = installations.some(({ failsClosed }) => !failsClosed)
  return {
    host: 'claude-code',
    level: 'advised',
    enforcement,
    installed: installations.map(({ path, failsClosed, takeOver }, at) => ({
      path,
      by: failsClosed ? 'http hook' : 'shell hook',
      takeOver,
      ...(broken[at] !== undefined && { broken: broken[at] }),
    })),
    holds: broken.includes(undefined) ? HOLDS : [],
    doors: [
      ...DOORS,
      ...(project ? ['`--setting-sources user` starts without the hooks of a folder'] : []),
      ...(shell
        ? [
            'before 2.1.295 a hook that is killed lets its call through: update Claude Code and run `interlock init` again',
          ]
        : []),
    ],
  }
}
