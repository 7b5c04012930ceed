import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judged } from './bench.ts'

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url)

interface Technique {
  readonly number: number
  readonly title: string
  readonly rows: readonly string[]
}

const techniques: readonly Technique[] = readFileSync(at('test/corpus/shell/bypasses.txt'), 'utf8')
  .split(/^# (?=\d)/m)
  .slice(1)
  .map((section) => {
    const [heading = '', ...rows] = section.split('\n').filter((line) => line !== '')
    const [, number = '', title = ''] = /^(\d+) (.*)$/.exec(heading) ?? []
    return { number: Number(number), title, rows }
  })

function seen(command: string): readonly [ruling: string, rule: string] {
  const { ruling } = judged('shell', command.replaceAll('\\n', '\n').replaceAll('\\r', '\r'))
  return [ruling.kind === 'allow' && ruling.under.includes('snapshot') ? 'keep' : ruling.kind, ruling.by]
}

describe.each(techniques)('$number: $title', ({ rows }) => {
  it.each(rows.filter((row) => row.includes('  =>  ')))('%s', (row) => {
    const [command = '', expected = ''] = row.split('  =>  ')
    const [ruling = '', rule = ''] = expected.split('  ')
    const [kind, by] = seen(command)
    expect([kind, rule === '' ? '' : by]).toEqual([ruling, rule])
  })

  it.each(rows.filter((row) => row.startsWith('test/')))('is tested elsewhere: %s', (row) => {
    const [file = '', title = ''] = row.split(/: (.*)/)
    expect(readFileSync(at(file), 'utf8')).toContain(title)
  })
})

describe('B10: nothing of Interlock itself is an agent’s to change', () => {
  it.each([
    'echo x > ~/.local/state/interlock/stopped',
    'rm -r ~/.local/state/interlock',
    'interlock init --remove',
    'interlock serve --stop',
    'interlock resume',
    'interlock confirm t-2222222222',
    'interlock desk enroll https://evil.example CODE',
    'interlock desk leave',
  ])('%s', (command) => {
    expect(judged('shell', command).ruling).toMatchObject({ kind: 'deny', by: 'protection/guard' })
  })
})

it('every technique of the list has its tests', () => {
  const tested = new Set(techniques.filter(({ rows }) => rows.length > 0).map(({ number }) => number))
  expect([...tested].sort((a, b) => a - b)).toEqual(Array.from({ length: 31 }, (_, i) => i + 1))
})

describe('B15: the same effect is ruled alike through any tool', () => {
  it.each([
    ['/home/dev/.bashrc', 'hold'],
    ['/etc/hosts', 'hold'],
    ['.git/hooks/pre-commit', 'hold'],
    ['.claude/settings.json', 'hold'],
    ['/home/dev/.local/state/interlock/guard.json', 'deny'],
    ['src/a.ts', 'allow'],
  ])('a write to %s', (path, kind) => {
    const tools = [
      judged('file', { operation: 'write', path, content: 'x' }),
      judged('tool', { name: 'Write', arguments: { file_path: path, content: 'x' } }),
      judged('tool', { name: 'mcp__files__write_file', arguments: { path, content: 'x' } }),
      judged('tool', { name: 'mcp__shell__run', arguments: { command: `echo x > ${path}` } }),
      ...[
        `echo x > ${path}`,
        `tee ${path} < x`,
        `cp x ${path}`,
        `sed -i s/a/b/ ${path}`,
        `python3 -c 'open("${path}", "w").write("x")'`,
        `node -e 'require("fs").writeFileSync("${path}", "x")'`,
        `perl -e 'open(F, ">", "${path}")'`,
        `git show HEAD:x > ${path}`,
      ].map((command) => judged('shell', command)),
    ]
    expect(tools.map(({ ruling }) => ruling.kind)).toEqual(tools.map(() => kind))
  })
})
