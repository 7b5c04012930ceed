import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Ways past approvals that were found in the tools of others. Each is tried here, by tests that are named after it. */
const CLASSES = {
  B1: 'an approval that is not bound to what runs',
  B2: 'an approval that is carried over to a changed call',
  B3: 'an empty set that passes',
  B4: 'a part of it that is stale',
  B5: 'trust in a name',
  B6: 'a free field that is merged after the check',
  B7: 'a route that asks for no credential',
  B8: 'a record that crashes whoever reads it, again and again',
  B9: 'one person who counts twice, or for himself',
  B10: 'a guard that can be told to change itself',
  B11: 'text that is read otherwise than it runs',
  B12: 'a host that does not heed a deny',
  B13: 'a fault that lets it pass',
  B14: 'an exemption that the one who is judged can write',
  B15: 'a second door',
  B16: 'people who are flooded with questions',
  B17: 'an approval that is used twice',
  B18: 'a state that has changed between yes and run',
}

const root = join(import.meta.dirname, '..')
const titles = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('house/'))
  .flatMap((name) => [...readFileSync(join(root, name), 'utf8').matchAll(/(?:\b(?:it|describe)|\))\(['"`](B\d+): /g)])
  .map(([, id]) => id)

it.each(Object.entries(CLASSES))('%s, %s, has tests that are named after it', (id) => {
  expect(titles).toContain(id)
})

it('names no class that is none', () => {
  expect(titles.filter((id) => id === undefined || !Object.hasOwn(CLASSES, id))).toEqual([])
})
