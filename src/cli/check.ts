import { createInterface } from 'node:readline'
import * as z from 'zod'
import { EXIT } from '../core/ruling.ts'
import type { RulingLine } from '../wire/api.ts'
import { commandOf } from './exec.ts'
import { json, ruling } from './render.ts'

/** A case of `check --batch`, one JSON object a line. */
export const Case = z.object({
  id: z.string(),
  kind: z.string(),
  input: z.json(),
  cwd: z.string().optional(),
  home: z.string().optional(),
  target: z.object({ system: z.string(), environment: z.string() }).optional(),
})

export type Case = z.infer<typeof Case>

/** Judges one call, with nothing run and nothing recorded. `micros`: how long judging took, facts given. */
export type Judge = (call: Omit<Case, 'id'>) => Promise<RulingLine & { micros: number }>

/** One word is a line for a shell; several are a program and its arguments, as `exec` takes them. */
export function shellCall(words: readonly string[]): Omit<Case, 'id'> {
  const [line = ''] = words
  return { kind: 'shell', input: words.length === 1 ? line : commandOf(words) }
}

export async function checkOne(judge: Judge, words: readonly string[], options: { json?: boolean }): Promise<number> {
  const answer = await judge(shellCall(words))
  if (options.json === true) json(answer)
  else ruling(answer, true)
  return EXIT[answer.ruling]
}

/** JSON Lines in, JSON Lines out, in order. A line that can't be read is a deny that says so. */
export async function checkBatch(judge: Judge): Promise<number> {
  for await (const text of createInterface({ input: process.stdin }))
    if (text.trim() !== '') json(await answer(judge, text))
  return EXIT.done
}

async function answer(judge: Judge, text: string): Promise<unknown> {
  let id: string | undefined
  try {
    const { id: given, ...call } = Case.parse(JSON.parse(text))
    id = given
    return { id, ...(await judge(call)) }
  } catch (error) {
    const because = caseProblem(error)
    return { id, ruling: 'deny', level: 'advised', safeguards: [], effects: [], rule: 'check/not-judged', because }
  }
}

/** What is wrong with a case, in one line. */
export function caseProblem(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => `${path.join('.') || 'the case'}: ${message}`).join('; ')
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'the line could not be read'
}
