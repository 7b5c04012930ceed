import { resolve } from 'node:path'
import { type StaticToolCall, type ToolSet, tool } from 'ai'
import * as z from 'zod'
import type { FileInput } from '../core/action.ts'
import type { CallRequest } from '../wire/api.ts'

/** INVARIANT: no tool has an `execute`: the library can't run anything, every call goes to the guard. */
export const TOOLS = {
  shell: tool({
    description: 'Run a command with sh in the working folder, without a terminal; answers with output and exit code.',
    inputSchema: z.strictObject({ command: z.string().min(1) }),
  }),
  read: tool({
    description: 'Read a text file.',
    inputSchema: z.strictObject({ path: z.string().min(1) }),
  }),
  write: tool({
    description: 'Write a whole text file, new or replaced.',
    inputSchema: z.strictObject({ path: z.string().min(1), content: z.string() }),
  }),
  edit: tool({
    description: 'Replace one piece of text in a file: `old` must occur exactly once.',
    inputSchema: z.strictObject({ path: z.string().min(1), old: z.string().min(1), new: z.string() }),
  }),
} satisfies ToolSet

/** A call of the model whose name and input were found to be as `TOOLS` says. */
export type ToolCall = StaticToolCall<typeof TOOLS>

/** What a tool call asks of the guard. */
export type Deed =
  | { readonly kind: Extract<CallRequest['kind'], 'shell'>; readonly input: string }
  | { readonly kind: Extract<CallRequest['kind'], 'file'>; readonly input: FileInput }

export function deedOf(call: ToolCall, cwd: string): Deed {
  if (call.toolName === 'shell') return { kind: 'shell', input: call.input.command }
  const { path, ...rest } = call.input
  return { kind: 'file', input: { operation: call.toolName, path: resolve(cwd, path), ...rest } }
}
