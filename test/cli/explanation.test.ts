import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { printExplanation } from '../../src/cli/explanation.ts'
import { paragraph } from '../../src/cli/render.ts'
import { explained } from '../kinds/bench.ts'
import { rulings } from '../kinds/rulings.ts'

afterEach(() => vi.restoreAllMocks())

function printed(command: string): readonly string[] {
  const lines: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  printExplanation(explained('shell', command))
  vi.restoreAllMocks()
  return lines.join('').split('\n')
}

describe('an explanation in words', () => {
  it('fits into 100 columns, and begins with the answer', () => {
    const long = `rm -rf ${'a/'.repeat(300)} ${'b '.repeat(300)}`
    for (const command of [...rulings.map((each) => each.command), long]) {
      const lines = printed(command)
      expect(lines.filter((line) => line.length > 100)).toEqual([])
      expect(lines[0]).toMatch(/^(?:allow|hold|deny) +\S+\/\S+/)
    }
  })

  it('stays short for what is huge', () => {
    expect(printed('rm -rf x; '.repeat(2_000)).length).toBeLessThan(150)
    expect(printed(`rm ${Array.from({ length: 3_000 }, (_, i) => `f${i}`).join(' ')}`).length).toBeLessThan(250)
    expect(printed(`echo ${'x'.repeat(1_000_000)}`).length).toBeLessThan(40)
  })

  it('names the effect that decides, and puts effects together that were answered alike', () => {
    const lines = printed('rm a b c; rm -rf ~/x')
    expect(lines).toContain('  4: delete home U1 assumed (this decides)')
    expect(lines).toContain('  1–3: delete workspace U1 assumed')
  })

  it('shows no character of a command that could hide or move something', () => {
    expect(printed('rm "a\u202eb\u001b[2K"').join('\n')).not.toMatch(/\p{C}(?<!\n)/u)
  })
})

describe('a paragraph', () => {
  it('keeps every word, in lines that fit', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,250}$/), { minLength: 1 }), (words) => {
        const lines = paragraph('head  ', words.join(' '))
        expect(lines.filter((line) => line.length > 100)).toEqual([])
        expect(lines.join('').replaceAll(' ', '')).toBe(`head${words.join('')}`)
      }),
    )
  })
})
