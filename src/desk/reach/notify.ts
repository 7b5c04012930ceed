import { visible } from '../../core/visible.ts'
import type { Hold } from '../../people/hold.ts'
import type { Notice, NoticeEvent, NoticeType } from '../../wire/reach.ts'
import type { Desk } from '../desk.ts'
import { standingOf } from '../standing.ts'
import type { Enrolled, Writing } from '../store.ts'

const LONGEST_SENTENCE = 300
const MOST_SYSTEMS = 5

/** Puts a notice for each who is to be told into the outbox, in the transaction that makes it true. */
export async function notify(
  { clock, origin, receivers }: Pick<Desk, 'clock' | 'origin' | 'receivers'>,
  tables: Pick<Writing, 'addNotice'>,
  { type, hold, people }: { type: NoticeType; hold: Hold; people: readonly Enrolled[] },
): Promise<void> {
  if (receivers.length === 0) return
  const at = clock.now()
  const data = noticeOf(hold, { people, origin, now: at })
  const event = eventOf(data, { id: clock.id('n'), source: origin, type, at })
  for (const { name, to } of receivers)
    for (const each of to.length === 0 ? [undefined] : to)
      await tables.addNotice({ id: clock.id('o'), receiver: name, ...(each !== undefined && { to: each }), event }, at)
}

export function eventOf(
  data: Notice,
  { id, source, type, at }: { id: string; source: string; type: NoticeType; at: number },
): NoticeEvent {
  const time = new Date(at).toISOString()
  return { specversion: '1.0', id, source, type, subject: data.ticket, time, datacontenttype: 'application/json', data }
}

function noticeOf(hold: Hold, seen: { people: readonly Enrolled[]; origin: string; now: number }): Notice {
  const { envelope } = hold
  const { page, needs, approved } = standingOf({ hold, version: 0, changedAt: 0 }, seen)
  return {
    ticket: envelope.ticket,
    page,
    sentence: shorter(visible(envelope.because), LONGEST_SENTENCE),
    systems: systemsOf(envelope),
    agent: visible(envelope.agent),
    operator: envelope.operator.name,
    needs,
    approved: approved.length,
    approveBy: new Date(envelope.approveBy).toISOString(),
  }
}

/** What it would touch elsewhere, as the guard's effects name it: `production:forge`. */
function systemsOf({ target, effects }: Hold['envelope']): Notice['systems'] {
  const named = effects.flatMap(({ place }) => {
    const [, environment, system] = /^(development|staging|production):(.+)$/su.exec(place) ?? []
    return environment === undefined || system === undefined ? [] : [{ environment, system }]
  })
  const all = [...(target ? [target] : []), ...named].map(({ system, environment }) => {
    return { system: shorter(visible(system), 80), environment: shorter(visible(environment), 80) }
  })
  const distinct = new Map(all.map((each) => [`${each.environment}:${each.system}`, each]))
  return [...distinct.values()].slice(0, MOST_SYSTEMS)
}

function shorter(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}
