import { open } from 'node:fs/promises'
import * as z from 'zod'

/** The line with a call's text is among the last of the file; a tool result before it can be long. */
const TAIL = 512 * 1024
const LONGEST_CLAIM = 20_000

const Line = z.looseObject({
  type: z.literal('assistant'),
  uuid: z.string(),
  parentUuid: z.string().nullish(),
  message: z.looseObject({
    id: z.string(),
    content: z.array(z.looseObject({ type: z.string(), text: z.string().optional(), id: z.string().optional() })),
  }),
})
type Line = z.infer<typeof Line>

/** What the agent said before the call `toolUseId`: undefined where the transcript does not hold the call yet. */
export function claimIn(transcript: string, toolUseId: string): string | undefined {
  const texts = transcript.split('\n')
  for (const [at, text] of texts.entries()) {
    const line = readLine(text, toolUseId)
    if (line?.message.content.some((block) => block.type === 'tool_use' && block.id === toolUseId) === true)
      return textOf(line.message.id, texts.slice(0, at + 1))
  }
  return undefined
}

/** One line a content block: those of one message share its id, and none of another message's words count. */
function textOf(message: string, texts: readonly string[]): string {
  const lines = texts.flatMap((text) => readLine(text, message) ?? [])
  const blocks = lines.filter((line) => line.message.id === message).flatMap((line) => line.message.content)
  const words = blocks.filter((block) => block.type === 'text').map((block) => block.text ?? '')
  return words.join('\n').slice(0, LONGEST_CLAIM)
}

/** A line about `id`: most are about others, some of them long, and not worth parsing. */
function readLine(text: string, id: string): Line | undefined {
  if (!text.includes(id) || !text.includes('"assistant"')) return undefined
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
): Promise<string | undefined> {
  for (const ms of WAITS_MS) {
    await wait(ms)
    const claim = claimIn(await tailOf(path), toolUseId)
    if (claim !== undefined) return claim
  }
  return undefined
}

async function tailOf(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const start = Math.max(0, size - TAIL)
    const { buffer, bytesRead } = await file.read(
      Buffer.allocUnsafe(Math.min(size, TAIL)),
      0,
      Math.min(size, TAIL),
      start,
    )
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    // Not there yet at a session's first call.
    return ''
  }
}
