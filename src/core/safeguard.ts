/** What must be in place for an action to run, cheapest for people first. */
export const SAFEGUARDS = ['snapshot', 'confirm', 'approval×1', 'approval×2'] as const

export type Safeguard = (typeof SAFEGUARDS)[number]

export function bySafeguardOrder(a: Safeguard, b: Safeguard): number {
  return SAFEGUARDS.indexOf(a) - SAFEGUARDS.indexOf(b)
}
