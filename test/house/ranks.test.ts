import { describe, expect, it } from 'vitest'
import { checkRanks, withTable } from '../../tools/ranks.ts'
import { readSource } from '../../tools/source.ts'

/** What the check says of a made-up tree: path to text. */
function check(tree: Record<string, string>): string[] {
  return checkRanks(Object.entries(tree).map(([path, text]) => readSource(path, text)))
}

describe('the rank table', () => {
  it('lets a folder import what is below it', () => {
    const tree = {
      'src/core/action.ts': "import canonicalize from 'canonicalize'\nexport const a = canonicalize",
      'src/wire/api.ts': "import type { A } from '../core/action.ts'\nimport { z } from 'zod'\nexport const s: A = z",
      'src/gate/govern.ts':
        "import { a } from '../core/action.ts'\nexport { s } from '../wire/api.ts'\nexport const g = a",
      'src/cli.ts': "import './gate/govern.ts'\nimport 'commander'\nawait import('./gate/govern.ts')",
    }
    expect(check(tree)).toEqual([])
  })

  it.for([
    ['a value from above', "import { g } from '../gate/govern.ts'", 'risk may not import gate'],
    ['a type from above', "import type { G } from '../gate/govern.ts'", 'risk may not import gate'],
    ['one type among names', "import { type G } from '../gate/govern.ts'", 'risk may not import gate'],
    ['a type by import()', "export type T = import('../gate/govern.ts').G", 'risk may not import gate'],
    ['a module when it runs', "export const g = await import('../gate/govern.ts')", 'risk may not import gate'],
    ['what it hands on', "export { g } from '../gate/govern.ts'", 'risk may not import gate'],
    ['all of what it hands on', "export * from '../gate/govern.ts'", 'risk may not import gate'],
    ['its neighbour', "import '../policy/load.ts'", 'risk may not import policy'],
    ['a composition root', "import '../cli.ts'", 'risk may not import *.ts'],
    ['what lies outside src', "import '../../tools/check.ts'", 'risk imports `tools/check.ts`, which is outside src/'],
    ['a library of others', "import { z } from 'zod'", 'risk may not import the package zod'],
    ['a part of a library', "import 'zod/mini'", 'risk may not import the package zod'],
    [
      'a scoped library',
      "import '@cedar-policy/cedar-wasm/web'",
      'risk may not import the package @cedar-policy/cedar-wasm',
    ],
    ['the file system, where it is pure', "import 'node:fs'", 'risk may not import node:fs'],
    ['a process', "import 'node:child_process'", 'only process may import node:child_process'],
    ['a name made when it runs', 'await import(String(1))', 'risk may not import the package a computed path'],
  ] as const)('finds %s', ([, line, why]) => {
    expect(check({ 'src/risk/weigh.ts': `const x = 1\n${line}\n` })).toEqual([`src/risk/weigh.ts:2: ${why}`])
  })

  it('lets the schemas import types of the nouns, and nothing that runs', () => {
    const [broken] = check({ 'src/wire/api.ts': "import { freeze } from '../core/digest.ts'" })
    expect(broken).toBe('src/wire/api.ts:1: wire may import only types of core')
  })

  it('lets only `process` start processes, composition roots included', () => {
    expect(check({ 'src/process/run.ts': "import { spawn } from 'node:child_process'" })).toEqual([])
    expect(check({ 'src/cli.ts': "import { spawn } from 'node:child_process'" })).toHaveLength(1)
  })

  it('finds a folder that nobody gave a rank', () => {
    expect(check({ 'src/utils/all.ts': '' })).toEqual([
      "src/utils/all.ts: `utils` isn't in the rank table (tools/ranks.ts)",
    ])
  })

  it('lets the page import the schemas and its own, and nothing import the page', () => {
    const page =
      "import { render } from 'preact'\nimport { Holds } from '../src/wire/desk.ts'\nimport { a } from './a.ts'"
    expect(check({ 'web/main.tsx': page })).toEqual([])
    expect(check({ 'web/main.tsx': "import { stateAt } from '../src/people/hold.ts'" })).toEqual([
      'web/main.tsx:1: web/ may not import people',
    ])
    expect(check({ 'src/server/desk.ts': "import { a } from '../../web/a.ts'" })).toEqual([
      'src/server/desk.ts:1: server imports `web/a.ts`, which is outside src/',
    ])
  })

  it('finds a cycle, type imports included', () => {
    const tree = {
      'src/core/a.ts': "import { b } from './b.ts'",
      'src/core/b.ts': "import { c } from './c.ts'",
      'src/core/c.ts': "import type { A } from './a.ts'",
    }
    expect(check(tree)).toEqual(['cycle: src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts'])
  })

  it('does not look at words in comments and strings', () => {
    const text = "// import '../gate/govern.ts'\nexport const s = \"import '../gate/govern.ts'\""
    expect(check({ 'src/risk/weigh.ts': text })).toEqual([])
  })
})

describe('the table in ARCHITECTURE.md', () => {
  it('is written between its marks, and then stays', () => {
    const text = 'before\n<!-- ranks: written by `node tools/ranks.ts --write` -->\nstale\n<!-- /ranks -->\nafter\n'
    const written = withTable(text)
    expect(written).toContain('| 0 | `core` | the nouns |')
    expect(written).toMatch(/^before\n.*\nafter\n$/s)
    expect(written).not.toContain('stale')
    expect(withTable(written ?? '')).toBe(written)
  })

  it('has no place in a text without marks', () => {
    expect(withTable('no marks')).toBeUndefined()
  })
})
