/** Payloads as Claude Code 2.1.330 posts them; ids shortened. */
export const COMMON = {
  session_id: 'e73a9158',
  transcript_path: '/home/ada/.claude/projects/-home-ada-shop/e73a9158.jsonl',
  cwd: '/home/ada/shop',
}

export const TURN = { ...COMMON, prompt_id: 'f995', permission_mode: 'bypassPermissions', effort: { level: 'medium' } }

export function call(tool_name: string, tool_input: object, rest: object = {}): Record<string, unknown> {
  return { ...TURN, hook_event_name: 'PreToolUse', tool_name, tool_input, tool_use_id: 'toolu_1', ...rest }
}

export function bash(command: string, rest: object = {}): Record<string, unknown> {
  return call('Bash', { command, description: 'd' }, rest)
}

export function ended(pre: object, rest: object = {}): Record<string, unknown> {
  const tool_response = { stdout: 'out', stderr: '', interrupted: false, isImage: false, noOutputExpected: false }
  return { ...pre, hook_event_name: 'PostToolUse', tool_response, duration_ms: 66, ...rest }
}

export function failed(pre: object): Record<string, unknown> {
  return {
    ...pre,
    hook_event_name: 'PostToolUseFailure',
    error: 'Exit code 3\nerr',
    is_interrupt: false,
    duration_ms: 15,
  }
}

export function stop(rest: object = {}): Record<string, unknown> {
  const said = { stop_hook_active: false, last_assistant_message: 'FINAL', background_tasks: [], session_crons: [] }
  return { ...TURN, hook_event_name: 'Stop', ...said, ...rest }
}

export function prompt(text: string, rest: object = {}): Record<string, unknown> {
  return {
    ...COMMON,
    prompt_id: '57fa',
    permission_mode: 'default',
    hook_event_name: 'UserPromptSubmit',
    prompt: text,
    ...rest,
  }
}

/** The end of a background command, as the session is told of it. */
export function notification(status: string, summary: string): string {
  return [
    '<task-notification>',
    '<task-id>btuw77uvm</task-id>',
    '<tool-use-id>toolu_1</tool-use-id>',
    '<output-file>/tmp/claude-0/-home-ada-shop/e73a9158/tasks/btuw77uvm.output</output-file>',
    `<status>${status}</status>`,
    `<summary>${summary}</summary>`,
    '</task-notification>',
  ].join('\n')
}

export const INTERACTIVE = { entry: 'cli', agent: 'claude-code_2-1-330_harness' }
export const HEADLESS = { entry: 'sdk-cli', agent: 'claude-code_2-1-330_harness' }
