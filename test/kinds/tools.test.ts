import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/digest.ts'
import { judged } from './bench.ts'

const RULINGS: readonly (readonly [string, Json, string])[] = [
  ['Bash', { command: 'ls' }, 'allow'],
  ['Bash', { command: 'rm -rf /' }, 'deny protection/machine'],
  ['Read', { file_path: 'src/a.ts' }, 'allow'],
  ['Read', { file_path: '/home/dev/.ssh/id_rsa' }, 'hold reads/secret'],
  ['Write', { file_path: '/home/dev/project/a.ts', content: 'x' }, 'keep local/restorable'],
  ['Write', { file_path: '/home/dev/.bashrc', content: 'x' }, 'hold local/starts-later'],
  ['Edit', { file_path: '../.local/state/interlock/ledger/checkpoint' }, 'deny protection/guard'],
  ['Edit', { file_path: '.git/hooks/pre-commit' }, 'hold local/starts-later'],
  ['MultiEdit', { file_path: '/etc/hosts' }, 'hold local/machine'],
  ['NotebookEdit', { notebook_path: 'a.ipynb' }, 'keep local/restorable'],
  ['Grep', { pattern: 'x' }, 'allow'],
  ['WebFetch', { url: 'https://example.com' }, 'allow'],
  ['WebFetch', { url: 'http://169.254.169.254/latest/meta-data/' }, 'hold reads/secret'],
  ['fetch', { url: 'https://example.com', method: 'POST', body: 'x' }, 'hold outward/data'],
  ['ExitWorktree', {}, 'hold'],
  ['mcp__files__read_file', { path: '/home/dev/.aws/credentials' }, 'hold reads/secret'],
  ['mcp__files__write_file', { path: '/etc/cron.d/x', content: '' }, 'hold local/starts-later'],
  ['mcp__shell__run', { command: 'terraform destroy' }, 'deny production/delete'],
  ['mcp__shell__run', { args: { cmd: 'rm -rf ~' } }, 'deny protection/machine'],
  ['mcp__db__query', { sql: 'SELECT 1' }, 'allow'],
  ['mcp__db__query', { sql: 'DROP TABLE users' }, 'deny'],
  ['mcp__crm__list_contacts', {}, 'allow'],
  ['mcp__crm__delete_contact', { id: '1' }, 'deny production/delete'],
  ['mcp__crm__update_contact', { id: '1' }, 'hold outward/data'],
  ['toString', {}, 'allow'],
]

describe('a tool call', () => {
  it.each(RULINGS)('%s %j is ruled %s', (name, args, expected) => {
    const { ruling, effects } = judged('tool', { name, arguments: args })
    const kept = ruling.kind === 'allow' && ruling.under.includes('snapshot')
    const [word, rule] = expected.split(' ')
    expect(kept ? 'keep' : ruling.kind, JSON.stringify(effects)).toBe(word)
    if (rule !== undefined) expect(ruling.by).toBe(rule)
  })

  it.each<[Json]>([[null], ['x'], [{}], [{ name: 3 }], [[]]])('that names no tool is held: %j', (input) => {
    expect(judged('tool', input).ruling.kind).toBe('hold')
  })
})

describe('a file call', () => {
  it.each<[Json, string]>([
    [{ operation: 'read', path: 'a' }, 'allow'],
    [{ operation: 'delete', path: 'src' }, 'allow'],
    [{ operation: 'move', path: 'a', to: '/etc/a' }, 'hold'],
    [{ operation: 'move', path: 'a' }, 'hold'],
    [{ operation: 'shred', path: 'a' }, 'hold'],
    [{ operation: 'constructor', path: 'a' }, 'hold'],
    [{ operation: 'write' }, 'hold'],
  ])('%j is ruled %s', (input, kind) => {
    expect(judged('file', input).ruling.kind).toBe(kind)
  })
})
