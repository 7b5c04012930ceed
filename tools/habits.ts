import type { Source } from './source.ts'

/** Names that only some files of `src/` may use; what the linter can say itself is in biome.json. */
const KEPT: readonly {
  readonly names: readonly string[]
  readonly only: readonly string[]
  readonly instead: string
}[] = [
  {
    names: ['Date.now', 'new Date()', 'Math.random', 'performance.now', 'process.hrtime'],
    only: ['src/core/clock.ts'],
    instead: 'take a `Clock`',
  },
  {
    names: ['process.env'],
    only: ['src/daemon.ts', 'src/cli.ts', 'src/start.ts'],
    instead: 'let the composition root hand it in',
  },
  {
    names: ['process.cwd', 'process.chdir'],
    only: ['src/daemon.ts', 'src/cli.ts', 'src/start.ts'],
    instead: 'take the folder as an argument',
  },
]

const FILE_LINES = 500
const FUNCTION_LINES = 60

/** Tables of programs are data: they grow with the world, not with our cleverness. */
const DATA = /^src\/programs\/[^/]+\.ts$/

/** What breaks a habit of the house, one line each. */
export function checkHabits(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [
    ...(source.path.startsWith('src/') ? checkUses(source) : []),
    ...checkSizes(source),
  ])
}

function checkUses(source: Source): string[] {
  return source.uses.flatMap((use) => {
    const rule = KEPT.find((kept) => kept.names.includes(use.name) && !kept.only.includes(source.path))
    return rule ? [`${source.path}:${use.line}: no \`${use.name}\` here; ${rule.instead}`] : []
  })
}

function checkSizes(source: Source): string[] {
  const long =
    source.lines > FILE_LINES && !DATA.test(source.path)
      ? [`${source.path}: ${source.lines} lines; split it by stage or noun at ${FILE_LINES}`]
      : []
  const functions = source.functions.filter((measured) => measured.lines > FUNCTION_LINES)
  return [
    ...long,
    ...functions.map((f) => `${source.path}:${f.line}: \`${f.name}\` has ${f.lines} lines; at most ${FUNCTION_LINES}`),
  ]
}
