import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { withTable } from './ranks.ts'
import { files } from './source.ts'

/** Where the documents say something that the tree does not, one line each. */
export function checkDocs(root: string): string[] {
  const documents = [...files(root, /\.md$/)].map((path) => relative(root, path))
  return documents.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    // The pages of programs show command lines of anybody's project.
    const ours = !path.startsWith('docs/programs/')
    const problems = [...checkLinks(root, path, text), ...(ours ? checkScripts(root, text) : [])]
    if (path === 'ARCHITECTURE.md' && withTable(text) !== text)
      problems.push('the rank table is not the one of tools/ranks.ts; `node tools/ranks.ts --write` writes it')
    return problems.map((problem) => `${path}: ${problem}`)
  })
}

function checkLinks(root: string, path: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '')
  const broken = targets.filter((target) => !existsSync(join(root, dirname(path), target)))
  return broken.map((target) => `links to \`${target}\`, which isn't there`)
}

function checkScripts(root: string, text: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? '')
  return named.filter((name) => !(name in scripts)).map((name) => `\`npm run ${name}\` is not in package.json`)
}
