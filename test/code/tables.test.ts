import { describe, expect, test } from 'vitest'
import { COMMAND_ROLES } from '../../src/programs/code/commands.ts'
import { NETWORK_ROLES } from '../../src/programs/code/network.ts'
import { NODE } from '../../src/programs/code/node.ts'
import { PATH_ROLES } from '../../src/programs/code/paths.ts'
import { PERL } from '../../src/programs/code/perl.ts'
import { PHP } from '../../src/programs/code/php.ts'
import { PYTHON } from '../../src/programs/code/python.ts'
import { RUBY } from '../../src/programs/code/ruby.ts'
import { RULES } from '../../src/programs/code/rules.ts'
import { programNamed } from '../../src/programs/table.ts'

/** Roles that `walk.ts` and `effects.ts` know themselves. */
const OWN = ['-', 'opaque', 'chdir']
const ROLES = new Set([
  ...OWN,
  ...Object.keys(PATH_ROLES),
  ...Object.keys(COMMAND_ROLES),
  ...Object.keys(NETWORK_ROLES),
])
const TABLES = [PYTHON, NODE, PERL, RUBY, PHP]

function rolesOf(row: string): readonly string[] {
  return row.split(' ').map((role) => role.replace(/^@|…$/g, ''))
}

describe.each(TABLES)('the table of $name', ({ effects, values }) => {
  test('names only roles that exist', () => {
    const roles = Object.values(effects).filter((row) => !row.startsWith('!'))
    expect(roles.flatMap(rolesOf).filter((role) => !ROLES.has(role))).toEqual([])
  })

  test('names only rules that exist', () => {
    const rules = Object.values(values).filter((row) => !row.startsWith('='))
    expect(rules.filter((row) => RULES[row.replace('()', '')] === undefined)).toEqual([])
  })

  test('stands for command lines of programs that have a table', () => {
    const programs = Object.values(effects).flatMap((row) =>
      row.startsWith('!') ? [row.slice(1).split(' ')[0] ?? ''] : [],
    )
    expect(programs.filter((name) => name !== '{name}' && programNamed(name) === undefined)).toEqual([])
  })
})

test('every role and every rule is used by a table', () => {
  const rows = TABLES.flatMap(({ effects }) => Object.values(effects)).filter((row) => !row.startsWith('!'))
  const used = new Set([...OWN, ...rows.flatMap(rolesOf)])
  expect([...ROLES].filter((role) => !used.has(role))).toEqual([])
  const rules = new Set(TABLES.flatMap(({ values }) => Object.values(values)).map((row) => row.replace('()', '')))
  expect(Object.keys(RULES).filter((rule) => !rules.has(rule))).toEqual([])
})
