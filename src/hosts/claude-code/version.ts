/** `2.1.330` as numbers that can be compared; undefined where the text names no such version. */
export type Version = readonly [number, number, number]

export function parseVersion(text: string): Version | undefined {
  // `claude --version` says `2.1.330 (Claude Code)`, the host's own environment `claude-code_2-1-330_harness`.
  const [, major, minor, patch] = /(?:^|[^\d.])(\d{1,5})[.-](\d{1,5})[.-](\d{1,7})(?:$|[^\d.])/.exec(text) ?? []
  if (major === undefined || minor === undefined || patch === undefined) return undefined
  return [Number(major), Number(minor), Number(patch)]
}

export function atLeast(version: Version, least: Version): boolean {
  for (const [at, number] of least.entries()) {
    const have = version[at] ?? 0
    if (have !== number) return have > number
  }
  return true
}

/** From here on `onFailure: "block"` counts: an HTTP hook whose guard is dead blocks. Before, the key is ignored. */
export const HTTP_FAILS_CLOSED: Version = [2, 1, 295]
/** The oldest release that was tried. */
export const OLDEST_TRIED: Version = [2, 1, 197]
/** Before this one the auto mode answered a hook's question in the person's place. */
export const AUTO_MODE_ASKS: Version = [2, 1, 211]
