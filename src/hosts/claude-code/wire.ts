import * as z from 'zod'
import { Json } from '../../wire/json.ts'

/**
 * What Claude Code posts to its hooks. Loose on fields that we don't use, since every release brings new ones;
 * strict on those that a decision rests on.
 */
const Common = z.looseObject({
  session_id: z.string().min(1).max(200),
  transcript_path: z.string().default(''),
  cwd: z.string().startsWith('/'),
  /** One for each turn of the session: a prompt typed while the turn runs carries the turn's own. */
  prompt_id: z.string().optional(),
  permission_mode: z.string().optional(),
  /** Set inside a subagent only. */
  agent_id: z.string().optional(),
})

const ToolCall = Common.extend({
  tool_name: z.string().min(1).max(300),
  tool_input: Json.pipe(z.record(z.string(), z.json())),
  tool_use_id: z.string().min(1).max(200),
})

const BackgroundTasks = z.array(z.looseObject({ id: z.string() })).default([])

export const PreToolUse = ToolCall.extend({ hook_event_name: z.literal('PreToolUse') })
const PostToolUse = ToolCall.extend({
  hook_event_name: z.literal('PostToolUse'),
  tool_response: z.unknown(),
  duration_ms: z.number().optional(),
})
const PostToolUseFailure = ToolCall.extend({
  hook_event_name: z.literal('PostToolUseFailure'),
  duration_ms: z.number().optional(),
})
const Stop = Common.extend({ hook_event_name: z.literal('Stop'), background_tasks: BackgroundTasks })
const SubagentStop = Common.extend({
  hook_event_name: z.literal('SubagentStop'),
  agent_id: z.string(),
  background_tasks: BackgroundTasks,
})
const SessionEnd = Common.extend({ hook_event_name: z.literal('SessionEnd') })
const UserPromptSubmit = Common.extend({ hook_event_name: z.literal('UserPromptSubmit'), prompt: z.string() })
export const ConfigChange = Common.extend({
  hook_event_name: z.literal('ConfigChange'),
  source: z.string().optional(),
  file_path: z.string().optional(),
})

export const HookEvent = z.discriminatedUnion('hook_event_name', [
  PreToolUse,
  PostToolUse,
  PostToolUseFailure,
  Stop,
  SubagentStop,
  SessionEnd,
  UserPromptSubmit,
  ConfigChange,
])

/** A call that went to the background answers at once, with the task that its end will name. */
export const Backgrounded = z.looseObject({ backgroundTaskId: z.string().min(1) })

export type HookEvent = z.infer<typeof HookEvent>
export type PreToolUse = z.infer<typeof PreToolUse>
export type ToolCall = z.infer<typeof ToolCall>
export type PostToolUse = z.infer<typeof PostToolUse>
export type UserPromptSubmit = z.infer<typeof UserPromptSubmit>
export type ConfigChange = z.infer<typeof ConfigChange>
