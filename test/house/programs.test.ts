import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NETWORK } from '../../src/programs/network.ts'
import { FAMILIES } from '../../src/programs/table.ts'
import { differences, finding, lineFinding } from '../../src/root/knows/probe.ts'
import { stalePages } from '../../tools/programs/main.ts'
import { pages } from '../../tools/programs/page.ts'

const ROOT = join(import.meta.dirname, '../..')
const made = pages(ROOT)

it('the pages of programs are what the tables say now', () => {
  expect(stalePages(ROOT, made), 'stale; `node tools/programs/main.ts --write` writes them').toEqual([])
})

describe('the pages of programs', () => {
  it('name every program of the tables, on the page of its family and in the list of all', () => {
    const all = made.get('docs/programs.md') ?? ''
    const missing = Object.entries(FAMILIES).flatMap(([family, programs]) => {
      const page = (made.get(`docs/programs/${family}.md`) ?? '').replaceAll('\\', '')
      const names = Object.keys(programs).flatMap((each) => each.split(' '))
      return names.filter((name) => !page.includes(name) || !all.includes(`\`${name}\``))
    })
    expect(missing).toEqual([])
  })

  it('say what an option adds, and how that is ruled where it is ruled otherwise', () => {
    const found = differences('rsync', [], NETWORK['rsync'] ?? {})
    const said = (option: string): unknown => found.find(({ options }) => options.includes(option))
    expect(said('--remove-source-files')).toMatchObject({ does: 'also deletes `a` and all below it', ruling: '' })
    expect(said('--rsh x')).toMatchObject({ does: 'also runs `x` as shell' })
    expect(said('--dry-run')).toMatchObject({ does: 'touches nothing', ruling: 'passes' })
    expect(said('--bwlimit x')).toBeUndefined()
  })

  it('say the same of several operands once', () => {
    expect(finding('rm', ['a', 'b'])).toEqual({ does: ['deletes `a` and `b`'], ruling: 'passes after a snapshot' })
    expect(finding('cp', ['a', 'b']).does[0]).toBe('reads `a`')
  })

  it('rule whole lines as the gate does', () => {
    expect(lineFinding('terraform destroy').ruling).toBe('refused')
    expect(lineFinding('rm -r ~/photos')).toEqual({
      does: ['deletes ~/photos and all below it'],
      ruling: 'a person is asked',
    })
  })
})
