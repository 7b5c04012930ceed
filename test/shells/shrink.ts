/** Texts that are tried at once. */
const BATCH = 60

/** Leaves out of `text` what it fails without; `fails` is asked of many at once. */
export async function shorter(
  text: string,
  fails: (texts: readonly string[]) => Promise<readonly boolean[]>,
): Promise<string> {
  let best = text
  for (;;) {
    const next = await firstFailing(without(best), fails)
    if (next === undefined) return best
    best = next
  }
}

async function firstFailing(
  candidates: readonly string[],
  fails: (texts: readonly string[]) => Promise<readonly boolean[]>,
): Promise<string | undefined> {
  for (let at = 0; at < candidates.length; at += BATCH) {
    const batch = candidates.slice(at, at + BATCH)
    const failing = await fails(batch)
    const found = batch.find((_, i) => failing[i])
    if (found !== undefined) return found
  }
  return undefined
}

/** The text without each run of its words and marks, shortest first. */
function without(text: string): readonly string[] {
  const words = text.match(/\w+|\s+|[^\w\s]/g) ?? []
  const found = new Set<string>()
  for (let size = words.length >> 1; size >= 1; size >>= 1)
    for (let at = 0; at + size <= words.length; at++)
      found.add([...words.slice(0, at), ...words.slice(at + size)].join(''))
  return [...found].sort((a, b) => a.length - b.length)
}
