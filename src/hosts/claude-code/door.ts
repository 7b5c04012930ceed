import { AUTO_MODE_ASKS, atLeast, OLDEST_TRIED, parseVersion } from './version.ts'
import type { PreToolUse } from './wire.ts'

/** How a person can answer a hold: by the host's own question, or by a ticket and why not otherwise. */
export type Door = { readonly kind: 'question' } | { readonly kind: 'ticket'; readonly why: string }

/** What the host says of itself beside the payload, in headers that it fills from its own environment. */
export interface HostSays {
  /** `cli` where a person sits at the terminal, `sdk-cli` under `-p`, others for editors and SDKs. */
  readonly entry: string
  /** `claude-code_2-1-330_harness` */
  readonly agent: string
  /** Its command line, where the guard could find the process that asks. */
  readonly argv?: readonly string[]
}

/** Options under which something else than the person at the terminal can answer, or settings come that we can't see. */
const NOT_ALONE =
  /^(?:-p|--print|--permission-prompt-tool|--input-format|--output-format|--settings|--plugin-dir|--agents|--sdk-url)(?:=|$)/

/** The tools whose question was seen to show a hook's reason; Write, Edit and Read ask without it. */
const SHOWS_REASON = /^(?:Bash|WebFetch|Agent|mcp__.+)$/

/**
 * The host's question is used only where it was seen to be asked, to show our reason, and to wait for the person.
 * `others` names what else could answer in his place.
 */
export function doorFor(event: PreToolUse, says: HostSays, others: readonly string[]): Door {
  const why = whyTicket(event, says) ?? others.map((each) => `${each} could answer for the person`)[0]
  return why === undefined ? { kind: 'question' } : { kind: 'ticket', why }
}

function whyTicket({ tool_name: tool, permission_mode: mode }: PreToolUse, says: HostSays): string | undefined {
  const version = parseVersion(says.agent)
  if (says.entry !== 'cli') return 'this session has no terminal that could ask'
  if (version === undefined || !atLeast(version, OLDEST_TRIED)) return 'this version of Claude Code was not tried'
  if (mode === 'auto' && !atLeast(version, AUTO_MODE_ASKS)) return 'this version answers questions itself in auto mode'
  if (!SHOWS_REASON.test(tool)) return `the question for ${tool.slice(0, 60)} would not show the reason`
  const option = says.argv?.find((each) => NOT_ALONE.test(each))
  return option === undefined ? undefined : `\`${option.slice(0, 60)}\` was given`
}
