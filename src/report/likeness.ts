import type { UndoClass } from '../core/effect.ts'
import type { EffectLine } from '../wire/api.ts'
import { OwnLikeness } from '../wire/precedents.ts'

/** The gravest first. */
const UNDO: readonly UndoClass[] = ['U4', 'U3', 'U2', 'U1', 'U0']
const VERBS = ['replace', 'delete', 'grant', 'disclose', 'spend', 'update', 'execute', 'create']

/** What the gravest effect of a recorded call was, as a later one would resemble it; undefined where it only read. */
export function likenessOf(effects: readonly EffectLine[]): OwnLikeness | undefined {
  const acts = effects.filter(({ verb }) => VERBS.includes(verb))
  const [gravest] = acts.sort(
    (a, b) => UNDO.indexOf(a.undo) - UNDO.indexOf(b.undo) || VERBS.indexOf(a.verb) - VERBS.indexOf(b.verb),
  )
  if (gravest === undefined) return undefined
  const like = { verbs: [gravest.verb], ...placeIn(gravest.place), ...resourceIn(gravest.resource) }
  return OwnLikeness.safeParse(like).data
}

function placeIn(place: string): object {
  const [environment = '', system] = place.split(':')
  return system === undefined ? { places: [environment] } : { environments: [environment] }
}

/** As `resourceName` writes it. */
function resourceIn(resource: string): object {
  const [, kind = '', rest = ''] = /^([\w.-]+):(.*)$/s.exec(resource) ?? []
  if (kind === 'path') return { types: ['path'], ...(rest.endsWith('/**') && { tree: true }) }
  if (kind === '') return {}
  if (['host', 'process', 'program'].includes(kind)) return { types: [kind] }
  const type = rest.slice(0, Math.max(0, rest.indexOf('/')))
  // `ebs-volume` is a volume before all.
  const [last = ''] = type.toLowerCase().match(/[a-z0-9]+$/) ?? []
  const singular = /[^sui]s$/.test(last) && last.length > 3 ? last.slice(0, -1) : last
  return { systems: [kind], ...(singular !== '' && { types: [singular] }) }
}
