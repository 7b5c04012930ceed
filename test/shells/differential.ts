import { type Predicted, predicted, seen } from './compare.ts'
import { type Execution, type Sandbox, SHELLS, type ShellName } from './sandbox.ts'
import { shorter } from './shrink.ts'

/** What the reader did not see, with the shortest text that shows it. */
export interface Unseen {
  readonly shell: ShellName
  readonly text: string
  readonly ran: Execution
}

export interface Outcome {
  readonly texts: number
  /** Held as a whole, and so not run. */
  readonly opaque: number
  /** Programs that were started, by how they were predicted. */
  readonly exact: number
  readonly name: number
  /** Runs of which no record is left. */
  readonly lost: number
  readonly unseen: readonly Unseen[]
}

/** Assignments, arithmetic, `function`, `time {`, `$'…'` and `&>` of other shells, which dash takes for something else. */
const NOT_POSIX =
  /\$'|\btime\s+(?:-p\s+)?[{(]|\(\(|&>|\w\+=|\b(?:declare|typeset|function|let|readarray|mapfile|printf\s+-v)\b/

/** Runs each text that is not opaque under every shell, and holds against its prediction what was started. */
export async function differ(sandbox: Sandbox, texts: readonly string[]): Promise<Outcome> {
  const readings = texts.map((text) => ({ text, reading: predicted(text) }))
  const clear = readings.filter(({ reading }) => !reading.opaque)
  const counts = { exact: 0, name: 0 }
  const unseen: Unseen[] = []
  const given = (shell: ShellName): readonly string[] =>
    clear.map(({ text }) => (shell === 'dash' && NOT_POSIX.test(text) ? '' : text))
  const found = await Promise.all(SHELLS.map((shell) => sandbox.run(shell, given(shell))))
  for (const [s, shell] of SHELLS.entries())
    for (const [i, { text, reading }] of clear.entries())
      for (const ran of found[s]?.[i] ?? []) {
        const how = seen(ran, reading)
        if (how === 'unseen') unseen.push({ shell, text, ran })
        else counts[how]++
      }
  const lost = found.flat().filter((each) => each === undefined).length
  return { texts: texts.length, lost, opaque: texts.length - clear.length, ...counts, unseen }
}

/** The same failure, by the shortest text. */
export async function shortest(sandbox: Sandbox, { shell, text }: Unseen): Promise<Unseen> {
  const missed = async (texts: readonly string[]): Promise<readonly (Execution | undefined)[]> => {
    const readings = texts.map((each): Predicted => predicted(each))
    const found = await sandbox.run(shell, texts)
    return readings.map((reading, i) =>
      reading.opaque ? undefined : found[i]?.find((ran) => seen(ran, reading) === 'unseen'),
    )
  }
  const short = await shorter(text, async (texts) => (await missed(texts)).map((ran) => ran !== undefined))
  const [ran] = await missed([short])
  return { shell, text: short, ran: ran ?? [] }
}
