import { describe, expect, test } from 'vitest'
import { readCode } from '../../src/programs/code/read.ts'
import type { Language } from '../../src/programs/grammar.ts'
import { casesOf, touchText } from './touch-text.ts'

const LANGUAGES: readonly Language[] = ['python', 'node', 'perl', 'ruby', 'php', 'powershell']

describe.each(LANGUAGES)('what %s does', (language) => {
  for (const { title, code, args, expected } of casesOf(new URL(`cases/${language}.txt`, import.meta.url)))
    test(title, () => {
      const seen = new Set(readCode(code, language, args).map(touchText))
      expect([...seen].sort()).toEqual([...new Set(expected)].sort())
    })
})
