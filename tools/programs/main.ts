import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pages } from './page.ts'

/** Pages that are not as they were `made` from the tables now, and those of families that are gone. */
export function stalePages(root: string, made: ReadonlyMap<string, string>): readonly string[] {
  const folder = join(root, 'docs/programs')
  const there = existsSync(folder) ? readdirSync(folder).map((name) => `docs/programs/${name}`) : []
  return [
    ...[...made].filter(([path, text]) => textAt(join(root, path)) !== text).map(([path]) => path),
    ...there.filter((path) => !made.has(path)),
  ]
}

function textAt(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '../..')
  const made = pages(root)
  if (process.argv.includes('--write')) {
    rmSync(join(root, 'docs/programs'), { recursive: true, force: true })
    for (const [path, text] of made) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
  }
  const stale = stalePages(root, made)
  for (const path of stale) console.log(`${path} is not what the tables say; \`node tools/programs/main.ts --write\``)
  process.exitCode = stale.length > 0 ? 1 : 0
}
