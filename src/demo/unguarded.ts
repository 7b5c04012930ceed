import { readFile, writeFile } from 'node:fs/promises'
import type { Guard } from '../agent/client.ts'
import type { FileInput } from '../core/action.ts'
import { CodedError, reasonOf } from '../core/errors.ts'
import { run } from '../process/run.ts'
import type { CallReply, CallRequest } from '../wire/api.ts'
import type { World } from './world.ts'

type Throwaway = Pick<World, 'repository' | 'env'>

/**
 * How it was before: whatever the agent asks for is run, with its operator's rights.
 * INVARIANT: only in the throw-away copy, whose environment holds no account and whose commands are the copy's own.
 */
export function unguarded(world: Throwaway): Guard {
  const nothing = async (): Promise<never> => {
    throw new CodedError('demo/no-guard', 'there is no guard here')
  }
  return {
    call: async (call) => ({ kind: 'reply', reply: replyOf(await perform(call, world)) }),
    ticket: nothing,
    undo: nothing,
  }
}

type Result = NonNullable<CallReply['result']>

async function perform(call: CallRequest, world: Throwaway): Promise<Result> {
  if (call.kind === 'shell') {
    const where = { cwd: world.repository, env: world.env, timeoutMs: 20_000, maxBytes: 100_000 }
    const { code, stdout, stderr, truncated } = await run('/bin/sh', ['-c', String(call.input)], where)
    return { code, stdout, stderr, truncated }
  }
  try {
    return { code: 0, stdout: await handle(call.input as FileInput), stderr: '', truncated: false }
  } catch (error) {
    return { code: 1, stdout: '', stderr: reasonOf(error), truncated: false }
  }
}

async function handle({ operation, path, content = '', old = '', new: replacement = '' }: FileInput): Promise<string> {
  if (operation === 'write') {
    await writeFile(path, content)
    return ''
  }
  const text = await readFile(path, 'utf8')
  if (operation === 'read') return text
  const [before, after, ...more] = text.split(old)
  if (after === undefined || more.length > 0) throw new CodedError('demo/edit', 'the old text must occur exactly once')
  await writeFile(path, `${before}${replacement}${after}`)
  return ''
}

function replyOf(result: Result): CallReply {
  return {
    ruling: 'allow',
    level: 'advised',
    safeguards: [],
    effects: [],
    rule: 'none',
    because: 'nobody was asked',
    receipt: 'none',
    outcome: result.code === 0 ? 'done' : 'failed',
    result,
    text: '',
  }
}
