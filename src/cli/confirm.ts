import { EXIT } from '../core/ruling.ts'
import { askAsPerson, askGuard, type Person } from './guard.ts'
import { line, note, table } from './render.ts'
import { whatOf } from './what.ts'

interface Waiting {
  readonly id: string
  readonly receipt: string
  readonly because: string
  readonly at: number
}

interface Shown {
  readonly id: string
  readonly ruled: {
    readonly input: unknown
    readonly cwd: string
    readonly agent: string
    readonly effects: readonly { verb: string; resource: string; undo: string }[]
  }
}

/** The operator's yes or no to one held call, after seeing exactly what it is. Without a ticket: what waits. */
export async function confirm(
  ticket: string | undefined,
  options: { refuse?: boolean },
  { reach, agree }: Person,
): Promise<number> {
  const { tickets } = (await askGuard(reach, 'GET', '/v1/tickets')) as { tickets: readonly Waiting[] }
  if (ticket === undefined) {
    if (tickets.length === 0) line('nothing waits')
    table(
      tickets.map(({ id, because }) => [id, whatOf(because)]),
      '',
    )
    return EXIT.done
  }
  const waiting = tickets.find(({ id }) => id === ticket)
  if (waiting === undefined) {
    note(`interlock: nothing waits under \`${ticket}\`; \`interlock confirm\` lists what does`)
    return EXIT.usage
  }
  const { receipts } = (await askGuard(reach, 'GET', '/v1/receipts?last=20000')) as { receipts: readonly Shown[] }
  const shown = receipts.find(({ id }) => id === waiting.receipt)
  if (shown !== undefined) show(waiting, shown)
  const yes = options.refuse !== true && (await agree('Let exactly this run, once?'))
  const answer = (await askAsPerson(reach, '/v1/confirm', { ticket, answer: yes ? 'confirmed' : 'refused' })) as {
    refused?: string
  }
  if (answer.refused !== undefined) {
    note(`interlock: not taken: ${answer.refused}`)
    return EXIT.deny
  }
  line(yes ? 'confirmed: the same call passes once within 15 minutes' : 'refused: it does not run')
  return yes ? EXIT.done : EXIT.deny
}

function show({ because }: Waiting, { ruled }: Shown): void {
  line(`${ruled.agent} wants to run, in ${visible(ruled.cwd)}:`)
  const text = typeof ruled.input === 'string' ? ruled.input : JSON.stringify(ruled.input, null, 2)
  for (const each of text.split('\n')) line(`  ${visible(each)}`)
  line(visible(because))
  table(
    ruled.effects
      .filter(({ verb }) => verb !== 'read')
      .map(({ verb, resource, undo }) => [verb, visible(resource), undo]),
  )
}

/** The agent chose this text: characters that could hide or move something are shown by their number. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
}
