/** What must be in place for an action to run, cheapest for people first. */
export const SAFEGUARDS = ['snapshot', 'confirm', 'approval×1', 'approval×2'] as const

export type Safeguard = (typeof SAFEGUARDS)[number]

/** How many people other than the operator have to agree under these safeguards, by their names. */
export function approvalsIn(under: readonly string[]): number {
  if (under.includes('approval×2')) return 2
  return under.includes('approval×1') ? 1 : 0
}

export function bySafeguardOrder(a: Safeguard, b: Safeguard): number {
  return SAFEGUARDS.indexOf(a) - SAFEGUARDS.indexOf(b)
}
