import type { NoticeEvent, NoticeType } from '../../wire/reach.ts'

/** A notice as people read it. */
export interface Words {
  /** What it is about, in words of our own and plain names alone: it shows on a locked screen. */
  readonly headline: string
  /** What it would do. An agent chooses parts of it. */
  readonly sentence: string
  /** Who asks, and what it would touch. */
  readonly about: readonly string[]
  readonly page: string
}

export function wordsOf({ type, data }: NoticeEvent): Words {
  const { operator, agent, needs, approved, systems, approveBy, sentence, page } = data
  const whose = `a call of ${plain(agent)} for ${plain(operator)}`
  const people = needs === 1 ? 'one person' : `${needs} people`
  const headlines: Record<NoticeType, string> = {
    'dev.interlock.hold.asked': `${people} other than ${plain(operator)} asked to look at ${whose}`,
    'dev.interlock.hold.approved': `approved by ${approved}: ${whose}`,
    'dev.interlock.hold.denied': `denied: ${whose}`,
    'dev.interlock.hold.expired': `nobody answered in time: ${whose}`,
    'dev.interlock.hold.withdrawn': `no answer needed any more: ${whose}`,
    'dev.interlock.test': 'a test: nothing waits',
  }
  const where = systems.map(({ environment, system }) => `${plain(environment)}: ${plain(system)}`)
  const until = type === 'dev.interlock.hold.asked' ? [`until ${approveBy}`] : []
  return { headline: headlines[type], sentence, about: [...where, ...until], page }
}

/** Chats take many signs for mark-up or for somebody's name. */
function plain(name: string): string {
  return name.replace(/[^\p{L}\p{N} .-]/gu, '·')
}
