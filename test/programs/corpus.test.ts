import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { touches } from '../../src/programs/lookup.ts'
import { commandLine, render } from './render.ts'

const folder = new URL('../corpus/programs/', import.meta.url)

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n')
  describe(file, () => {
    for (const line of lines.filter((text) => text !== '' && !text.startsWith('#'))) {
      const [command = '', expected = ''] = line.split(/ {2}=> /)
      it(command, () => {
        const found = touches(commandLine(command)).map(render)
        expect(found.length === 0 ? 'nothing' : found.join(' ; ')).toBe(expected)
      })
    }
  })
}
