import type { Instead } from '../core/effect.ts'
import { known, literal } from '../lang/field.ts'
import { typed } from '../lang/shell/quoted.ts'
import type { Arguments, CommandLine, Family, Touch } from './grammar.ts'
import { object, opaque, run } from './touch.ts'

/** Options and settings by which an agent is started without the checks that it has. */
const UNCHECKED =
  /dangerous|danger-|skip-permission|bypass|yolo|trust-all|trust-tools|allow-all|full-auto|auto-approve|no-approval|unsafe|disableAllHooks|setting-sources|^--(?:bare|safe-mode|force)$|^sandbox_mode=|^approval_policy=|^mcp$|^plugins?$/i

/** Other coding agents, and Interlock itself. */
export const AGENTS: Family = {
  'claude claude-code codex gemini gemini-cli qwen qwen-code cursor-agent copilot kiro-cli droid cline goose crush opencode aider amp':
    {
      style: 'stop',
      loose: true,
      touches: nestedAgent,
    },
  interlock: {
    style: 'stop',
    verbs: {
      'check explain log report status policy help demo run approvals -': { touches: () => [] },
      exec: { style: 'stop', touches: ({ operands }) => [run(operands)] },
      undo: {
        touches: () => [object('update', ['interlock', 'receipt'], known('what was changed since'), { where: 'host' })],
      },
      '*': { touches: ownControls },
    },
  },
}

/** With its checks on, another agent answers for itself: where it is guarded, to this very guard. */
function nestedAgent(_: Arguments, { name, args }: CommandLine): readonly Touch[] {
  const unchecked = args.map(literal).find((text) => text === undefined || UNCHECKED.test(text))
  if (unchecked !== undefined || args.some((arg) => literal(arg) === undefined))
    return [opaque(`\`${name}\` may be another agent with its checks off`, checked(name, args))]
  return [{ kind: 'task', name }]
}

/** The same with its checks on: without the options, and their values, that take them off. */
function checked(name: string, args: CommandLine['args']): Instead | undefined {
  const kept = args.filter((arg, i) => {
    const next = args[i + 1]
    const valueOff = next !== undefined && !next.text.startsWith('-') && UNCHECKED.test(next.text)
    return !UNCHECKED.test(arg.text) && !(arg.text.startsWith('-') && valueOff)
  })
  const line = typed([known(name), ...kept])
  return line === undefined ? undefined : { run: line, after: 'with its own checks on' }
}

/** Starting, stopping, answering and installing the guard is a person's. */
function ownControls(): readonly Touch[] {
  return [object('update', ['interlock', 'guard'], known('its controls'), { where: 'host', traits: ['guard'] })]
}
