import type { Trait, Verb } from '../core/effect.ts'
import type { Mandate } from '../core/mandate.ts'
import type { Environment, Place } from '../core/place.ts'
import type { Precedent } from '../core/study.ts'

/** What an effect has to be, in every respect that is given, to resemble a precedent. */
export interface Likeness {
  readonly verbs: readonly Verb[]
  readonly places?: readonly Place['kind'][]
  readonly environments?: readonly Environment[]
  /** None of these traits. */
  readonly without?: readonly Trait[]
  /** Names of a system or of the program that drives it. */
  readonly systems?: readonly string[]
  /** Words of an object’s type, in the singular (`ebs-volume` has `volume`); of all else, its kind. */
  readonly types?: readonly string[]
  /** All of them. */
  readonly traits?: readonly Trait[]
  /** A folder with all that is in it. */
  readonly tree?: true
  /** A pattern of paths. */
  readonly glob?: true
  readonly opaque?: true
  /** Files are at stake that no commit holds. */
  readonly unversioned?: true
  /** At least so many files are at stake. */
  readonly files?: number
  /** The action has at least so many effects of this kind. */
  readonly several?: number
  /** The action has at least so many effects in all. */
  readonly among?: number
  /** The action has another effect, of this kind. */
  readonly beside?: Omit<Likeness, 'beside' | 'several' | 'among'>
  /** What the run’s mandate lets it do. */
  readonly modes?: readonly Mandate['mode'][]
  /** It reaches a system that the run’s mandate does not name. */
  readonly outside?: true
}

export interface KnownPrecedent {
  readonly precedent: Precedent
  readonly like: Likeness
}
