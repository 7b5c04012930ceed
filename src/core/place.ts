/** Where an effect lands. A temporary folder of one's own counts as workspace. */
export type Place = { readonly kind: 'workspace' } | { readonly kind: 'home' } | { readonly kind: 'host' } | Remote

export interface Remote {
  readonly kind: 'remote'
  readonly system: string
  readonly environment: Environment
  /** 1 is the most critical. */
  readonly tier: number
}

/** A remote target of unknown environment counts as production. */
export type Environment = 'development' | 'staging' | 'production'

export function placeName(place: Place): string {
  return place.kind === 'remote' ? `${place.environment}:${place.system}` : place.kind
}
