import { resourceName } from '../core/effect.ts'
import { placeName } from '../core/place.ts'
import type { Judged, Precedent } from '../core/study.ts'
import type { RulingLine } from '../wire/api.ts'

/** A judgement as it goes over the wire. */
export function answerOf({ ruling, effects, precedents }: Judged): RulingLine {
  const told = ruling.kind === 'allow' ? [] : precedents.map(precedentLine)
  return {
    ruling: ruling.kind,
    level: 'advised',
    safeguards: ruling.kind === 'deny' ? [] : [...ruling.under],
    effects: effects.map(({ verb, resource, place, undo, certainty, why }) => ({
      verb,
      resource: resourceName(resource),
      place: placeName(place),
      undo,
      certainty,
      ...(why && { why }),
    })),
    rule: ruling.by,
    because: ruling.because,
    ...(ruling.kind !== 'allow' && ruling.instead && { instead: ruling.instead }),
    ...(ruling.kind === 'hold' && { release: ruling.release }),
    ...(told.length > 0 && { precedents: told }),
  }
}

/** A precedent as one sentence. */
export function precedentLine({ id, when, what, lesson, reviewedBy }: Precedent): string {
  if (reviewedBy === undefined) return `${when}: ${what}`
  return `${when}, in this organisation (${id}, reviewed by ${reviewedBy}): ${what}; the lesson: ${lesson}`
}
