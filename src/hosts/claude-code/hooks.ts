import { quoted } from '../../lang/shell/quoted.ts'

/** What `init` tells the host to call. */
export interface Setup {
  /** Of the guard on loopback, this host's own path included. */
  readonly url: string
  readonly token: string
  /** Absolute path of the shell hook. */
  readonly script: string
  readonly takeOver: boolean
  /** The host obeys `onFailure: "block"`; one that doesn't gets the shell hook where a failure must block. */
  readonly failsClosed: boolean
}

export type Hook = Readonly<Record<string, unknown>>
export interface Group {
  readonly hooks: readonly Hook[]
}

/** A dead or silent guard blocks what these are about: the call, and the change that would remove our hooks. */
const MUST_BLOCK = ['PreToolUse', 'ConfigChange'] as const
const TOLD = ['PostToolUse', 'PostToolUseFailure', 'UserPromptSubmit', 'Stop', 'SubagentStop', 'SessionEnd'] as const

/** Seconds. A judgement takes milliseconds, its snapshot two seconds at most; the rest is for a busy machine. */
const TIMEOUT = 60

/** One group of hooks for each event. */
export function hooksFor(setup: Setup): Readonly<Record<string, Group>> {
  const told = TOLD.map((event) => [event, group(http(setup))] as const)
  const asked = MUST_BLOCK.map(
    (event) => [event, group(setup.failsClosed ? blocking(setup) : shell(setup, event))] as const,
  )
  const start = { type: 'command', command: `/bin/sh ${quoted(setup.script)} start`, timeout: TIMEOUT }
  return Object.fromEntries([...asked, ...told, ['SessionStart', group(start)]])
}

function group(hook: Hook): Group {
  return { hooks: [hook] }
}

function http({ url, token, takeOver }: Setup): Hook {
  return {
    type: 'http',
    url,
    timeout: TIMEOUT,
    headers: {
      Authorization: `Bearer ${token}`,
      'X-Interlock-Entry': '$CLAUDE_CODE_ENTRYPOINT',
      'X-Interlock-Agent': '$AI_AGENT',
      ...(takeOver && { 'X-Interlock-Take-Over': 'yes' }),
    },
    allowedEnvVars: ['CLAUDE_CODE_ENTRYPOINT', 'AI_AGENT'],
  }
}

function blocking(setup: Setup): Hook {
  return { ...http(setup), onFailure: 'block' }
}

/**
 * Whatever becomes of the script, of `sh` too, ends in 2 (the one code that blocks on every version) or in an answer.
 * The parent of this line's shell is the host: the guard has no other way to know it, since on the socket curl asks.
 */
function shell({ script, takeOver }: Setup, event: string): Hook {
  const words = `${event} ${takeOver ? 'yes' : 'no'} $PPID`
  const command = `a=$(/bin/sh ${quoted(script)} ${words}) && [ -n "$a" ] && printf %s "$a" || exit 2`
  return { type: 'command', command, timeout: TIMEOUT }
}

/** Also finds a hook of ours that somebody has edited, or that names a port of before. */
export function isOurs(hook: Hook, { script }: Pick<Setup, 'script'>): boolean {
  const { headers, command } = hook
  if (headers !== null && typeof headers === 'object' && 'X-Interlock-Entry' in headers) return true
  return typeof command === 'string' && command.includes(quoted(script))
}
