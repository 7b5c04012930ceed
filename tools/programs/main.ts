import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pages } from './page.ts'

/** Pages that are not what the tables say now. */
export function stalePages(root: string): readonly string[] {
  return [...pages(root)].filter(([path, text]) => textAt(join(root, path)) !== text).map(([path]) => path)
}

function textAt(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '../..')
  if (process.argv.includes('--write'))
    for (const [path, text] of pages(root)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
  const stale = stalePages(root)
  for (const path of stale) console.log(`${path} is not what the tables say; \`node tools/programs/main.ts --write\``)
  process.exitCode = stale.length > 0 ? 1 : 0
}
