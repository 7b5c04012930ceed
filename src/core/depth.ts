/** Whether a value nests deeper than `most` levels. Without recursion: it must not be what breaks on a deep value. */
export function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true
    level = level.flatMap((each): unknown[] => (each !== null && typeof each === 'object' ? Object.values(each) : []))
  }
  return false
}
