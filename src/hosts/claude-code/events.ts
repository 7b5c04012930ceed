import { reasonOf } from '../../core/errors.ts'
import { otherAnswerers } from './answerers.ts'
import { findClaim, transcriptOf } from './claim.ts'
import { type Door, doorFor } from './door.ts'
import { type OpenCall, OpenCalls } from './open-calls.ts'
import type { HookPorts, HookReply, HookRequest } from './ports.ts'
import { readPrompt } from './prompt.ts'
import { answerCall, denyAnswer, keepSettings, NOTED, toCall } from './translate.ts'
import { Backgrounded, HookEvent, type PostToolUse, type PreToolUse, type UserPromptSubmit } from './wire.ts'

/** Answers everything that Claude Code posts. Never rejects: what goes wrong is a deny, or keeps the hooks in place. */
export function answerHooks(ports: HookPorts): (request: HookRequest) => Promise<HookReply> {
  const open = new OpenCalls(ports)
  return async (request) => {
    try {
      const parsed = HookEvent.safeParse(request.payload)
      if (parsed.success) return { status: 200, body: await answer(parsed.data, request, open, ports) }
      const [issue] = parsed.error.issues
      return refuse(
        request.payload,
        400,
        `the hook's payload was not understood: ${issue?.path.join('.')} ${issue?.message}`,
      )
    } catch (error) {
      return refuse(request.payload, 500, reasonOf(error))
    }
  }
}

async function answer(event: HookEvent, request: HookRequest, open: OpenCalls, ports: HookPorts): Promise<string> {
  switch (event.hook_event_name) {
    case 'PreToolUse':
      return open.once(event, (call) => judge(event, { request, call, open, ports }))
    case 'PostToolUse':
      return after(event, open)
    case 'PostToolUseFailure':
      await open.end(event, 'failed')
      return NOTED
    case 'Stop':
      await open.endAll(event, (call) => call.subagent === undefined, event.background_tasks)
      return NOTED
    case 'SubagentStop':
      await open.endAll(event, (call) => call.subagent === event.agent_id, event.background_tasks)
      return NOTED
    case 'SessionEnd':
      await open.endAll(event, () => true)
      return NOTED
    case 'UserPromptSubmit':
      return prompted(event, open, ports)
    case 'ConfigChange': {
      const why = await ports.whyKeep(event)
      return why === undefined ? NOTED : keepSettings(why)
    }
  }
}

interface Judging {
  readonly request: HookRequest
  readonly call: OpenCall
  readonly open: OpenCalls
  readonly ports: HookPorts
}

async function judge(event: PreToolUse, { request, call, open, ports }: Judging): Promise<string> {
  let door: Door = { kind: 'ticket', why: 'nobody was asked' }
  const findDoor = async (): Promise<Door> => {
    door = doorFor(event, request.says, open.tooFast ? ['something faster than a person'] : [])
    if (door.kind === 'ticket') return door
    const others = await otherAnswerers({ cwd: event.cwd, transcript: event.transcript_path }, ports.managedSettings)
    door = doorFor(event, request.says, others)
    return door
  }
  const reply = await ports.govern(toCall(event, ports.home), { door: findDoor })
  if (reply.outcome === 'handed over') open.handOver(call, reply)
  follow(event, reply.receipt, ports)
  return answerCall(reply, door, request.takeOver)
}

/** Outside the decision: the host is answered meanwhile. */
function follow(event: PreToolUse, receipt: string, ports: HookPorts): void {
  findClaim(transcriptOf(event), event.tool_use_id, ports.wait)
    .then((said) => (said?.text ? ports.claim(receipt, said.text, said.model) : undefined))
    .catch(ports.fault)
}

async function after(event: PostToolUse, open: OpenCalls): Promise<string> {
  const background = Backgrounded.safeParse(event.tool_response)
  const call = open.get(event)
  if (background.success && call !== undefined) call.task = background.data.backgroundTaskId
  else await open.end(event, 'done')
  return NOTED
}

async function prompted(event: UserPromptSubmit, open: OpenCalls, ports: HookPorts): Promise<string> {
  const prompt = readPrompt(event.prompt)
  if (prompt.kind === 'task ended') await open.endTask(event, prompt)
  // A turn that was interrupted, or whose question was answered with No, ends without a word; the next one has another id.
  await open.endAll(
    event,
    (call) => call.subagent === undefined && call.task === undefined && call.prompt !== event.prompt_id,
  )
  if (prompt.kind === 'goal') await ports.setGoal(event.session_id, prompt.text)
  return NOTED
}

/** Nothing runs and no settings change on what we did not understand. */
function refuse(payload: unknown, status: 400 | 500, why: string): HookReply {
  const name =
    payload !== null && typeof payload === 'object' && 'hook_event_name' in payload
      ? payload.hook_event_name
      : undefined
  if (name === 'PreToolUse')
    return {
      status: 200,
      body: denyAnswer(`Interlock could not judge this call: ${why}\nNothing ran. Tell your operator.`),
    }
  if (name === 'ConfigChange')
    return { status: 200, body: keepSettings(`Interlock could not judge this change: ${why}`) }
  return { status, body: why }
}
