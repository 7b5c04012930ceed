import { closeSync, fstatSync, readSync } from 'node:fs'
import * as z from 'zod'
import { openRegular } from '../../store/regular.ts'

/** The line with a call's text is among the last of the file; a tool result before it can be long. */
const TAIL = 512 * 1024
const LONGEST_CLAIM = 20_000

const Line = z.looseObject({
  type: z.literal('assistant'),
  uuid: z.string(),
  parentUuid: z.string().nullish(),
  message: z.looseObject({
    id: z.string(),
    model: z.string().max(200).optional(),
    content: z.array(z.looseObject({ type: z.string(), text: z.string().optional(), id: z.string().optional() })),
  }),
})
type Line = z.infer<typeof Line>

export interface Claim {
  readonly text: string
  readonly model?: string
}

/** What the agent said before the call `toolUseId`: undefined where the transcript does not hold the call yet. */
function claimIn(transcript: Buffer, toolUseId: string): Claim | undefined {
  // From the end: the call is among the last lines.
  for (let start = transcript.length; start > 0; ) {
    const at = transcript.lastIndexOf(toolUseId, start - 1)
    if (at < 0) break
    start = startOf(transcript, at)
    const end = endOf(transcript, at)
    const line = readLine(transcript.toString('utf8', start, end))
    if (line?.message.content.some((block) => block.type === 'tool_use' && block.id === toolUseId) !== true) continue
    const { id, model } = line.message
    return { text: textOf(id, transcript.subarray(0, end)), ...(model && { model }) }
  }
  return undefined
}

function startOf(bytes: Buffer, at: number): number {
  return at === 0 ? 0 : bytes.lastIndexOf('\n', at - 1) + 1
}

function endOf(bytes: Buffer, at: number): number {
  const end = bytes.indexOf('\n', at)
  return end < 0 ? bytes.length : end
}

/** One line a content block: those of one message share its id, and none of another message's words count. */
function textOf(message: string, transcript: Buffer): string {
  const texts = transcript.toString('utf8', startOf(transcript, transcript.indexOf(message))).split('\n')
  const lines = texts.flatMap((text) => (text.includes(message) ? (readLine(text) ?? []) : []))
  const blocks = lines.filter((line) => line.message.id === message).flatMap((line) => line.message.content)
  const words = blocks.filter((block) => block.type === 'text').map((block) => block.text ?? '')
  return words.join('\n').slice(0, LONGEST_CLAIM)
}

function readLine(text: string): Line | undefined {
  try {
    return Line.safeParse(JSON.parse(text)).data
  } catch {
    // The tail starts in the middle of a line, and the host may be writing the last one.
    return undefined
  }
}

/** A subagent's own words are in its own file; the payload names the main one. */
export function transcriptOf(event: {
  readonly transcript_path: string
  readonly agent_id?: string | undefined
}): string {
  const { transcript_path: path, agent_id: agent } = event
  return agent === undefined ? path : `${path.replace(/\.jsonl$/, '')}/subagents/agent-${agent}.jsonl`
}

/** The host writes some 100 ms late, on a busy machine later; nobody waits for us meanwhile. */
const WAITS_MS = [90, 90, 180, 360, 720]

/** Asks the file until it holds the call. Never rejects: no claim is no fault. */
export async function findClaim(
  path: string,
  toolUseId: string,
  wait: (ms: number) => Promise<void>,
): Promise<Claim | undefined> {
  for (const ms of WAITS_MS) {
    await wait(ms)
    const claim = claimIn(tailOf(path), toolUseId)
    if (claim !== undefined) return claim
  }
  return undefined
}

function tailOf(path: string): Buffer {
  try {
    const file = openRegular(path)
    try {
      const { size } = fstatSync(file)
      const tail = Buffer.allocUnsafe(Math.min(size, TAIL))
      return tail.subarray(0, readSync(file, tail, 0, tail.length, size - tail.length))
    } finally {
      closeSync(file)
    }
  } catch {
    // Not there yet at a session's first call.
    return Buffer.alloc(0)
  }
}
