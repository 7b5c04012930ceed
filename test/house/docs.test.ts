import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkDocs } from '../../tools/docs.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'interlock-docs-'))
  writeFileSync(join(root, 'package.json'), '{"scripts": {"bench": "x"}}')
  mkdirSync(join(root, 'docs'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

it('finds a link to what is not there, from where the document lies', () => {
  writeFileSync(join(root, 'README.md'), '[a](docs/a.md) [b](docs/b.md#part) [c](https://example.com) [d](#here)')
  writeFileSync(join(root, 'docs', 'a.md'), '[up](../README.md) [a](docs/a.md)')
  expect(checkDocs(root)).toEqual([
    "README.md: links to `docs/b.md`, which isn't there",
    "docs/a.md: links to `docs/a.md`, which isn't there",
  ])
})

it('finds a script that package.json has not got', () => {
  writeFileSync(join(root, 'README.md'), 'Type `npm run bench`, then `npm run bench:all`.')
  expect(checkDocs(root)).toEqual(['README.md: `npm run bench:all` is not in package.json'])
})

it('takes the scripts on the pages of programs for those of other projects', () => {
  mkdirSync(join(root, 'docs', 'programs'))
  writeFileSync(join(root, 'docs', 'programs', 'packages.md'), '`npm run build` and [a link](../gone.md)')
  expect(checkDocs(root)).toEqual(["docs/programs/packages.md: links to `../gone.md`, which isn't there"])
})

it('finds a rank table that is not the one of now', () => {
  writeFileSync(join(root, 'ARCHITECTURE.md'), 'no table')
  expect(checkDocs(root)).toHaveLength(1)
})
